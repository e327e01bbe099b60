#include "firmware/core/iso7816/pps.hpp"

namespace sesame::iso7816 {
namespace {

constexpr std::uint8_t kPpss = 0xFF;
constexpr std::uint8_t kWithPps1 = 0x10;

}  // namespace

void Pps::start(std::uint8_t protocol, std::uint8_t ta1, std::uint32_t waiting_time) {
  pps0_ = protocol | kWithPps1;
  pps1_ = ta1;
  at_ = 0;
  wait_ = waiting_time;
  turn_ = Turn::ours;
}

std::uint8_t Pps::to_send() const {
  switch (at_) {
    case 0: return kPpss;
    case 1: return pps0_;
    case 2: return pps1_;
    default: return static_cast<std::uint8_t>(kPpss ^ pps0_ ^ pps1_);  // PCK
  }
}

void Pps::sent(bool taken) {
  if (!taken) return end(LinkError::parity);
  if (++at_ < kLength) return;
  at_ = 0;
  turn_ = Turn::cards;
}

void Pps::received(std::uint8_t character, bool parity_ok) {
  if (!parity_ok) return end(LinkError::parity);
  if (character != to_send()) return end(LinkError::protocol);
  if (++at_ == kLength) end(LinkError::none);
}

void Pps::silence() { end(LinkError::mute); }

}  // namespace sesame::iso7816
