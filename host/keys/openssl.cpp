#include "host/keys/openssl.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "host/base/failure.hpp"

namespace sesame::keys {
namespace {

[[noreturn]] void fail(const std::string& operation) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string line = "OpenSSL 3 failed at " + operation;
  if (reason != nullptr) line += std::string(" (") + reason + ")";
  line += ": check that its library and default provider are installed";
  ERR_clear_error();
  throw Failure(Failure::environment, line);
}

void require(int outcome, const char* operation) {
  if (outcome != 1) fail(operation);
}

// What is fetched lives as long as the process: a context in a static object may outlive
// any owner that could be named here.
OSSL_LIB_CTX* library() {
  static OSSL_LIB_CTX* const context = [] {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    if (made == nullptr) fail("start");
    return made;
  }();
  return context;
}

const EVP_CIPHER* fetch(const char* name) {
  const EVP_CIPHER* cipher = EVP_CIPHER_fetch(library(), name, nullptr);
  if (cipher == nullptr) fail(std::string("fetching ") + name);
  return cipher;
}

const EVP_CIPHER* implementation(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::tdes_ecb: {
      static const EVP_CIPHER* const cipher = fetch("DES-EDE");
      return cipher;
    }
    case Algorithm::tdes_cbc: {
      static const EVP_CIPHER* const cipher = fetch("DES-EDE-CBC");
      return cipher;
    }
    case Algorithm::aes_ecb: {
      static const EVP_CIPHER* const cipher = fetch("AES-128-ECB");
      return cipher;
    }
    case Algorithm::aes_cbc: {
      static const EVP_CIPHER* const cipher = fetch("AES-128-CBC");
      return cipher;
    }
  }
  return nullptr;
}

constexpr std::array<std::uint8_t, 16> kZeroIv{};  // the longest block

}  // namespace

void Cipher::Free::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

Cipher::Cipher(Algorithm algorithm, const Key& key) : context_(EVP_CIPHER_CTX_new()) {
  if (context_ == nullptr) fail("allocating a cipher");
  require(EVP_EncryptInit_ex2(context_.get(), implementation(algorithm), key.bytes().data(), kZeroIv.data(),
                              nullptr),
          "setting a key");
  require(EVP_CIPHER_CTX_set_padding(context_.get(), 0), "turning padding off");
}

void Cipher::rekey(const Key& key) {
  require(EVP_EncryptInit_ex2(context_.get(), nullptr, key.bytes().data(), kZeroIv.data(), nullptr),
          "setting a key");
}

void Cipher::restart() {
  require(EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, kZeroIv.data(), nullptr),
          "restarting a cipher");
}

void Cipher::encrypt(Bytes in, std::uint8_t* out) {
  const int size = static_cast<int>(in.size());
  int written = 0;
  require(EVP_EncryptUpdate(context_.get(), out, &written, in.data(), size), "encrypting");
  if (written != size) throw std::logic_error("a block cipher takes whole blocks");
}

void tdes_decrypt(const Key& key, Bytes in, std::uint8_t* out) {
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  const std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
  if (context == nullptr) fail("allocating a cipher");
  const EVP_CIPHER* const cipher = implementation(Algorithm::tdes_ecb);
  require(EVP_DecryptInit_ex2(context.get(), cipher, key.bytes().data(), nullptr, nullptr), "setting a key");
  require(EVP_CIPHER_CTX_set_padding(context.get(), 0), "turning padding off");
  const int size = static_cast<int>(in.size());
  int written = 0;
  require(EVP_DecryptUpdate(context.get(), out, &written, in.data(), size), "decrypting");
  if (written != size) throw std::logic_error("a block cipher takes whole blocks");
}

std::array<std::uint8_t, 20> sha1(Bytes data) {
  std::array<std::uint8_t, 20> digest{};
  require(EVP_Q_digest(library(), "SHA1", nullptr, data.data(), data.size(), digest.data(), nullptr),
          "SHA-1");
  return digest;
}

std::array<std::uint8_t, 32> sha256(Bytes data) {
  std::array<std::uint8_t, 32> digest{};
  require(EVP_Q_digest(library(), "SHA256", nullptr, data.data(), data.size(), digest.data(), nullptr),
          "SHA-256");
  return digest;
}

namespace {

const EVP_CIPHER* gcm() {
  static const EVP_CIPHER* const cipher = fetch("AES-256-GCM");
  return cipher;
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

constexpr std::size_t kGcmTag = 16;

int size_of(Bytes bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

void gcm_encrypt(Bytes key, Bytes nonce, Bytes bound, Bytes plain, std::span<std::uint8_t> sealed) {
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  if (context == nullptr) fail("allocating a cipher");
  if (sealed.size() != plain.size() + kGcmTag) throw std::logic_error("GCM adds a tag of 16 bytes");
  int written = 0;
  EVP_CIPHER_CTX* const c = context.get();
  require(EVP_EncryptInit_ex2(c, gcm(), key.data(), nonce.data(), nullptr), "setting a key");
  require(EVP_EncryptUpdate(c, nullptr, &written, bound.data(), size_of(bound)), "authenticating");
  require(EVP_EncryptUpdate(c, sealed.data(), &written, plain.data(), size_of(plain)), "encrypting");
  require(EVP_EncryptFinal_ex(c, sealed.data() + plain.size(), &written), "encrypting");
  require(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, kGcmTag, sealed.data() + plain.size()),
          "reading a tag");
}

bool gcm_decrypt(Bytes key, Bytes nonce, Bytes bound, Bytes sealed, std::span<std::uint8_t> plain) {
  const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
  if (context == nullptr) fail("allocating a cipher");
  if (sealed.size() != plain.size() + kGcmTag) throw std::logic_error("GCM adds a tag of 16 bytes");
  std::array<std::uint8_t, kGcmTag> tag{};
  std::copy_n(sealed.end() - kGcmTag, kGcmTag, tag.begin());
  int written = 0;
  EVP_CIPHER_CTX* const c = context.get();
  require(EVP_DecryptInit_ex2(c, gcm(), key.data(), nonce.data(), nullptr), "setting a key");
  require(EVP_DecryptUpdate(c, nullptr, &written, bound.data(), size_of(bound)), "authenticating");
  require(EVP_DecryptUpdate(c, plain.data(), &written, sealed.data(), size_of(plain)), "decrypting");
  require(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, kGcmTag, tag.data()), "setting a tag");
  std::array<std::uint8_t, 16> none;
  if (EVP_DecryptFinal_ex(c, none.data(), &written) == 1) return true;
  ERR_clear_error();
  wipe(plain.data(), plain.size());
  return false;
}

std::array<std::uint8_t, 32> hmac_sha256(Bytes key, Bytes data) {
  // Fetched and told its digest once; each use is of a copy.
  static EVP_MAC_CTX* const sha256 = [] {
    EVP_MAC* const mac = EVP_MAC_fetch(library(), "HMAC", nullptr);
    EVP_MAC_CTX* const made = mac == nullptr ? nullptr : EVP_MAC_CTX_new(mac);
    std::string name = "SHA256";
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0), OSSL_PARAM_construct_end()};
    if (made == nullptr || EVP_MAC_CTX_set_params(made, parameters.data()) != 1) fail("fetching HMAC");
    return made;
  }();
  struct Free {
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
  };
  const std::unique_ptr<EVP_MAC_CTX, Free> context(EVP_MAC_CTX_dup(sha256));
  if (context == nullptr) fail("HMAC");
  std::array<std::uint8_t, 32> out{};
  std::size_t size = 0;
  require(EVP_MAC_init(context.get(), key.data(), key.size(), nullptr), "setting a key");
  require(EVP_MAC_update(context.get(), data.data(), data.size()), "HMAC");
  require(EVP_MAC_final(context.get(), out.data(), &size, out.size()), "HMAC");
  if (size != out.size()) fail("HMAC");
  return out;
}

}  // namespace sesame::keys
