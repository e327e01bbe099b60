#include "firmware/core/iso7816/t0.hpp"

namespace sesame::iso7816 {
namespace {

constexpr std::size_t kHeader = 5;  // with P3
constexpr std::uint8_t kNull = 0x60;
constexpr std::uint32_t kDefaultWi = 10;

// Case 1 or 2: what data there is comes from the card.
bool comes_in(Bytes command) { return command.size() <= kHeader; }

bool is_short_apdu(Bytes command) {
  if (command.size() <= kHeader) return command.size() >= kHeader - 1;
  const std::size_t data = command[4];
  return data != 0 && (command.size() == kHeader + data || command.size() == kHeader + data + 1);
}

std::uint16_t data_length(Bytes command) {
  if (command.size() < kHeader) return 0;
  if (comes_in(command) && command[4] == 0) return 256;
  return command[4];
}

bool is_sw1(std::uint8_t character) { return (character & 0xF0) == 0x60 || (character & 0xF0) == 0x90; }

}  // namespace

std::uint32_t waiting_integer(const Atr& atr) {
  const auto wi = atr.interface.size() < 2 ? std::nullopt : atr.interface[1].tc;
  return wi && *wi != 0 ? *wi : kDefaultWi;
}

void T0::start(Bytes command, ResponseBuffer& response) {
  command_ = command;
  response_ = &response;
  response_->clear();
  if (!is_short_apdu(command)) return end(LinkError::protocol);
  at_ = 0;
  left_ = data_length(command);
  repeats_ = 0;
  state_ = State::header;
  turn_ = Turn::ours;
}

// Beyond the command is P3 of case 1.
std::uint8_t T0::to_send() const { return at_ < command_.size() ? command_[at_] : std::uint8_t{0}; }

void T0::sent(bool taken) {
  if (!taken) return wrong_parity();
  repeats_ = 0;
  ++at_;
  if (state_ == State::data) return transferred();
  if (at_ == kHeader) listen(State::procedure);
}

void T0::received(std::uint8_t character, bool parity_ok) {
  if (!parity_ok) return wrong_parity();
  repeats_ = 0;
  switch (state_) {
    case State::header: return;  // it is our turn
    case State::procedure: return procedure(character);
    case State::data:
      if (!response_->push(character)) return end(LinkError::too_long);
      return transferred();
    case State::sw2: return end(response_->push(character) ? LinkError::none : LinkError::too_long);
  }
}

void T0::silence() { end(LinkError::mute); }

// 10.3.3
void T0::procedure(std::uint8_t character) {
  const std::uint8_t ins = command_[1];
  if (character == kNull) return;
  if (is_sw1(character)) {
    if (!response_->push(character)) return end(LinkError::too_long);
    return listen(State::sw2);
  }
  if (character == ins) return transfer(left_);
  if (character == (ins ^ 0xFF)) return transfer(left_ == 0 ? std::uint16_t{0} : std::uint16_t{1});
  end(LinkError::protocol);
}

void T0::transfer(std::uint16_t count) {
  if (count == 0) return;  // all data is transferred: another procedure byte follows
  burst_ = count;
  state_ = State::data;
  turn_ = comes_in(command_) ? Turn::cards : Turn::ours;
}

void T0::transferred() {
  --left_;
  if (--burst_ == 0) listen(State::procedure);
}

void T0::wrong_parity() {
  if (++repeats_ > kMaxRepeats) end(LinkError::parity);
}

void T0::listen(State state) {
  state_ = state;
  turn_ = Turn::cards;
}

}  // namespace sesame::iso7816
