// Protocol and parameters selection: ISO 7816-3:2006, 9. Asks for the protocol and the rate of TA1; agreed is
// what the card repeats in full. A refused, changed or missing answer is an error of the exchange: the card
// is reset then.
#pragma once

#include <cstdint>

#include "firmware/core/iso7816/exchange.hpp"

namespace sesame::iso7816 {

class Pps final : public Exchange {
 public:
  void start(std::uint8_t protocol, std::uint8_t ta1, std::uint32_t waiting_time);

  std::uint8_t to_send() const override;
  void sent(bool taken) override;
  void received(std::uint8_t character, bool parity_ok) override;
  void silence() override;

 private:
  static constexpr std::uint8_t kLength = 4;  // PPSS, PPS0, PPS1, PCK

  std::uint8_t pps0_ = 0;
  std::uint8_t pps1_ = 0;
  std::uint8_t at_ = 0;  // in the request, then in the response
};

}  // namespace sesame::iso7816
