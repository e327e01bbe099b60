// Bank: who somebody is.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "sim/bank/bank.hpp"

namespace sesame::bank {

namespace {

constexpr std::size_t kActivationDigits = 8, kSaltSize = 16;
// Identifiers that are nobody's, of which failures are remembered.
constexpr std::int64_t kMostUnknown = 100'000;

Method secret_method(Site site) { return site == Site::savings ? Method::password : Method::confidential; }

}  // namespace

Identifier identifier_of(const User& user) {
  Identifier who;
  who.site = Site::coopaccess;
  who.client_id = user.client_id;
  who.user_number = user.number;
  return who;
}

std::optional<User> Bank::find(const Identifier& who) {
  switch (who.site) {
    case Site::coopanet: return find_by_code(parts_.database, who.user_code);
    case Site::coopaccess: return find_by_number(parts_.database, who.client_id, who.user_number);
    case Site::savings:
      return who.email.empty() ? find_by_company(parts_.database, who.company, who.server_code)
                               : find_by_email(parts_.database, who.email);
  }
  return std::nullopt;
}

// ---- attempts

ByteString Bank::attempt_key(const Identifier& who, std::string_view means) const {
  std::string text(means);
  for (const std::string& part : {std::string(to_string(who.site)), who.user_code, who.client_id,
                                  who.user_number, who.email, who.company, who.server_code}) {
    text += '\0';
    text += part;
  }
  const auto mac = keys::hmac(attempts_key_, bytes_of(text));
  return {mac.begin(), mac.end()};
}

Bank::Attempt Bank::count_attempt(const Identifier& who, std::string_view means, bool known, Millis now) {
  Attempt attempt{attempt_key(who, means)};
  Transaction writing(parts_.database);
  Database& database = parts_.database;
  const bool counted = database
                           .query(
                               "INSERT INTO attempts VALUES (?,1,?,?) ON CONFLICT (identifier) DO UPDATE SET "
                               "failures=failures+1, at=excluded.at WHERE failures<?")
                           .with(Bytes(attempt.identifier))
                           .with(now)
                           .with(std::int64_t{known})
                           .with(std::int64_t{rules_.tries})
                           .run() == 1;
  if (!counted) throw Refused(Why::disabled);
  {
    sqlite::Query found = database.query("SELECT failures FROM attempts WHERE identifier=?");
    found.with(Bytes(attempt.identifier)).step();
    attempt.failures = static_cast<std::uint8_t>(found.number(0));
  }
  database
      .query(
          "DELETE FROM attempts WHERE identifier IN (SELECT identifier FROM attempts WHERE known=0 "
          "ORDER BY at DESC LIMIT -1 OFFSET ?)")
      .with(kMostUnknown)
      .step();
  writing.commit();
  return attempt;
}

void Bank::fail_attempt(const Attempt& attempt, const std::optional<User>& user, Method method, bool last_try,
                        Millis now) {
  const bool disabled = attempt.failures >= rules_.tries;
  {
    const std::lock_guard lock(mutex_);
    Transaction writing(parts_.database);
    const Id id = user ? user->id : 0;
    const std::string by(to_string(method));
    note(parts_.database, now, id, "login_refused", by, {{"failures", attempt.failures}});
    if (disabled) note(parts_.database, now, id, "disabled", by, Json::object());
    writing.commit();
  }
  if (disabled) throw Refused(Why::disabled);
  throw Refused::attempt(last_try || attempt.failures + 1 == rules_.tries);
}

void Bank::forget_attempts(const ByteString& identifier) {
  parts_.database.query("DELETE FROM attempts WHERE identifier=?").with(Bytes(identifier)).step();
}

std::vector<Identifier> identifiers_of(const User& user) {
  std::vector<Identifier> all{identifier_of(user)};
  if (user.user_code) {
    all.emplace_back().site = Site::coopanet;
    all.back().user_code = *user.user_code;
  }
  if (user.email) {
    all.emplace_back().site = Site::savings;
    all.back().email = *user.email;
  }
  if (user.company) {
    all.emplace_back().site = Site::savings;
    all.back().company = *user.company;
    all.back().server_code = user.server_code.value_or("");
  }
  return all;
}

void Bank::forget_attempts(const User& user, std::string_view means) {
  for (const Identifier& who : identifiers_of(user)) forget_attempts(attempt_key(who, means));
}

bool Bank::is_disabled(const User& user) {
  for (const Identifier& who : identifiers_of(user)) {
    if (who.site == Site::savings) continue;  // which has no administrators
    for (const std::string_view means : {kMeansCode, kMeansSecret}) {
      const ByteString key = attempt_key(who, means);
      sqlite::Query found =
          parts_.database.query("SELECT 1 FROM attempts WHERE identifier=? AND failures>=?");
      if (found.with(Bytes(key)).with(std::int64_t{rules_.tries}).step()) return true;
    }
  }
  return false;
}

// ---- logging in

View Bank::open_session(std::string_view token, User user, Site site, Method method, const Attempt& attempt,
                        Millis now) {
  Transaction writing(parts_.database);
  forget_attempts(attempt.identifier);
  forget_attempts(user, kMeansMessage);
  user.login_before = std::exchange(user.login_at, now);
  user.method_before = std::exchange(user.login_method, std::string(to_string(method)));
  Session session;
  session.user = user.id;
  session.site = site;
  session.method = method;
  session.level = is_strong(method) ? Level::strong : Level::simple;
  session.opened = session.seen = now;
  if (is_strong(method)) session.strong_at = user.strong_at = now;
  update_user(parts_.database, user);
  note(parts_.database, now, user.id, "login", std::string(to_string(method)), {{"site", to_string(site)}});
  const std::string opened = sessions_.open(sessions_.find(token, now), session);
  writing.commit();
  View view = view_of(sessions_.find(opened, now), now);
  view.token = opened;
  return view;
}

issuer::CardId Bank::card_of(const std::optional<User>& user, std::string_view last4) {
  // "/" is no one's name at the issuer.
  const auto found = parts_.registry.find_customer(user ? user->customer() : "/");
  issuer::CardId card = 0;
  for (const issuer::CardId one : found) {
    if (!last4.empty() && !parts_.registry.show(one).pan.ends_with(last4)) continue;
    card = std::max(card, one);
  }
  return card;
}

View Bank::log_in_by_code(std::string_view token, const Identifier& who, std::string_view code,
                          std::string_view card, Millis now) {
  std::optional<User> user;
  Attempt attempt;
  {
    const std::lock_guard lock(mutex_);
    user = find(who);
    attempt = count_attempt(who, kMeansCode, user.has_value(), now);
  }
  issuer::Submission submission;
  submission.code = SecretString(code);
  const issuer::CardId id = card_of(user, card);
  const issuer::Decision decision = parts_.registry.verify(id, submission, now);
  if (!decision.accepted) {
    if (parts_.refusal && decision.refusal == issuer::Refusal::none) {
      parts_.refusal(id, std::move(submission), decision);
    }
    fail_attempt(attempt, user, Method::code, decision.last_try, now);
  }
  const std::lock_guard lock(mutex_);
  return open_session(token, std::move(*user), who.site, Method::code, attempt, now);
}

// What a secret is compared with where there is none: as much work, and never equal.
SecretHash Bank::decoy(const ByteString& identifier) const {
  const auto mac = keys::hmac(decoy_key_, identifier);
  return {rules_.scrypt_cost, ByteString(mac.begin(), mac.begin() + kSaltSize),
          ByteString(mac.begin(), mac.end())};
}

View Bank::log_in_by_secret(std::string_view token, const Identifier& who, const SecretString& secret,
                            Millis now) {
  const bool by_letter = looks_like_a_letter(secret.view());
  const SecretKind kind = by_letter ? letter_kind(who.site) : secret_kind(who.site);
  const Method method = secret_method(who.site);
  std::optional<User> user;
  std::optional<KeptSecret> kept;
  Attempt attempt;
  {
    const std::lock_guard lock(mutex_);
    user = find(who);
    if (user) kept = current_secret(parts_.database, user->id, kind);
    attempt = count_attempt(who, by_letter ? kMeansLetter : kMeansSecret, user.has_value(), now);
  }
  if (kept && by_letter && now - kept->at >= rules_.letter) kept.reset();
  const bool right = matches(secret.view(), kept ? kept->hash : decoy(attempt.identifier)) && kept;
  if (!right) fail_attempt(attempt, user, method, false, now);
  const std::lock_guard lock(mutex_);
  if (by_letter) {
    Transaction writing(parts_.database);
    keep_secret(parts_.database, user->id, secret_kind(who.site), {kept->hash, true, now},
                rules_.secrets_kept);
    drop_secret(parts_.database, user->id, kind);
    forget_attempts(*user, kMeansSecret);
    writing.commit();
  }
  return open_session(token, std::move(*user), who.site, method, attempt, now);
}

View Bank::log_in_by_certificate(std::string_view token, const Identifier& who, Bytes fingerprint,
                                 Millis now) {
  const std::lock_guard lock(mutex_);
  const auto user = find(who);
  const Attempt attempt = count_attempt(who, kMeansCertificate, user.has_value(), now);
  bool fits = false;
  {
    sqlite::Query found = parts_.database.query(
        "SELECT 1 FROM certificates WHERE fingerprint=? AND user=? AND ends>? AND revoked=0");
    fits = found.with(fingerprint).with(user ? user->id : 0).with(now).step();
  }
  if (fits) return open_session(token, *user, who.site, Method::certificate, attempt, now);
  // A certificate is no guess: that somebody shows another one disables nobody.
  Transaction writing(parts_.database);
  forget_attempts(attempt.identifier);
  note(parts_.database, now, user ? user->id : 0, "login_refused",
       std::string(to_string(Method::certificate)), Json::object());
  writing.commit();
  throw Refused::attempt(false);
}

// ---- by post

void Bank::forgot_identifier(std::string_view name, std::string_view born, Millis now) {
  const std::lock_guard lock(mutex_);
  std::vector<Id> ids;
  {
    sqlite::Query found = parts_.database.query("SELECT id FROM users WHERE name=? AND born=?");
    found.with(name).with(born);
    while (found.step()) ids.push_back(found.number(0));
  }
  constexpr std::string_view kSubject = "Votre identifiant";
  if (ids.empty()) note_nobody("identifier_sent", now);
  for (const Id id : ids) {
    const User user = *find_user(parts_.database, id);
    const auto last = last_sent(parts_.database, id, kSubject);
    if (last && now - *last < rules_.between_letters) {
      note_nobody("identifier_sent", now);
      continue;
    }
    std::string text = "Identifiant client : " + user.client_id + "\nNuméro utilisateur : " + user.number;
    if (user.user_code) text += "\nCode utilisateur Coop@net : " + *user.user_code;
    if (user.server_code) {
      text += "\nEntreprise : " + user.company.value_or("") + "\nCode serveur : " + *user.server_code;
    }
    Transaction writing(parts_.database);
    send(parts_.database, {0, now, MessageKind::post, user.name + ", " + user.address.value_or(""), id,
                           std::string(kSubject), text, std::nullopt});
    note(parts_.database, now, id, "identifier_sent", std::nullopt, Json::object());
    writing.commit();
  }
}

void Bank::send_secret(const User& user, SecretKind kind, std::string_view subject, Millis now) {
  const SecretString secret = kind == SecretKind::activation
                                  ? SecretString(random_digits(parts_.random, kActivationDigits))
                                  : letter_secret(parts_.random);
  const KeptSecret kept{hash_secret(secret.view(), rules_.scrypt_cost, parts_.random), true, now};
  const std::lock_guard lock(mutex_);
  Transaction writing(parts_.database);
  keep_secret(parts_.database, user.id, kind, kept, 1);
  forget_attempts(user, kind == SecretKind::activation ? kMeansActivation : kMeansLetter);
  const std::string code(secret.view());
  send(parts_.database, {0, now, MessageKind::post, user.name + ", " + user.address.value_or(""), user.id,
                         std::string(subject), std::string(subject) + " : " + code, code});
  note(parts_.database, now, user.id, "letter_sent", std::nullopt, {{"what", to_string(kind)}});
  writing.commit();
}

namespace {

struct Letter {
  SecretKind kind;
  std::string_view subject;
};
Letter letter_of(Method method) {
  switch (method) {
    case Method::confidential: return {SecretKind::confidential_letter, "Votre nouveau code confidentiel"};
    case Method::password: return {SecretKind::password_letter, "Votre nouveau mot de passe"};
    default: return {SecretKind::activation, "Votre code d’activation du lecteur Sésame"};
  }
}

}  // namespace

void Bank::forgot_secret(const Identifier& who, Method method, Millis now) {
  const auto [kind, subject] = letter_of(method);
  std::optional<User> user;
  {
    const std::lock_guard lock(mutex_);
    user = find(who);
    const auto last = user ? last_sent(parts_.database, user->id, subject) : std::nullopt;
    if (last && now - *last < rules_.between_letters) user.reset();
  }
  if (user) {
    send_secret(*user, kind, subject, now);
  } else {
    hash_secret(subject, rules_.scrypt_cost, parts_.random);
    const std::lock_guard lock(mutex_);
    note_nobody("letter_sent", now);
  }
}

// As much work, and one commit, where there is nobody to write to.
void Bank::note_nobody(std::string_view event, Millis now) {
  Transaction writing(parts_.database);
  note(parts_.database, now, 0, event, std::nullopt, {{"to", nullptr}});
  writing.commit();
}

void Bank::reactivate(const Identifier& who, const SecretString& letter_code, Millis now) {
  std::optional<User> user;
  std::optional<KeptSecret> kept;
  Attempt attempt;
  {
    const std::lock_guard lock(mutex_);
    user = find(who);
    if (user) kept = current_secret(parts_.database, user->id, SecretKind::activation);
    attempt = count_attempt(who, kMeansActivation, user.has_value(), now);
  }
  if (kept && now - kept->at >= rules_.letter) kept.reset();
  const bool right = matches(letter_code.view(), kept ? kept->hash : decoy(attempt.identifier)) && kept;
  if (!right) fail_attempt(attempt, user, Method::code, false, now);
  for (const issuer::CardId card : parts_.registry.find_customer(user->customer())) {
    if (parts_.registry.show(card).state == issuer::CardState::blocked) parts_.registry.unblock(card, now);
  }
  const std::lock_guard lock(mutex_);
  Transaction writing(parts_.database);
  drop_secret(parts_.database, user->id, SecretKind::activation);
  forget_attempts(attempt.identifier);
  forget_attempts(*user, kMeansCode);
  note(parts_.database, now, user->id, "reactivated", std::string(to_string(Method::code)), Json::object());
  writing.commit();
}

// ---- changing a secret

View Bank::change_secret(std::string_view token, const SecretString& old, const SecretString& secret,
                         Millis now) {
  View view;
  std::optional<KeptSecret> kept;
  std::vector<SecretHash> before;
  std::optional<Attempt> attempt;
  SecretKind kind{};
  {
    const std::lock_guard lock(mutex_);
    view = admitted(token, Access::must_change, now);
    const Site site = view.session.site;
    kind = secret_kind(site);
    // "Made and renewed in a session that a reader opened."
    if (site != Site::savings && view.session.level != Level::strong) throw Refused::not_now(view.access);
    kept = current_secret(parts_.database, view.user->id, kind);
    before = kept_secrets(parts_.database, view.user->id, kind, rules_.secrets_kept);
    if (kept && !kept->must_change) {
      attempt = count_attempt(identifier_of(*view.user), kMeansChange, true, now);
    }
  }
  if (attempt && !matches(old.view(), kept->hash)) {
    fail_attempt(*attempt, view.user, secret_method(view.session.site), false, now);
  }
  const SecretFault fault = fault_of(secret.view(), kind, *view.user, rules_);
  if (fault != SecretFault::none) throw Refused::secret(fault);
  if (std::any_of(before.begin(), before.end(),
                  [&](const SecretHash& hash) { return matches(secret.view(), hash); })) {
    throw Refused::secret(SecretFault::reused);
  }
  const KeptSecret next{hash_secret(secret.view(), rules_.scrypt_cost, parts_.random), false, now};
  const std::lock_guard lock(mutex_);
  const View again = admitted(token, Access::must_change, now);
  Transaction writing(parts_.database);
  keep_secret(parts_.database, again.user->id, kind, next, rules_.secrets_kept);
  if (attempt) forget_attempts(attempt->identifier);
  note(parts_.database, now, again.user->id, "secret_changed",
       std::string(to_string(secret_method(again.session.site))), Json::object());
  Session session = again.session;
  sessions_.close_all_of(again.user->id);
  const std::string opened = sessions_.open(again.session, session);
  writing.commit();
  View changed = view_of(sessions_.find(opened, now), now);
  changed.token = opened;
  return changed;
}

void Bank::reset_confidential_code(std::string_view token, std::string_view user_number, Millis now) {
  std::optional<User> user;
  {
    const std::lock_guard lock(mutex_);
    const View view = admitted(token, Access::full, now);
    if (view.user->role == Role::user) throw Refused(Why::not_yours);
    user = find_by_number(parts_.database, view.user->client_id, user_number);
    if (!user) throw Refused(Why::unknown);
    // An administrator's own people are the users: not the main user.
    if (user->role == Role::main && view.user->role != Role::main) throw Refused(Why::not_yours);
    Transaction writing(parts_.database);
    drop_secret(parts_.database, user->id, SecretKind::confidential);
    if (user->id != view.user->id) sessions_.close_all_of(user->id);
    note(parts_.database, now, user->id, "secret_reset", std::string(to_string(Method::confidential)),
         {{"by", view.user->number}});
    writing.commit();
  }
  const auto [kind, subject] = letter_of(Method::confidential);
  send_secret(*user, kind, subject, now);
}

}  // namespace sesame::bank
