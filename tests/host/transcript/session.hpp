// A whole session with a card, through the core's dialogue: from power up to the code.
#pragma once

#include <array>
#include <string>

#include "firmware/core/cap/transaction.hpp"
#include "tests/host/transcript/support.hpp"

namespace sesame::transcript::test {

inline constexpr std::array<std::uint8_t, 7> kDpa{0xA0, 0, 0, 0, 0x03, 0x80, 0x02};
inline constexpr std::array<std::uint8_t, 7> kCap{0xA0, 0, 0, 0, 0x04, 0x80, 0x02};
inline constexpr std::array<std::uint8_t, 8> kBancontact{0xD0, 0x56, 0, 0x06, 0x66, 0x11, 0x10, 0x10};
inline const std::array<cap::Application, 3> kApplications{
    {{kDpa, cap::Family::dpa}, {kCap, cap::Family::cap}, {kBancontact, cap::Family::bancontact}}};

struct Asked {
  std::uint16_t challenge = 0;  // as BCD: 0x1234
  std::string tds;              // one number; empty: none
  std::string pin = "1234";
};

inline void carry_out(cap::Transaction& transaction, CardSlot& slot) {
  while (transaction.pending()) {
    emv::ResponseBuffer answer;
    const SlotStatus status = slot.transmit(transaction.command(), answer);
    REQUIRE(status == SlotStatus::ok);
    transaction.answer(answer);
  }
}

template <std::size_t N>
void type(FixedVector<char, N>& into, const std::string& digits) {
  REQUIRE(into.assign(digits));
}

// One whole session with the card: from power up to the code.
inline std::string code(CardSlot& slot, const Asked& asked) {
  emv::ResponseBuffer atr;
  REQUIRE(slot.activate(atr) == SlotStatus::ok);
  cap::Transaction transaction;
  transaction.select({kApplications, false, true});
  carry_out(transaction, slot);
  REQUIRE(transaction.state() == cap::TransactionState::selected);
  transaction.prepare();
  carry_out(transaction, slot);
  REQUIRE(transaction.state() == cap::TransactionState::prepared);
  CHECK(transaction.tries_left() == 3);
  cap::Pin pin;
  type(pin, asked.pin);
  transaction.verify(pin);
  carry_out(transaction, slot);
  REQUIRE(transaction.state() == cap::TransactionState::verified);
  cap::Inputs inputs;
  inputs.unpredictable_number = {0, 0, static_cast<std::uint8_t>(asked.challenge >> 8),
                                 static_cast<std::uint8_t>(asked.challenge & 0xFF)};
  transaction.generate(inputs);
  carry_out(transaction, slot);
  REQUIRE(transaction.state() == cap::TransactionState::done);
  slot.deactivate();

  FixedVector<cap::TdsNumber, 1> tds;
  if (!asked.tds.empty()) {
    cap::TdsNumber number;
    type(number, asked.tds);
    REQUIRE(tds.push(number));
  }
  cap::Digits digits;
  REQUIRE(transaction.code(tds, digits));
  return {digits.begin(), digits.end()};
}

inline TranscriptSlot slot_of(const std::string& path) {
  return TranscriptSlot(std::make_shared<const Transcript>(Transcript::load(path)));
}

}  // namespace sesame::transcript::test
