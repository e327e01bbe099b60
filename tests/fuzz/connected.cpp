// A computer at the cable that nobody trusts, a card likewise, and keys, in any order: the rules of LinkWatch
// hold.
#include <string_view>

#include "tests/firmware/core/link_watch.hpp"
#include "tests/fuzz/hostile_card.hpp"
#include "tests/fuzz/watched_reader.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

using Kind = ComputerCommand::Kind;

constexpr std::string_view kShort = "IBAN FR76 3000\n125,00 EUR";
constexpr std::string_view kLong =
    "a text of several pages, with aWordThatIsLongerThanAnyRowOfAnyDisplay in it,\n\nand a blank row";
constexpr std::uint8_t kRight = 7;  // the choice by which HostileCard answers as it should

class Session {
 public:
  Session(const ReaderProfile& profile, Input& input) : reader(profile), input_(input) {}

  Event event(std::uint8_t choice) {
    switch (choice >> 5) {
      case 3: return (choice & 1) != 0 ? Event::inserted() : Event::removed();
      case 4: bytes_ = input_.chunk(); return command(choice);
      case 5: {
        const std::string_view text = (choice & 0x10) != 0 ? kLong : kShort;
        bytes_.assign(text.begin(), text.end());
        return command(choice);
      }
      case 6:
        bytes_ = input_.chunk();
        return Event::answer(reader.request() ? reader.request()->number : input_.byte(),
                             static_cast<SlotStatus>(choice & 3), bytes_);
      default: return answer((choice & 1) != 0);
    }
  }

  WatchedReader<signing::Link, test::LinkWatch> reader;

 private:
  // The card's; where nothing is asked of it, OK.
  Event answer(bool hostile) {
    const auto request = reader.request();
    if (!request) return Event::press(Key::ok);
    Input right(&kRight, 1);
    bytes_ = {0x3B, 0x00};
    if (request->is_command()) bytes_ = card_.answer(request->command, hostile ? input_ : right);
    return Event::answer(request->number, SlotStatus::ok, bytes_);
  }

  Event command(std::uint8_t choice) {
    return Event::from_computer(
        {static_cast<Kind>((choice & 7U) % std::size(kComputerCommandNames)), bytes_});
  }

  Input& input_;
  HostileCard card_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return play<Session>(data, size); }
