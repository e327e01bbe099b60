// The answer to reset, character by character: ISO 7816-3:2006, 8.1 and 8.2. It ends with the last character
// that T0 and the TDi announce, TCK included. The first, TS, tells the convention; until then the hardware is
// set to the direct one, and sees the TS of an inverse card as 03 with a wrong parity.
#pragma once

#include <cstdint>

#include "firmware/core/iso7816/exchange.hpp"

namespace sesame::iso7816 {

// Between the line and the inverse convention (7.2): most significant bit first, and low is one. Its own
// inverse.
std::uint8_t inverted(std::uint8_t character);

class AtrReception final : public Exchange {
 public:
  // Milliseconds until TS, and between two characters.
  void start(ResponseBuffer& atr, std::uint32_t wait_first, std::uint32_t wait_next);

  // As it stands on the line, other than in the exchanges that follow.
  void received(std::uint8_t character, bool parity_ok) override;
  void silence() override;

  bool inverse() const { return inverse_; }  // once TS has come

 private:
  ResponseBuffer* atr_ = nullptr;
  std::uint32_t wait_next_ = 0;
  bool inverse_ = false;
};

}  // namespace sesame::iso7816
