// A secret key of two DES keys or one AES-128 key.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "firmware/core/bytes.hpp"

namespace sesame::keys {

// 16 bytes that are overwritten when the key is destroyed or moved from. A copy must be asked for
// by name, and there is no text form: code that prints a key says so, byte by byte.
class Key {
 public:
  static constexpr std::size_t size = 16;

  Key() = default;  // all zeros
  explicit Key(std::span<const std::uint8_t, size> bytes) {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  }
  Key(Key&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }
  Key& operator=(Key&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      other.wipe();
    }
    return *this;
  }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() { wipe(); }

  Key clone() const { return Key(bytes_); }

  std::span<const std::uint8_t, size> bytes() const { return bytes_; }
  std::span<std::uint8_t, size> bytes() { return bytes_; }

 private:
  void wipe() { sesame::wipe(bytes_.data(), bytes_.size()); }

  std::array<std::uint8_t, size> bytes_{};
};

// The key with the lowest bit of every byte set so that the byte has an odd number of ones, as DES
// keys are shown (EMV 4.3 Book 2, A1.4). DES itself ignores that bit.
Key odd_parity(Key key);

}  // namespace sesame::keys
