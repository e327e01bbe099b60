// The host command K2 of payShield HSMs, whose answer is K3: whether the truncated application cryptogram of
// a code is right. Bytes in, bytes out; the key comes with each message, under the public test LMK
// (host/keys/lmk.hpp), pair 28-29, variant 1, scheme U: for back ends under test, not for keys that are worth
// something.
//
//     length 2 bytes · header of so many characters, echoed · K2 · mode 1N, 0 · scheme 2N, 00 ·
//     card key 1N: 0 option A, 1 option B · session key 1N: 1, M/Chip SKD · MK-AC: U and 32 hex ·
//     length of PAN‖PSN in bytes 2N · PAN‖PSN, BCD · ; with option B · ATC 2 · UN 4 ·
//     length of the data 2 hex · data, unpadded · ; · truncated AC 8 · mask 8 · MAC of the mask 4
//
//     length 2 bytes · header · K3 · error 2N [· the right AC, 8, with 01 in authorised state]
//
// One open simulator reads it so, and no published text has more. What that leaves open is a setting here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "host/keys/derivation.hpp"

namespace sesame::issuer {

struct K2Settings {
  std::size_t header = 4;   // characters
  bool authorised = false;  // 01 is followed by the right AC
  // The MAC of the mask is compared: 4 bytes of ISO 9797-1 algorithm 3 under LMK 18-19, variant 2. The manual
  // states it, and no published value confirms it.
  bool mask_mac = false;
  // Session keys beside 1. The manual names 0, none, and 2, the EMV2000 tree; no published message has them.
  // Here all else of the message is as with 1, and the shape of the tree is a setting.
  bool no_session_key = false;
  std::optional<keys::Tree> tree = std::nullopt;
};

enum class K2Error : std::uint8_t {
  good = 0,
  wrong = 1,   // the AC differs under the mask
  mode = 4,    // is not 0
  scheme = 5,  // is not 00
  invalid =
      15,  // anything else that is out of range, or not there; a mask without a bit; the MAC of the mask
};

struct K2Answer {
  // Without its length. Nothing where not even a header and a command were there: then there is no answer.
  std::optional<std::vector<std::uint8_t>> bytes;
  // Of a mask under which something was compared: how many. Fewer than kFewMaskBits are to be warned of.
  unsigned mask_bits = 0;
  bool is_of_few_bits() const;
};
inline constexpr unsigned kFewMaskBits = 16;
inline bool K2Answer::is_of_few_bits() const { return mask_bits > 0 && mask_bits < kFewMaskBits; }

// To what is in a message after its length. Another command than K2 is answered as HSMs do, with the next
// code and 15.
K2Answer answer_k2(Bytes message, const K2Settings& settings);

}  // namespace sesame::issuer
