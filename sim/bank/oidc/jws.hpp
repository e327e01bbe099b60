// Signed tokens (JWS, RFC 7515, compact) with ES256 (RFC 7518, 3.4), and the keys that sign them (JWK, RFC
// 7517), by José (libjose).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "host/base/secret.hpp"

struct json_t;

namespace sesame::bank {

// A key pair on P-256.
class SigningKey {
 public:
  // A new one, from OpenSSL's random numbers. Failure(Failure::environment): there is none.
  static SigningKey generate();
  // What text() gave. Failure(Failure::invalid): it is no such key.
  explicit SigningKey(std::string_view text);

  // With the private part: to be sealed.
  SecretString text() const;
  // RFC 7638, with SHA-256.
  const std::string& kid() const { return kid_; }
  // As JSON, for the set that everybody reads.
  std::string public_jwk() const;

  // `payload` is JSON.
  std::string sign(std::string_view payload) const;
  // The payload of what this key has signed; nothing: it is anything else.
  std::optional<std::string> verify(std::string_view token) const;

 private:
  struct Release {
    void operator()(json_t* json) const;
  };
  using Json = std::unique_ptr<json_t, Release>;

  explicit SigningKey(Json jwk);

  Json jwk_;
  std::string kid_;
};

// RFC 7515, 2: without padding.
std::string base64url(Bytes bytes);

}  // namespace sesame::bank
