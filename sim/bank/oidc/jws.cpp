#include "sim/bank/oidc/jws.hpp"

#include <malloc.h>

#include <cstdint>
#include <cstdlib>

extern "C" {
#include <jose/jose.h>
}

#include "host/base/failure.hpp"

namespace sesame::bank {

namespace {

constexpr const char* kAlgorithm = "ES256";
constexpr std::size_t kLongestToken = 8'192;

// José keeps a private key in Jansson's values: they are overwritten before their memory is given back.
void wipe_memory_of_json() {
  static const bool once = [] {
    json_set_alloc_funcs(std::malloc, [](void* memory) {
      if (memory != nullptr) wipe(static_cast<std::uint8_t*>(memory), ::malloc_usable_size(memory));
      std::free(memory);
    });
    return true;
  }();
  static_cast<void>(once);
}

[[noreturn]] void failed() { throw Failure(Failure::environment, "a token could not be signed"); }

std::string text_of(const json_t* object, const char* name) {
  const char* text = json_string_value(json_object_get(object, name));
  return text == nullptr ? "" : text;
}

std::string dumped(const json_t* value) {
  char* text = json_dumps(value, JSON_COMPACT);
  if (text == nullptr) failed();
  std::string copy(text);
  json_free_t release = nullptr;
  json_get_alloc_funcs(nullptr, &release);
  release(text);
  return copy;
}

}  // namespace

void SigningKey::Release::operator()(json_t* json) const { json_decref(json); }

SigningKey SigningKey::generate() {
  wipe_memory_of_json();
  Json jwk(json_pack("{s:s}", "alg", kAlgorithm));
  if (!jwk || !jose_jwk_gen(nullptr, jwk.get())) {
    throw Failure(Failure::environment, "no key to sign with could be made");
  }
  return SigningKey(std::move(jwk));
}

SigningKey::SigningKey(std::string_view text)
    : SigningKey((wipe_memory_of_json(), Json(json_loadb(text.data(), text.size(), 0, nullptr)))) {}

SigningKey::SigningKey(Json jwk) : jwk_(std::move(jwk)) {
  const Json thumbprint(jwk_ ? jose_jwk_thp(nullptr, jwk_.get(), "S256") : nullptr);
  if (!thumbprint || text_of(jwk_.get(), "alg") != kAlgorithm || text_of(jwk_.get(), "d").empty()) {
    throw Failure(Failure::invalid, "is no key to sign with");
  }
  kid_ = json_string_value(thumbprint.get());
}

SecretString SigningKey::text() const {
  std::string text = dumped(jwk_.get());
  SecretString secret(text);
  wipe(text.data(), text.size());
  return secret;
}

std::string SigningKey::public_jwk() const {
  const Json shown(json_pack("{s:s, s:O, s:O, s:O, s:s, s:s, s:s}", "kty", "EC", "crv",
                             json_object_get(jwk_.get(), "crv"), "x", json_object_get(jwk_.get(), "x"), "y",
                             json_object_get(jwk_.get(), "y"), "alg", kAlgorithm, "use", "sig", "kid",
                             kid_.c_str()));
  return dumped(shown.get());
}

std::string SigningKey::sign(std::string_view payload) const {
  const Json jws(json_pack("{s:o}", "payload", jose_b64_enc(payload.data(), payload.size())));
  const Json header(
      json_pack("{s:{s:s, s:s, s:s}}", "protected", "alg", kAlgorithm, "typ", "JWT", "kid", kid_.c_str()));
  if (!jws || !header || !jose_jws_sig(nullptr, jws.get(), header.get(), jwk_.get())) failed();
  return text_of(jws.get(), "protected") + "." + text_of(jws.get(), "payload") + "." +
         text_of(jws.get(), "signature");
}

std::optional<std::string> SigningKey::verify(std::string_view token) const {
  const std::size_t first = token.find('.'), second = token.find('.', first + 1);
  if (token.size() > kLongestToken || first == token.npos || second == token.npos) return std::nullopt;
  const std::string protected_(token.substr(0, first)), payload(token.substr(first + 1, second - first - 1)),
      signature(token.substr(second + 1));
  const Json jws(json_pack("{s:s, s:s, s:s}", "protected", protected_.c_str(), "payload", payload.c_str(),
                           "signature", signature.c_str()));
  if (!jws) return std::nullopt;
  // What a token says of how it is signed is compared, and not believed (RFC 8725, 3.1).
  const Json header(jose_b64_dec_load(json_object_get(jws.get(), "protected")));
  if (!header || text_of(header.get(), "alg") != kAlgorithm || text_of(header.get(), "kid") != kid_) {
    return std::nullopt;
  }
  if (!jose_jws_ver(nullptr, jws.get(), nullptr, jwk_.get(), false)) return std::nullopt;
  std::string decoded(payload.size(), '\0');
  const std::size_t size =
      jose_b64_dec(json_object_get(jws.get(), "payload"), decoded.data(), decoded.size());
  if (size == SIZE_MAX) return std::nullopt;
  decoded.resize(size);
  return decoded;
}

std::string base64url(Bytes bytes) {
  std::string text((4 * bytes.size() + 2) / 3, '\0');
  if (jose_b64_enc_buf(bytes.data(), bytes.size(), text.data(), text.size()) != text.size()) failed();
  return text;
}

}  // namespace sesame::bank
