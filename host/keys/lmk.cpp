#include "host/keys/lmk.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "host/keys/openssl.hpp"

namespace sesame::keys {

namespace {

constexpr std::array<std::uint8_t, 9> kVariants{0xA6, 0x5A, 0x6A, 0xDE, 0x2B, 0x50, 0x74, 0x9C, 0xFA};

// For the first or the second half: the second key of the pair is changed.
Key for_half(const Key& lmk, std::size_t half) {
  Key changed = lmk.clone();
  changed.bytes()[kDesBlock] ^= kVariants[half];
  return changed;
}

}  // namespace

Key test_lmk(unsigned number) {
  std::array<std::uint8_t, Key::size> bytes{};
  const bool is_28 = number == 28;
  if (!is_28 && number != 18) throw std::invalid_argument("no pair of the test LMK that is needed here");
  std::fill_n(bytes.begin(), kDesBlock, is_28 ? 0x1A : 0x01);
  std::fill(bytes.begin() + kDesBlock, bytes.end(), is_28 ? 0x1C : 0x01);
  return Key(bytes);
}

Key variant(Key lmk, unsigned number) {
  if (number < 1 || number > kVariants.size()) throw std::invalid_argument("a variant is 1 to 9");
  lmk.bytes()[0] ^= kVariants[number - 1];
  return lmk;
}

EncryptedKey close_key(const Key& lmk, const Key& key) {
  EncryptedKey out{};
  for (const std::size_t half : {0U, 1U}) {
    Cipher cipher(Algorithm::tdes_ecb, for_half(lmk, half));
    cipher.encrypt(key.bytes().subspan(half * kDesBlock, kDesBlock), out.data() + half * kDesBlock);
  }
  return out;
}

Key open_key(const Key& lmk, const EncryptedKey& key) {
  Key out;
  for (const std::size_t half : {0U, 1U}) {
    tdes_decrypt(for_half(lmk, half), Bytes(key).subspan(half * kDesBlock, kDesBlock),
                 out.bytes().data() + half * kDesBlock);
  }
  return out;
}

}  // namespace sesame::keys
