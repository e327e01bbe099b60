// The only door to OpenSSL: keyed block ciphers, AES-GCM, HMAC and SHA-1, through its EVP interface. For the
// other files of this folder; everybody else uses derivation.hpp, mac.hpp and sealing.hpp.
//
// Algorithms are fetched once per process, from a library context of our own: neither the machine's
// openssl.cnf nor the legacy provider has a say. Whatever OpenSSL refuses is thrown as a Failure
// (Failure::environment) that names the operation and OpenSSL's reason.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "firmware/core/bytes.hpp"
#include "host/keys/key.hpp"

struct evp_cipher_ctx_st;

namespace sesame::keys {

// Triple DES is two-key: K1 encrypts, K2 decrypts, K1 encrypts. With K1 = K2 it is single DES.
enum class Algorithm : std::uint8_t { tdes_ecb, tdes_cbc, aes_ecb, aes_cbc };

inline constexpr std::size_t kDesBlock = 8;  // bytes; a half of a two-key triple DES key, too

// A cipher context, keyed for encryption without padding. OpenSSL wipes the key schedule when it is
// rekeyed or destroyed. Not for two threads at once.
class Cipher {
 public:
  Cipher(Algorithm algorithm, const Key& key);

  // CBC: the next block is chained to a block of zeros.
  void rekey(const Key& key);

  // CBC: the next block is chained to a block of zeros, as it is at first.
  void restart();

  // Whole blocks only; `out` takes as many bytes as `in` has, and may be `in`.
  void encrypt(Bytes in, std::uint8_t* out);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> context_;
};

// Triple DES in ECB, the other way round; whole blocks only.
void tdes_decrypt(const Key& key, Bytes in, std::uint8_t* out);

std::array<std::uint8_t, 20> sha1(Bytes data);
std::array<std::uint8_t, 32> sha256(Bytes data);

// AES-256-GCM with a key of 32 bytes and a nonce of 12; what follows the ciphertext is the tag, 16 bytes.
// False: the tag is not that of these data, and `plain` is wiped.
void gcm_encrypt(Bytes key, Bytes nonce, Bytes bound, Bytes plain, std::span<std::uint8_t> sealed);
bool gcm_decrypt(Bytes key, Bytes nonce, Bytes bound, Bytes sealed, std::span<std::uint8_t> plain);

std::array<std::uint8_t, 32> hmac_sha256(Bytes key, Bytes data);

}  // namespace sesame::keys
