// What is stored so that only who has the key reads it, and so that a change is noticed: AES-256-GCM (NIST SP
// 800-38D) and HMAC with SHA-256 (RFC 2104).
//
//     const SealingKey key = root.derived("card keys");
//     const auto sealed = seal(key, nonce, secret, policy);   // the policy in the open, bound to it
//     if (const auto secret = open(key, sealed, policy)) …
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::keys {

using Sha256 = std::array<std::uint8_t, 32>;

// 32 bytes that are overwritten when the key is destroyed or moved from.
class SealingKey {
 public:
  static constexpr std::size_t size = 32;

  explicit SealingKey(std::span<const std::uint8_t, size> bytes) {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  }
  SealingKey(SealingKey&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_.data(), size); }
  SealingKey& operator=(SealingKey&&) = delete;
  ~SealingKey() { wipe(bytes_.data(), size); }

  Bytes bytes() const { return bytes_; }
  // Another key for each purpose: HMAC of its name.
  SealingKey derived(std::string_view purpose) const;

 private:
  std::array<std::uint8_t, size> bytes_;
};

// A vector that wipes itself.
class Opened {
 public:
  explicit Opened(std::size_t size) : bytes_(size) {}
  Opened(Opened&&) noexcept = default;
  Opened& operator=(Opened&&) = delete;
  ~Opened() { wipe(bytes_.data(), bytes_.size()); }
  Bytes bytes() const { return bytes_; }
  std::span<std::uint8_t> bytes() { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

inline constexpr std::size_t kNonceSize = 12, kTagSize = 16;
// Never twice with one key: from a source of random numbers.
using Nonce = std::array<std::uint8_t, kNonceSize>;

// Nonce, ciphertext, tag. `bound` is not in it, but has to be the same when it is opened.
std::vector<std::uint8_t> seal(const SealingKey& key, const Nonce& nonce, Bytes plain, Bytes bound);
// Nothing where either was changed, or the key is another.
std::optional<Opened> open(const SealingKey& key, Bytes sealed, Bytes bound);

Sha256 hmac(const SealingKey& key, Bytes data);
// In the same time, whatever the two have in common.
bool same(Bytes one, Bytes other);

}  // namespace sesame::keys
