// What a card's answer to reset says about how it talks: ISO 7816-3:2006, 8.3, 10.2 and 11.4.
#pragma once

#include <cstdint>

#include "firmware/core/bytes.hpp"
#include "host/card/iso7816/rate.hpp"

namespace sesame::card::iso7816 {

struct AtrParameters {
  Buffer<33> atr;        // as it is sent
  bool inverse = false;  // 8.1: TS
  bool t0 = true, t1 = false;
  int first = 0;            // the protocol without PPS
  bool negotiable = true;   // no TA2
  Rate rate;                // from the answer to reset on, without PPS
  std::uint8_t ta1 = 0x11;  // what PPS may agree on
  Rate fastest;             // what TA1 stands for
  unsigned wi = 10;         // TC2, of T=0
  // T=1: TA, TB and TC after the first T=1 from TD2 on (11.4).
  std::size_t ifsc = 32;
  unsigned cwi = 13, bwi = 4;
  bool crc = false;

  // The longest that the card may take to answer: work waiting time (10.2), block waiting time (11.4.3).
  Micros waiting_time(int protocol, std::uint32_t clock_hz, Rate now) const;
};

// Any bytes: where they are no answer to reset, or offer neither T=0 nor T=1 (recorded cards carry masked
// ones), the card answers 3B 00.
AtrParameters read_parameters(Bytes atr);

}  // namespace sesame::card::iso7816
