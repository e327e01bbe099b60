// Any messages of a program, any keys, any time, and the card pulled out and put in: the wire's rules hold.
#include "host/ifd/session.hpp"

#include "host/ifd/features.hpp"
#include "tests/firmware/core/profiles.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/fuzz/hostile_card.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

class HostileSlot final : public CardSlot {
 public:
  explicit HostileSlot(Input& input) : input_(input) {}

  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    if (request.kind == SlotRequest::Kind::deactivate) return SlotStatus::ok;
    if (!request.is_command()) return give(input_.chunk(), answer);
    require(
        request.kind == SlotRequest::Kind::transmit && static_cast<bool>(emv::parse_command(request.command)),
        "only command APDUs reach the card");
    return give(card_.answer(request.command, input_), answer);
  }

 private:
  SlotStatus give(const std::vector<std::uint8_t>& bytes, emv::ResponseBuffer& answer) {
    const auto status = static_cast<SlotStatus>(input_.below(8) > 3 ? 0 : input_.below(4));
    if (!answer.assign(Bytes(bytes).first(std::min(bytes.size(), emv::kMaxResponse)))) broken("it fits");
    return status;
  }

  Input& input_;
  HostileCard card_;
};

class Table {
 public:
  explicit Table(Input& input)
      : input_(input),
        slot_(input),
        reader_(*test::kProfiles[input.below(std::size(test::kProfiles))], slot_) {}

  void run() {
    while (input_.more()) {
      const std::uint8_t choice = input_.byte();
      switch (choice >> 5) {
        case 0: reader_.press(key(choice)); break;
        case 1: reader_.hold(key(choice)); break;
        case 2: reader_.advance((choice & 0x1FU) * 1'500U); break;
        case 3: (choice & 1) != 0 ? reader_.insert() : reader_.remove(); break;
        case 4: hang_up(); break;
        case 5: send(pin_order()); break;
        default: send(input_.chunk()); break;
      }
      listen();
    }
  }

 private:
  static Key key(std::uint8_t choice) {
    return static_cast<Key>((choice & 0x1FU) % (static_cast<unsigned>(Key::f8) + 1));
  }

  // A likely one, as most bytes are not valid.
  std::vector<std::uint8_t> pin_order() {
    ifd::Message message;
    const auto structure = input_.chunk();
    const Bytes bounded = Bytes(structure).first(std::min(structure.size(), ifd::kMaxInput));
    require(put(ifd::Request{ifd::Operation::control, ifd::kVerifyPin, bounded}, message),
            "a PIN order fits");
    return {message.begin(), message.end()};
  }

  void send(const std::vector<std::uint8_t>& message) {
    const bool taken = session_->take(message);
    require(!taken || (!waiting_ && ifd::parse_request(message)),
            "only a request is taken, and one at a time");
    if (!taken) return hang_up();
    waiting_ = true;
  }

  void listen() {
    ifd::Message message;
    if (!session_->answer(message)) return;
    require(waiting_, "only a request is answered");
    require(ifd::parse_answer(message).has_value(), "an answer is one");
    require(!session_->answer(message), "and there is one");
    waiting_ = false;
  }

  void hang_up() {
    session_.reset();
    require(reader_.reader().state() != State::connected && reader_.reader().state() != State::host_pin,
            "a client that hangs up lets go of the card");
    session_.emplace(reader_);
    waiting_ = false;
  }

  Input& input_;
  HostileSlot slot_;
  NativeReader reader_;
  std::optional<ifd::Session> session_{std::in_place, reader_};
  bool waiting_ = false;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  Table(input).run();
  return 0;
}
