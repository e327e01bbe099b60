// Any commands, in any order, to a card of either protocol: the rules of WatchedCard hold.
#include "tests/fuzz/fuzz.hpp"
#include "tests/host/card/cards.hpp"
#include "tests/host/card/watched_card.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

// T=0 or T=1, format 1 or 2, with PDOL or without; two applications each.
std::vector<card::Personalization> make_cards() {
  std::vector<card::Personalization> cards;
  for (unsigned kind = 0; kind < 8; ++kind) {
    auto& made = cards.emplace_back(
        card::test::personalization((kind & 1) != 0 ? card::Protocol::t1 : card::Protocol::t0));
    made.applications.push_back(card::test::application(card::test::kMastercard));
    made.applications[0].answer_format =
        (kind & 2) != 0 ? card::AnswerFormat::format2 : card::AnswerFormat::format1;
    if ((kind & 4) != 0) made.applications[0].pdol = card::test::bytes("9F3501");
  }
  return cards;
}

class Session {
 public:
  Session(const card::Personalization& card, Input& input)
      : watched_(card, store_),
        sensible_(card::test::sensible_commands(card.applications[0])),
        input_(input) {}

  void run() {
    while (input_.more()) {
      const unsigned choice = input_.byte();
      if (choice >= 0xF8) {
        watched_.reset();
        continue;
      }
      const card::ByteString command = next_command(choice);
      if (const char* rule = watched_.transmit(command)) broken(rule);
    }
  }

 private:
  card::ByteString next_command(unsigned choice) {
    if (choice >= 0xC0) return input_.chunk();
    card::ByteString command = sensible_[(choice & 0x3F) % sensible_.size()];
    if (choice >= 0x40) command[input_.below(static_cast<unsigned>(command.size()))] = input_.byte();
    if (choice >= 0x80) command.resize(input_.below(static_cast<unsigned>(command.size() + 1)));
    return command;
  }

  state::EphemeralStore store_;
  card::test::WatchedCard watched_;
  std::vector<card::ByteString> sensible_;
  Input& input_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<card::Personalization> cards = make_cards();
  Input input(data, size);
  const card::Personalization& card = cards[input.below(static_cast<unsigned>(cards.size()))];
  Session(card, input).run();
  return 0;
}
