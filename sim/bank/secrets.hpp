// Confidential codes and passwords: what they may be, and how they are kept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/secret.hpp"
#include "sim/bank/tables.hpp"

namespace sesame::bank {

using Random = std::function<void(std::span<std::uint8_t>)>;

enum class SecretKind : std::uint8_t {
  confidential,         // Coop@ccess
  password,             // the savings site
  activation,           // came by post, and opens the access by reader again
  confidential_letter,  // came by post; it takes the place of the other when it is used, and not before:
  password_letter,      // a stranger who asks for a letter takes nothing away
};
inline constexpr std::string_view kSecretKindNames[] = {"confidential", "password", "activation",
                                                        "confidential_letter", "password_letter"};
constexpr std::span<const std::string_view> names(SecretKind) { return kSecretKindNames; }
constexpr std::string_view to_string(SecretKind kind) {
  return kSecretKindNames[static_cast<std::size_t>(kind)];
}

// What opens a site beside a code of the reader.
constexpr SecretKind secret_kind(Site site) {
  return site == Site::savings ? SecretKind::password : SecretKind::confidential;
}
constexpr SecretKind letter_kind(Site site) {
  return site == Site::savings ? SecretKind::password_letter : SecretKind::confidential_letter;
}

// Why a new secret may not be.
enum class SecretFault : std::uint8_t {
  none,
  too_short,
  too_long,
  unprintable,
  trivial,   // one character again and again, or a row of neighbors: 123456
  common,    // among those that are tried first
  personal,  // a name, a date of birth, a telephone number, an identifier is in it
  mixed,     // a letter, a digit and another character are asked for
  reused,
};
inline constexpr std::string_view kSecretFaultNames[] = {
    "none", "too_short", "too_long", "unprintable", "trivial", "common", "personal", "mixed", "reused"};
constexpr std::string_view to_string(SecretFault fault) {
  return kSecretFaultNames[static_cast<std::size_t>(fault)];
}

// All but `reused`, which only hashes know. `secret` is UTF-8, and is counted in characters.
SecretFault fault_of(std::string_view secret, SecretKind kind, const User& user, const Rules& rules);

struct SecretHash {
  std::uint8_t cost = 0;
  ByteString salt, hash;
};

// scrypt by OpenSSL: tens of milliseconds and 2^cost KiB; for a thread of its own.
// Failure(Failure::environment): there is no memory for it.
SecretHash hash_secret(std::string_view secret, std::uint8_t cost, ByteString salt);
SecretHash hash_secret(std::string_view secret, std::uint8_t cost, const Random& random);
// In the same time whatever the two have in common.
bool matches(std::string_view secret, const SecretHash& hash);

struct KeptSecret {
  SecretHash hash;
  bool must_change = false;
  Millis at = 0;
};
std::optional<KeptSecret> current_secret(Database& database, Id user, SecretKind kind);
// With that one, the newest first.
std::vector<SecretHash> kept_secrets(Database& database, Id user, SecretKind kind, std::size_t most);
// From now on it counts.
void keep_secret(Database& database, Id user, SecretKind kind, const KeptSecret& secret, std::size_t most);
// None counts from now on.
void drop_secret(Database& database, Id user, SecretKind kind);

// Those of a text.
std::string digits_of(std::string_view text);
// So many random digits; never all zeros.
std::string random_digits(const Random& random, std::size_t count);
// For a letter: "ABCD-EFGH-JKMN", without characters that look alike. No secret of a customer's own looks so.
SecretString letter_secret(const Random& random);
bool looks_like_a_letter(std::string_view secret);

}  // namespace sesame::bank
