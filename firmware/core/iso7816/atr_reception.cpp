#include "firmware/core/iso7816/atr_reception.hpp"

#include "firmware/core/iso7816/atr.hpp"

namespace sesame::iso7816 {
namespace {

constexpr std::uint8_t kDirectTs = 0x3B;
constexpr std::uint8_t kInverseTsOnLine = 0x03;  // 3F turned

}  // namespace

std::uint8_t inverted(std::uint8_t character) {
  unsigned result = 0;
  for (unsigned bit = 0; bit < 8; ++bit) result = (result << 1) | ((~unsigned{character} >> bit) & 1U);
  return static_cast<std::uint8_t>(result);
}

void AtrReception::start(ResponseBuffer& atr, std::uint32_t wait_first, std::uint32_t wait_next) {
  atr_ = &atr;
  atr_->clear();
  wait_ = wait_first;
  wait_next_ = wait_next;
  inverse_ = false;
  turn_ = Turn::cards;
}

void AtrReception::received(std::uint8_t character, bool parity_ok) {
  wait_ = wait_next_;
  if (atr_->empty()) {
    inverse_ = character == kInverseTsOnLine;
    if (!inverse_ && (character != kDirectTs || !parity_ok)) return end(LinkError::bad_atr);
  } else if (!parity_ok) {
    return end(LinkError::bad_atr);
  }
  if (!atr_->push(inverse_ ? inverted(character) : character)) return end(LinkError::bad_atr);
  const auto atr = parse_atr(*atr_);
  if (atr) return end(LinkError::none);
  if (atr.error() != AtrError::truncated) end(LinkError::bad_atr);
}

void AtrReception::silence() { end(atr_->empty() ? LinkError::mute : LinkError::bad_atr); }

}  // namespace sesame::iso7816
