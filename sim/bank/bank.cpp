#include "sim/bank/bank.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace sesame::bank {

namespace {

constexpr std::size_t kMostEvents = 500, kMostMovements = 1'000, kMostOrders = 500, kLongestLabel = 140;
constexpr int kMostDays = 3'650;

}  // namespace

void keep_certificate(Database& database, Id user, const Certificate& certificate, Millis now) {
  database.query("INSERT INTO certificates (fingerprint, user, at, ends, revoked) VALUES (?,?,?,?,0)")
      .with(Bytes(certificate.fingerprint))
      .with(user)
      .with(now)
      .with(certificate.ends)
      .step();
}

Bank::Bank(Parts parts, const Rules& rules)
    : parts_(std::move(parts)),
      rules_(rules),
      attempts_key_(parts_.key.derived("attempts")),
      decoy_key_(parts_.key.derived("decoys")),
      message_key_(parts_.key.derived("messages")),
      control_key_(parts_.key.derived("control numbers")),
      sessions_(parts_.database, parts_.key, parts_.random, rules_) {}

// ---- sessions

std::string Bank::new_token() { return sessions_.new_token(); }
std::string Bank::csrf(std::string_view token) { return sessions_.csrf(token); }
bool Bank::knows_csrf(std::string_view token, std::string_view csrf) {
  return sessions_.knows_csrf(token, csrf);
}

bool Bank::has_made_secret(const User& user, Site site) {
  const auto secret = current_secret(parts_.database, user.id, secret_kind(site));
  return secret && secret->must_change && site != Site::coopanet;
}

View Bank::view_of(const Session& session, Millis now) {
  View view;
  view.session = session;
  if (session.level == Level::anonymous) return view;
  view.user = find_user(parts_.database, session.user);
  if (!view.user) return view;
  // A code of the reader has nothing to do with a confidential code that waits to be changed.
  view.must_change = session.method != Method::certificate && session.method != Method::code &&
                     has_made_secret(*view.user, session.site);
  view.access = access_of(session, &*view.user, view.must_change, now, rules_);
  if (view.user->strong_at) view.strong_until = *view.user->strong_at + rules_.strong_days * kDay;
  return view;
}

View Bank::view(std::string_view token, Millis now) {
  const std::lock_guard lock(mutex_);
  return view_of(sessions_.find(token, now), now);
}

void Bank::log_out(std::string_view token, Millis now) {
  const std::lock_guard lock(mutex_);
  const Session session = sessions_.find(token, now);
  if (session.level == Level::anonymous) return;
  Transaction writing(parts_.database);
  sessions_.close(session);
  note(parts_.database, now, session.user, "logout", std::nullopt, nlohmann::ordered_json::object());
  writing.commit();
}

View Bank::admitted(std::string_view token, Access least, Millis now) {
  View view = view_of(sessions_.find(token, now), now);
  if (view.access == Access::none) throw Refused(Why::no_session);
  if (view.access < least) throw Refused::not_now(view.access);
  return view;
}

View Bank::with_entitlement(std::string_view token, Entitlement entitlement, Millis now) {
  View view = admitted(token, Access::full, now);
  if (!has(view.user->entitlements, entitlement)) throw Refused(Why::not_yours);
  return view;
}

// ---- what a session shows

std::vector<Account> Bank::accounts(std::string_view token, Millis now) {
  const std::lock_guard lock(mutex_);
  const View view = admitted(token, Access::limited, now);
  if (!has(view.user->entitlements, Entitlement::view)) throw Refused(Why::not_yours);
  return accounts_of(parts_.database, view.user->subscription);
}

std::vector<Movement> Bank::movements(std::string_view token, Id account, int days, Millis now) {
  const std::lock_guard lock(mutex_);
  const View view = admitted(token, Access::limited, now);
  if (!has(view.user->entitlements, Entitlement::view)) throw Refused(Why::not_yours);
  if (view.access == Access::limited && days > rules_.history_days) throw Refused::not_now(view.access);
  if (!find_account(parts_.database, view.user->subscription, account)) throw Refused(Why::unknown);
  return movements_of(parts_.database, account, now - std::min(days, kMostDays) * kDay, kMostMovements);
}

std::vector<Event> Bank::history(std::string_view token, Millis now) {
  const std::lock_guard lock(mutex_);
  const View view = admitted(token, Access::limited, now);
  const int days = view.access == Access::limited ? rules_.history_days : kMostDays;
  return events_of(parts_.database, view.user->id, now - days * kDay, kMostEvents);
}

std::vector<Beneficiary> Bank::beneficiaries(std::string_view token, Millis now) {
  const std::lock_guard lock(mutex_);
  return beneficiaries_of(parts_.database, admitted(token, Access::full, now).user->subscription);
}

std::vector<Batch> Bank::batches(std::string_view token, Millis now) {
  const std::lock_guard lock(mutex_);
  return batches_of(parts_.database, admitted(token, Access::full, now).user->subscription);
}

std::vector<Managed> Bank::users(std::string_view token, Millis now) {
  const std::lock_guard lock(mutex_);
  const View view = admitted(token, Access::full, now);
  if (view.user->role == Role::user) throw Refused(Why::not_yours);
  std::vector<Managed> all;
  for (User& user : users_of(parts_.database, view.user->subscription)) {
    const bool disabled = is_disabled(user);
    all.push_back({std::move(user), disabled});
  }
  return all;
}

std::vector<User> Bank::colleagues(std::string_view token, Millis now) {
  const std::lock_guard lock(mutex_);
  return users_of(parts_.database, admitted(token, Access::full, now).user->subscription);
}

// ---- batches, which are entered without a code, and signed with one

Id Bank::enter_batch(std::string_view token, Batch batch, Millis now) {
  const std::lock_guard lock(mutex_);
  const View view = with_entitlement(token, Entitlement::enter_orders, now);
  batch.subscription = view.user->subscription;
  batch.entered_by = view.user->id;
  batch.at = now;
  if (!find_account(parts_.database, batch.subscription, batch.account)) throw Refused(Why::unknown);
  if (batch.orders.empty() || batch.orders.size() > kMostOrders || batch.label.size() > kLongestLabel) {
    throw Refused(Why::not_possible, "orders");
  }
  Transaction writing(parts_.database);
  const Id id = bank::enter_batch(parts_.database, batch);
  note(parts_.database, now, view.user->id, "batch_entered", std::nullopt,
       {{"batch", id}, {"total", money(batch.total())}, {"orders", batch.orders.size()}});
  writing.commit();
  return id;
}

void Bank::remove_batch(std::string_view token, Id batch, Millis now) {
  const std::lock_guard lock(mutex_);
  const View view = with_entitlement(token, Entitlement::enter_orders, now);
  Transaction writing(parts_.database);
  if (!bank::remove_batch(parts_.database, view.user->subscription, batch)) throw Refused(Why::unknown);
  note(parts_.database, now, view.user->id, "batch_removed", std::nullopt, {{"batch", batch}});
  writing.commit();
}

// ---- for the bank's own people, and for tests

std::vector<Message> Bank::outbox(std::int64_t after, std::size_t most) {
  const std::lock_guard lock(mutex_);
  return sent(parts_.database, after, most);
}

std::vector<Event> Bank::audit(std::int64_t from, std::size_t most) {
  const std::lock_guard lock(mutex_);
  return events(parts_.database, from, most);
}

void Bank::set_secret(Id user, SecretKind kind, std::string_view secret, bool must_change, Millis now) {
  const KeptSecret kept{hash_secret(secret, rules_.scrypt_cost, parts_.random), must_change, now};
  const std::lock_guard lock(mutex_);
  Transaction writing(parts_.database);
  keep_secret(parts_.database, user, kind, kept, rules_.secrets_kept);
  writing.commit();
}

void Bank::add_certificate(Id user, const Certificate& certificate, Millis now) {
  const std::lock_guard lock(mutex_);
  Transaction writing(parts_.database);
  keep_certificate(parts_.database, user, certificate, now);
  note(parts_.database, now, user, "certificate_added", std::nullopt, nlohmann::ordered_json::object());
  writing.commit();
}

void Bank::sweep(Millis now) {
  const std::lock_guard lock(mutex_);
  Transaction writing(parts_.database);
  sessions_.sweep(now);
  writing.commit();
}

}  // namespace sesame::bank
