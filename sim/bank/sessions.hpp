// Sessions of the site, and what each may do.
//
// A browser holds a random token in a cookie; the bank holds its SHA-256. A session of somebody gets a new
// token at each change of what it may do, so that a token that was known before is worth nothing after.
// Before somebody is logged in nothing is kept: any token will do, and is worth nothing.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "host/keys/sealing.hpp"
#include "sim/bank/secrets.hpp"
#include "sim/bank/tables.hpp"

namespace sesame::bank {

// How somebody was authenticated.
enum class Method : std::uint8_t {
  code,          // a code of the reader: something they have, and its PIN
  confidential,  // simple
  password,      // simple
  certificate,   // a key that they have, and its PIN
};
inline constexpr std::string_view kMethodNames[] = {"code", "confidential", "password", "certificate"};
constexpr std::span<const std::string_view> names(Method) { return kMethodNames; }
constexpr std::string_view to_string(Method method) { return kMethodNames[static_cast<std::size_t>(method)]; }
constexpr bool is_strong(Method method) { return method == Method::code || method == Method::certificate; }

enum class Level : std::uint8_t { anonymous, simple, strong };
inline constexpr std::string_view kLevelNames[] = {"anonymous", "simple", "strong"};
constexpr std::string_view to_string(Level level) { return kLevelNames[static_cast<std::size_t>(level)]; }

// What a session may do.
enum class Access : std::uint8_t {
  none,         // log in
  must_prove,   // nothing but authenticate strongly: the first access, or it is too long ago
  must_change,  // nothing but change a secret that the bank has made
  limited,      // balances, and the history of so many days
  full,
};
inline constexpr std::string_view kAccessNames[] = {"none", "must_prove", "must_change", "limited", "full"};
constexpr std::string_view to_string(Access access) { return kAccessNames[static_cast<std::size_t>(access)]; }

struct Session {
  ByteString id;  // SHA-256 of its token
  Level level = Level::anonymous;
  Id user = 0;
  Site site = Site::coopanet;
  Method method = Method::code;
  Millis opened = 0, seen = 0;
  std::optional<Millis> strong_at;  // in this session
  bool ended = false;               // there was one, and its time is over
};

// `must_change`: the user's secret for this site is one that the bank has made.
Access access_of(const Session& session, const User* user, bool must_change, Millis now, const Rules& rules);

class Sessions {
 public:
  Sessions(Database& database, const keys::SealingKey& key, Random random, const Rules& rules);

  std::string new_token() const;
  // What a page must repeat with every request that changes something: HMAC of the token.
  std::string csrf(std::string_view token) const;
  bool knows_csrf(std::string_view token, std::string_view csrf) const;

  // Of a token that a browser showed; and that it did counts as activity.
  Session find(std::string_view token, Millis now);
  // A new one in the place of that: the token of the new one.
  std::string open(const Session& before, const Session& session);
  void close(const Session& session);
  void close_all_of(Id user);
  // Those whose time is over.
  void sweep(Millis now);

  Millis ends(const Session& session) const;

 private:
  void seen(Session& session, Millis now);

  Database& database_;
  keys::SealingKey csrf_key_;
  Random random_;
  const Rules& rules_;
  std::unordered_map<std::string, Millis> seen_;  // newer than what is in the table, by the session's id
};

ByteString sha256(std::string_view text);

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace sesame::bank
