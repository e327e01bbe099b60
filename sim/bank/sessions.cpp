#include "sim/bank/sessions.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"

namespace sesame::bank {

namespace {

constexpr std::size_t kTokenBytes = 32;
// A session's last activity is written when it is so much older in the table: after a crash a session may be
// over so much sooner, never later.
constexpr Millis kWrittenAfter = kMinute;

std::string key_of(const ByteString& id) { return {id.begin(), id.end()}; }

}  // namespace

ByteString sha256(std::string_view text) {
  ByteString digest(32);
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw Failure(Failure::environment, "SHA-256 failed");
  }
  return digest;
}

Access access_of(const Session& session, const User* user, bool must_change, Millis now, const Rules& rules) {
  if (session.level == Level::anonymous || user == nullptr) return Access::none;
  const bool strong = session.level == Level::strong;
  // The savings site has no reader: a secret that came by post is changed with nothing more.
  if (session.site == Site::savings) return must_change ? Access::must_change : Access::full;
  const bool recent = user->strong_at && now - *user->strong_at < rules.strong_days * kDay;
  if (!strong && (!recent || must_change)) return Access::must_prove;
  if (must_change) return Access::must_change;
  return strong ? Access::full : Access::limited;
}

Sessions::Sessions(Database& database, const keys::SealingKey& key, Random random, const Rules& rules)
    : database_(database), csrf_key_(key.derived("csrf")), random_(std::move(random)), rules_(rules) {}

std::string Sessions::new_token() const {
  std::array<std::uint8_t, kTokenBytes> bytes{};
  random_(bytes);
  return to_hex(bytes);
}

std::string Sessions::csrf(std::string_view token) const {
  return to_hex(keys::hmac(csrf_key_, bytes_of(token)));
}

bool Sessions::knows_csrf(std::string_view token, std::string_view csrf) const {
  const std::string expected = this->csrf(token);
  return keys::same(bytes_of(expected), bytes_of(csrf));
}

Millis Sessions::ends(const Session& session) const {
  return std::min(session.seen + rules_.idle, session.opened + rules_.longest);
}

Session Sessions::find(std::string_view token, Millis now) {
  Session session;
  session.id = sha256(token);
  {
    sqlite::Query found =
        database_.query("SELECT user, site, level, method, opened, seen, strong_at FROM sessions WHERE id=?");
    if (!found.with(Bytes(session.id)).step()) return session;
    session.user = found.number(0);
    session.site = static_cast<Site>(found.number(1));
    session.level = static_cast<Level>(found.number(2));
    session.method = static_cast<Method>(found.number(3));
    session.opened = found.number(4);
    session.seen = found.number(5);
    session.strong_at = found.optional_number(6);
  }
  const auto newer = seen_.find(key_of(session.id));
  if (newer != seen_.end()) session.seen = std::max(session.seen, newer->second);
  if (now >= ends(session)) {
    close(session);
    Session over;
    over.id = session.id;
    over.ended = true;
    return over;
  }
  seen(session, now);
  return session;
}

void Sessions::seen(Session& session, Millis now) {
  Millis& last = seen_.try_emplace(key_of(session.id), 0).first->second;
  const bool write = now - session.seen >= kWrittenAfter;
  last = session.seen = std::max(session.seen, now);
  if (!write) return;
  database_.query("UPDATE sessions SET seen=? WHERE id=?").with(now).with(Bytes(session.id)).step();
}

std::string Sessions::open(const Session& before, const Session& session) {
  close(before);
  std::string token = new_token();
  const ByteString id = sha256(token);
  database_
      .query(
          "INSERT INTO sessions (id, user, site, level, method, opened, seen, strong_at) "
          "VALUES (?,?,?,?,?,?,?,?)")
      .with(Bytes(id))
      .with(session.user)
      .with(static_cast<std::int64_t>(session.site))
      .with(static_cast<std::int64_t>(session.level))
      .with(static_cast<std::int64_t>(session.method))
      .with(session.opened)
      .with(session.seen)
      .with(session.strong_at)
      .step();
  // An application that asked before the login gets its answer after it.
  database_.query("UPDATE authorizations SET session=? WHERE session=?")
      .with(Bytes(id))
      .with(Bytes(before.id))
      .step();
  return token;
}

void Sessions::close(const Session& session) {
  seen_.erase(key_of(session.id));
  database_.query("DELETE FROM sessions WHERE id=?").with(Bytes(session.id)).step();
}

void Sessions::close_all_of(Id user) {
  database_.query("DELETE FROM sessions WHERE user=?").with(user).step();
}

void Sessions::sweep(Millis now) {
  for (auto one = seen_.begin(); one != seen_.end();) {
    one = now - one->second >= rules_.idle ? seen_.erase(one) : std::next(one);
  }
  database_.query("DELETE FROM sessions WHERE seen<? OR opened<?")
      .with(now - rules_.idle - kWrittenAfter)
      .with(now - rules_.longest)
      .step();
}

}  // namespace sesame::bank
