#include "sim/bank/secrets.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "host/base/failure.hpp"
#include "host/base/utf8.hpp"

namespace sesame::bank {

namespace {

constexpr std::size_t kNewSaltSize = 16, kHashSize = 32;
constexpr std::uint64_t kBlock = 8, kParallel = 1;
constexpr std::string_view kLetters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789+";  // 32: each as often
constexpr std::size_t kLetterGroup = 4, kLetterSize = 14;

// Those that lists of leaked passwords begin with, and what is close at hand here; in small letters.
constexpr std::array<std::string_view, 24> kCommon{
    "password", "password1", "passw0rd", "motdepasse", "azerty",  "azertyuiop", "qwerty", "qwertyuiop",
    "iloveyou", "jetaime",   "bonjour",  "soleil",     "doudou",  "chouchou",   "loulou", "marseille",
    "sunshine", "princess",  "football", "dragon",     "letmein", "sesame",     "sésame", "coopanet"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// One character again and again, or each the next of the one before, up or down: 123456, 987654, 111111.
bool is_trivial(std::string_view secret) {
  if (secret.size() < 2) return true;
  const int step = secret[1] - secret[0];
  if (step < -1 || step > 1) return false;
  return std::adjacent_find(secret.begin(), secret.end(),
                            [step](char one, char next) { return next - one != step; }) == secret.end();
}

// What of a person is not to be in their secret, in small letters: words of four letters or more, numbers of
// four digits or more.
std::vector<std::string> references_of(const User& user) {
  std::vector<std::string> all;
  const auto add = [&](std::string text) {
    if (text.size() >= 4) all.push_back(std::move(text));
  };
  std::string word;
  for (const char c : lower(user.name) + " ") {
    if (c == ' ' || c == '-' || c == '\'') {
      add(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  if (user.born.size() == 10) {  // YYYY-MM-DD
    const std::string year = user.born.substr(0, 4), month = user.born.substr(5, 2),
                      day = user.born.substr(8, 2), short_year = year.substr(2);
    add(year);
    for (const std::string& date : {day + month, month + day}) {
      add(date);
      add(fmt::format("{}{}", date, short_year));
      add(fmt::format("{}{}", short_year, date));
    }
  }
  if (user.mobile) {
    const std::string number = digits_of(*user.mobile);
    if (number.size() >= 8) add(number.substr(number.size() - 8));
  }
  if (user.email) add(lower(user.email->substr(0, user.email->find('@'))));
  add(lower(user.client_id));
  add(lower(user.number));
  for (const auto& identifier : {user.user_code, user.company, user.server_code}) {
    if (identifier) add(lower(*identifier));
  }
  return all;
}

bool is_mixed(std::string_view secret) {
  const auto any = [&](auto test) { return std::any_of(secret.begin(), secret.end(), test); };
  return any([](unsigned char c) { return std::isalpha(c) != 0 || c >= 0x80; }) &&
         any([](unsigned char c) { return std::isdigit(c) != 0; }) &&
         any([](unsigned char c) { return c < 0x80 && std::isalnum(c) == 0; });
}

// Whether it is UTF-8 without control characters.
bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const utf8::Character next = utf8::first_character(text);
    if (next.length == 0 || next.code < 0x20 || (next.code >= 0x7F && next.code < 0xA0)) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

}  // namespace

SecretFault fault_of(std::string_view secret, SecretKind kind, const User& user, const Rules& rules) {
  const bool code = kind == SecretKind::confidential;
  const std::size_t least = code ? rules.confidential_min : rules.password_min;
  const std::size_t most = code ? rules.confidential_max : rules.password_max;
  if (!is_printable(secret)) return SecretFault::unprintable;
  const std::size_t length = utf8::length(secret);
  if (length < least) return SecretFault::too_short;
  if (length > most) return SecretFault::too_long;
  if (is_trivial(secret)) return SecretFault::trivial;
  if (looks_like_a_letter(secret)) return SecretFault::common;
  std::string small = lower(secret);
  const auto found = [&](std::string_view text) { return small.find(text) != std::string::npos; };
  SecretFault fault = SecretFault::none;
  const auto references = references_of(user);
  if (std::any_of(references.begin(), references.end(), found)) {
    fault = SecretFault::personal;
  } else if (std::find(kCommon.begin(), kCommon.end(), small) != kCommon.end()) {
    fault = SecretFault::common;
  } else if (!code && rules.password_mixed && !is_mixed(secret)) {
    fault = SecretFault::mixed;
  }
  wipe(small.data(), small.size());
  return fault;
}

SecretHash hash_secret(std::string_view secret, std::uint8_t cost, ByteString salt) {
  SecretHash out{cost, std::move(salt), ByteString(kHashSize)};
  const std::uint64_t rounds = std::uint64_t{1} << cost;
  const std::uint64_t memory = 128 * kBlock * (rounds + kParallel + 2);
  if (EVP_PBE_scrypt(secret.data(), secret.size(), out.salt.data(), out.salt.size(), rounds, kBlock,
                     kParallel, memory, out.hash.data(), out.hash.size()) != 1) {
    throw Failure(Failure::environment, "scrypt failed: there may be no memory for it");
  }
  return out;
}

SecretHash hash_secret(std::string_view secret, std::uint8_t cost, const Random& random) {
  ByteString salt(kNewSaltSize);
  random(salt);
  return hash_secret(secret, cost, std::move(salt));
}

bool matches(std::string_view secret, const SecretHash& hash) {
  const SecretHash computed = hash_secret(secret, hash.cost, hash.salt);
  return computed.hash.size() == hash.hash.size() &&
         CRYPTO_memcmp(computed.hash.data(), hash.hash.data(), hash.hash.size()) == 0;
}

std::optional<KeptSecret> current_secret(Database& database, Id user, SecretKind kind) {
  sqlite::Query found = database.query(
      "SELECT cost, salt, hash, must_change, at FROM secrets WHERE user=? AND kind=? AND counts=1");
  if (!found.with(user).with(static_cast<std::int64_t>(kind)).step()) return std::nullopt;
  return KeptSecret{{static_cast<std::uint8_t>(found.number(0)), found.bytes(1), found.bytes(2)},
                    found.number(3) != 0,
                    found.number(4)};
}

std::vector<SecretHash> kept_secrets(Database& database, Id user, SecretKind kind, std::size_t most) {
  std::vector<SecretHash> kept;
  sqlite::Query found =
      database.query("SELECT cost, salt, hash FROM secrets WHERE user=? AND kind=? ORDER BY id DESC LIMIT ?");
  found.with(user).with(static_cast<std::int64_t>(kind)).with(static_cast<std::int64_t>(most));
  while (found.step()) {
    kept.push_back({static_cast<std::uint8_t>(found.number(0)), found.bytes(1), found.bytes(2)});
  }
  return kept;
}

void keep_secret(Database& database, Id user, SecretKind kind, const KeptSecret& secret, std::size_t most) {
  const auto number = static_cast<std::int64_t>(kind);
  database.query("UPDATE secrets SET counts=0 WHERE user=? AND kind=?").with(user).with(number).step();
  database
      .query(
          "INSERT INTO secrets (user, kind, cost, salt, hash, must_change, at, counts) "
          "VALUES (?,?,?,?,?,?,?,1)")
      .with(user)
      .with(number)
      .with(std::int64_t{secret.hash.cost})
      .with(Bytes(secret.hash.salt))
      .with(Bytes(secret.hash.hash))
      .with(std::int64_t{secret.must_change})
      .with(secret.at)
      .step();
  database
      .query(
          "DELETE FROM secrets WHERE user=? AND kind=? AND id NOT IN "
          "(SELECT id FROM secrets WHERE user=? AND kind=? ORDER BY id DESC LIMIT ?)")
      .with(user)
      .with(number)
      .with(user)
      .with(number)
      .with(static_cast<std::int64_t>(std::max<std::size_t>(most, 1)))
      .step();
}

void drop_secret(Database& database, Id user, SecretKind kind) {
  database.query("UPDATE secrets SET counts=0 WHERE user=? AND kind=?")
      .with(user)
      .with(static_cast<std::int64_t>(kind))
      .step();
}

std::string digits_of(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return c >= '0' && c <= '9'; });
  return out;
}

std::string random_digits(const Random& random, std::size_t count) {
  std::string digits;
  do {
    digits.clear();
    while (digits.size() < count) {
      std::uint8_t byte = 0;
      random({&byte, 1});
      if (byte < 250) digits += static_cast<char>('0' + byte % 10);  // 250: each digit as often
    }
  } while (digits.find_first_not_of('0') == std::string::npos);
  return digits;
}

SecretString letter_secret(const Random& random) {
  std::string text;
  while (text.size() < kLetterSize) {
    std::uint8_t byte = 0;
    random({&byte, 1});
    if (text.size() % (kLetterGroup + 1) == kLetterGroup) text += '-';
    text += kLetters[byte % kLetters.size()];
  }
  SecretString secret(text);
  wipe(text.data(), text.size());
  return secret;
}

bool looks_like_a_letter(std::string_view secret) {
  if (secret.size() != kLetterSize) return false;
  for (std::size_t i = 0; i < secret.size(); ++i) {
    const bool dash = i % (kLetterGroup + 1) == kLetterGroup;
    if (dash ? secret[i] != '-' : kLetters.find(secret[i]) == std::string_view::npos) return false;
  }
  return true;
}

}  // namespace sesame::bank
