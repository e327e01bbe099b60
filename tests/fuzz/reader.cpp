// Any events, in any order, with any answers: the rules of ReaderWatch hold.
#include "firmware/core/reader.hpp"

#include "tests/firmware/core/profiles.hpp"
#include "tests/firmware/core/reader_watch.hpp"
#include "tests/fuzz/hostile_card.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

class Session {
 public:
  Session(const ReaderProfile& profile, Input& input) : reader_(profile, &connection_), input_(input) {}

  void run() {
    while (input_.more()) handle(next_event());
  }

 private:
  Event next_event() {
    const std::uint8_t choice = input_.byte();
    const auto request = reader_.request();
    switch (choice >> 5) {
      case 0: return Event::press(key(choice));
      case 1: return Event::hold(key(choice));
      case 2: now_ += (choice & 0x1FU) * 1'500U; return Event::tick();
      case 3:
        if ((choice & 0x10) != 0) return from_host(choice);
        if ((choice & 0x08) != 0) return Event::pin_on_pad();
        return (choice & 1) != 0 ? Event::inserted() : Event::removed();
      case 4:
        bytes_ = input_.chunk();
        return Event::answer(input_.byte(), static_cast<SlotStatus>(choice & 3), bytes_);
      case 5:
        if (!request) return Event::tick();
        bytes_ = input_.chunk();
        return Event::answer(request->number, static_cast<SlotStatus>(choice & 3), bytes_);
      default:
        if (!request) return Event::press(Key::ok);
        if (request->kind == SlotRequest::Kind::transmit ||
            request->kind == SlotRequest::Kind::verify_on_pad) {
          bytes_ = card_.answer(request->command, input_);
        } else {
          bytes_ = {static_cast<std::uint8_t>((choice & 1) != 0 ? 0x3F : 0x3B), 0x00};
        }
        return Event::answer(request->number, SlotStatus::ok, bytes_);
    }
  }

  // A program on the computer: a VERIFY whose PIN the user types, or anything.
  Event from_host(std::uint8_t choice) {
    const auto kind = static_cast<HostRequest::Kind>((choice & 7U) % 5);
    bytes_ = test::bytes("1E0A8947040C040702090400000000 0D000000 0020008008 20FFFFFFFFFFFFFF");
    if (kind == HostRequest::Kind::transmit) bytes_ = test::bytes("00A4040007A000000004800200");
    if ((choice & 0x08) != 0) bytes_ = input_.chunk();
    return Event::from_host({++host_number_, kind, bytes_});
  }

  static Key key(std::uint8_t choice) {
    return static_cast<Key>((choice & 0x1FU) % (static_cast<unsigned>(Key::f8) + 1));
  }

  void handle(const Event& event) {
    reader_.handle(event, now_);
    const auto rule = watch_.broken_rule(reader_, event, now_);
    if (rule) broken(rule->c_str());
  }

  pinpad::Connection connection_;
  Reader reader_;
  Input& input_;
  test::ReaderWatch watch_{connection_};
  HostileCard card_;
  Millis now_ = 1;
  std::uint32_t host_number_ = 0;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  const ReaderProfile& profile = *test::kProfiles[input.below(std::size(test::kProfiles))];
  Session(profile, input).run();
  return 0;
}
