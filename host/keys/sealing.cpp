#include "host/keys/sealing.hpp"

#include "host/keys/openssl.hpp"

namespace sesame::keys {

SealingKey SealingKey::derived(std::string_view purpose) const {
  const std::vector<std::uint8_t> name(purpose.begin(), purpose.end());
  Sha256 made = hmac(*this, name);
  SealingKey key{std::span<const std::uint8_t, size>(made)};
  wipe(made.data(), made.size());
  return key;
}

std::vector<std::uint8_t> seal(const SealingKey& key, const Nonce& nonce, Bytes plain, Bytes bound) {
  std::vector<std::uint8_t> out(kNonceSize + plain.size() + kTagSize);
  std::copy(nonce.begin(), nonce.end(), out.begin());
  gcm_encrypt(key.bytes(), nonce, bound, plain, std::span(out).subspan(kNonceSize));
  return out;
}

std::optional<Opened> open(const SealingKey& key, Bytes sealed, Bytes bound) {
  if (sealed.size() < kNonceSize + kTagSize) return std::nullopt;
  Opened out(sealed.size() - kNonceSize - kTagSize);
  if (!gcm_decrypt(key.bytes(), sealed.first(kNonceSize), bound, sealed.subspan(kNonceSize), out.bytes())) {
    return std::nullopt;
  }
  return out;
}

Sha256 hmac(const SealingKey& key, Bytes data) { return hmac_sha256(key.bytes(), data); }

bool same(Bytes one, Bytes other) {
  if (one.size() != other.size()) return false;
  int different = 0;
  for (std::size_t i = 0; i < one.size(); ++i) different |= one[i] ^ other[i];
  return different == 0;
}

}  // namespace sesame::keys
