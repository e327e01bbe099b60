#include "firmware/drivers/key_matrix.hpp"

#include <bit>

namespace sesame::drivers {

std::optional<KeyPress> KeyMatrix::update(Contacts contacts, std::uint64_t now) {
  closed_ = contacts != 0;
  const bool alone = std::has_single_bit(contacts);
  const bool settled = now - since_ >= kSettle;
  const bool closed = (contacts >> contact_ & 1) != 0;
  const bool holdable = contact_ == holdable_;
  switch (state_) {
    case State::up:
      if (!alone) return std::nullopt;
      contact_ = static_cast<std::uint8_t>(std::countr_zero(contacts));
      since_ = now;
      state_ = State::closing;
      return std::nullopt;
    case State::closing:
      if (!alone || !closed) {
        state_ = State::up;
        return std::nullopt;
      }
      if (!settled) return std::nullopt;
      down_since_ = now;
      held_ = false;
      state_ = State::down;
      return holdable ? std::nullopt : press();
    case State::down:
      if (!closed) {
        since_ = now;
        state_ = State::opening;
        return std::nullopt;
      }
      if (!holdable || held_ || now - down_since_ < kHold) return std::nullopt;
      held_ = true;
      return press();
    case State::opening:
      if (closed) {
        state_ = State::down;
        return std::nullopt;
      }
      if (!settled) return std::nullopt;
      state_ = State::up;
      return holdable && !held_ ? press() : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace sesame::drivers
