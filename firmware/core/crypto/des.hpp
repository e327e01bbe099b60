// Single DES (FIPS 46-3), the only cipher that a reader itself needs: TDS is a CBC-MAC under it.
// Written for size and for being read beside the standard; a reader runs it a few dozen times a code.
#pragma once

#include <array>
#include <cstdint>

#include "firmware/core/bytes.hpp"

namespace sesame::crypto {

using DesBlock = std::array<std::uint8_t, 8>;

// Weak keys and keys of wrong parity are accepted: the parity bits are not used.
class Des {
 public:
  explicit Des(const DesBlock& key);
  Des(const Des&) = delete;
  Des& operator=(const Des&) = delete;
  ~Des() { wipe(round_keys_.data(), sizeof round_keys_); }

  DesBlock encrypt(const DesBlock& block) const;

 private:
  std::array<std::uint64_t, 16> round_keys_{};  // 48 bits each
};

}  // namespace sesame::crypto
