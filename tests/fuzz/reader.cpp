// Any events, in any order, with any answers: the rules of ReaderWatch hold.
#include "tests/firmware/core/reader_watch.hpp"
#include "tests/fuzz/hostile_card.hpp"
#include "tests/fuzz/watched_reader.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

class Session {
 public:
  Session(const ReaderProfile& profile, Input& input) : reader(profile), input_(input) {}

  Event event(std::uint8_t choice) {
    const auto request = reader.request();
    switch (choice >> 5) {
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

  WatchedReader<pinpad::Connection, test::ReaderWatch> reader;

 private:
  // A program on the computer: a VERIFY whose PIN the user types, or anything.
  Event from_host(std::uint8_t choice) {
    const auto kind = static_cast<HostRequest::Kind>((choice & 7U) % 5);
    bytes_ = test::bytes("1E0A8947040C040702090400000000 0D000000 0020008008 20FFFFFFFFFFFFFF");
    if (kind == HostRequest::Kind::transmit) bytes_ = test::bytes("00A4040007A000000004800200");
    if ((choice & 0x08) != 0) bytes_ = input_.chunk();
    return Event::from_host({++host_number_, kind, bytes_});
  }

  Input& input_;
  HostileCard card_;
  std::uint32_t host_number_ = 0;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { return play<Session>(data, size); }
