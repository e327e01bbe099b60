// An answer to reset, character by character: ISO 7816-3:2006, 8 and what it refers to. As far as it is one:
// any bytes in, what they say and where and why that ends out.
//
// The reader's own parser (firmware/core/iso7816/atr.hpp) finds the same errors, and a test holds the two
// against each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "firmware/core/iso7816/atr.hpp"

namespace sesame::explain {

struct AtrCharacter {
  std::string name;  // "TS", "T0", "TA1" …
  std::uint8_t value = 0;
  std::string meaning;  // empty: none that is standardized
};

// What the interface bytes and their defaults come to. Nothing where a value is reserved, or where it is for
// a protocol that is not offered.
struct AtrParameters {
  std::vector<int> protocols;  // offered, in the order of the TDi; T=0 without any TDi (8.2.3)
  // Tables 7 and 8: TA1, default 372, 5 MHz and 1.
  std::optional<int> f, d;
  std::optional<double> most_mhz;
  int extra_guard_time = 0;  // N: TC1; 255: the least (8.3)
  // TA2: no negotiation, this protocol (8.3).
  struct SpecificMode {
    std::optional<int> protocol;  // none for T=15
    bool may_change = false;      // a warm reset may change the mode
    bool implicit = false;        // F and D are not those of TA1
  };
  std::optional<SpecificMode> specific_mode;
  // T=0 (10.2): WT = WI x 960 x F clock cycles.
  std::optional<int> wi;
  std::optional<std::int64_t> wt_cycles;
  // T=1 (11.4): BWT = 11 etu + 2^BWI x 960 x 372 clock cycles; CWT = 11 + 2^CWI etu.
  std::optional<int> ifsc, bwi, cwi;
  std::optional<std::int64_t> bwt_cycles;  // those after its 11 etu
  std::optional<int> cwt_etu;
  std::optional<std::string> edc;  // "LRC" or "CRC"
  // T=15 (8.3): "not supported", "state L", "state H", "no preference"; some of A, B and C; SPU, the contact
  // C6.
  std::string clock_stop;
  std::optional<std::string> classes;
  std::uint8_t spu = 0;  // 00: not used
};

struct ExplainedAtr {
  std::vector<AtrCharacter> characters;  // up to the historical bytes
  std::vector<iso7816::InterfaceBytes> interface;
  std::vector<std::uint8_t> historical;
  std::optional<std::uint8_t> tck;
  AtrParameters parameters;
  std::vector<std::string> kinds;    // what the ATR alone tells of the card, in words
  std::vector<std::string> remarks;  // what the standard does not allow, but can be read
  // What ends it before its end, or makes it none all the same; and at which byte, from 0.
  std::optional<iso7816::AtrError> error;
  std::size_t error_at = 0;
  std::uint8_t right_tck = 0;  // what TCK must be, where it is wrong
};

ExplainedAtr explain_atr(Bytes bytes);

}  // namespace sesame::explain
