// A computer at the cable that nobody trusts, a card likewise, and keys, in any order: the rules of LinkWatch
// hold.
#include <string_view>

#include "firmware/core/reader.hpp"
#include "tests/firmware/core/link_watch.hpp"
#include "tests/firmware/core/profiles.hpp"
#include "tests/fuzz/hostile_card.hpp"

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
  Session(const ReaderProfile& profile, Input& input) : reader_(profile, &link_), input_(input) {}

  void run() {
    while (input_.more()) handle(next_event());
  }

 private:
  Event next_event() {
    const std::uint8_t choice = input_.byte();
    switch (choice >> 5) {
      case 0: return Event::press(key(choice));
      case 1: return Event::hold(key(choice));
      case 2: now_ += (choice & 0x1FU) * 1'500U; return Event::tick();
      case 3: return (choice & 1) != 0 ? Event::inserted() : Event::removed();
      case 4: bytes_ = input_.chunk(); return command(choice);
      case 5: {
        const std::string_view text = (choice & 0x10) != 0 ? kLong : kShort;
        bytes_.assign(text.begin(), text.end());
        return command(choice);
      }
      case 6:
        bytes_ = input_.chunk();
        return Event::answer(reader_.request() ? reader_.request()->number : input_.byte(),
                             static_cast<SlotStatus>(choice & 3), bytes_);
      default: return answer((choice & 1) != 0);
    }
  }

  // The card's; where nothing is asked of it, OK.
  Event answer(bool hostile) {
    const auto request = reader_.request();
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

  static Key key(std::uint8_t choice) {
    return static_cast<Key>((choice & 0x1FU) % (static_cast<unsigned>(Key::f8) + 1));
  }

  void handle(const Event& event) {
    reader_.handle(event, now_);
    const auto rule = watch_.broken_rule(reader_, event, now_);
    if (rule) broken(rule->c_str());
  }

  signing::Link link_;
  Reader reader_;
  Input& input_;
  test::LinkWatch watch_{link_};
  HostileCard card_;
  Millis now_ = 1;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const ReaderProfile& profile = *test::kProfiles[input.below(std::size(test::kProfiles))];
  Session(profile, input).run();
  return 0;
}
