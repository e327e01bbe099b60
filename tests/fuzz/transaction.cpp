// Whatever a card answers, the dialogue ends; a PIN is sent once, and does not stay.
#include "firmware/core/cap/transaction.hpp"

#include "tests/firmware/core/profiles.hpp"
#include "tests/fuzz/hostile_card.hpp"

using namespace sesame;
using namespace sesame::cap;
using namespace sesame::fuzz;

namespace {

constexpr std::array<std::uint8_t, 4> kPinBcd{0x82, 0x46, 0x71, 0x59};

bool holds(const Transaction& transaction, Bytes pattern) {
  const Bytes memory(reinterpret_cast<const std::uint8_t*>(&transaction), sizeof transaction);
  return std::search(memory.begin(), memory.end(), pattern.begin(), pattern.end()) != memory.end();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr TransactionRules rules[] = {{test::kDedicatedOnly, false, false},
                                               {test::kAllApplications, true, true},
                                               {test::kDedicatedOnly, true, false}};
  Input input(data, size);
  Transaction transaction;
  HostileCard card;
  int verifies = 0;
  // Every SELECT, record and listed application may take sixteen exchanges; the AFL names at most 63 · 255
  // records.
  int commands_left = 500'000;
  const auto play = [&] {
    while (transaction.pending()) {
      require(--commands_left > 0, "a dialogue ends");
      const Bytes command = transaction.command();
      require(command.size() >= 4 && command.size() <= emv::kMaxCommand, "a command is an APDU");
      if (command[1] == 0x20 && command[0] == 0x00) ++verifies;
      // When the fuzzer has said all, the card falls silent.
      if (!input.more() && commands_left < 499'000) {
        static_cast<void>(transaction.no_answer());
        return false;
      }
      transaction.answer(card.answer(command, input));
    }
    return true;
  };

  transaction.select(rules[input.below(3)]);
  if (!play() || transaction.state() != TransactionState::selected) return 0;
  require(transaction.aid().size() <= 16, "an AID has at most 16 bytes");
  transaction.prepare();
  if (!play() || transaction.state() != TransactionState::prepared) return 0;

  for (int tries = 1; tries <= 3 && transaction.state() == TransactionState::prepared; ++tries) {
    Pin pin;
    require(pin.append(std::string_view("82467159")), "a PIN has up to twelve digits");
    transaction.verify(pin);
    if (!play()) return 0;
    require(verifies == tries, "a PIN is sent once");
    require(!holds(transaction, kPinBcd), "a PIN does not stay");
  }
  if (transaction.state() != TransactionState::verified) return 0;
  Inputs inputs;
  for (std::uint8_t& byte : inputs.unpredictable_number) byte = input.byte();
  transaction.generate(inputs);
  if (!play() || transaction.state() != TransactionState::done) return 0;

  Digits digits;
  if (transaction.code({}, digits)) {
    require(!digits.empty(), "a code has digits");
    for (const char digit : digits) require(digit >= '0' && digit <= '9', "decimal ones");
  } else {
    require(transaction.state() == TransactionState::failed, "without a code there is a fault");
  }
  return 0;
}
