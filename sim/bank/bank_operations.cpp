// Bank: what needs an authentication of its own.
#include <openssl/crypto.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "host/base/hex.hpp"
#include "sim/bank/bank.hpp"

namespace sesame::bank {

namespace {

constexpr std::size_t kOperationBytes = 16, kMessageDigits = 6, kPayeeDigits = 10;
constexpr std::uint8_t kIafAmount = issuer::iaf::amount;

// For the audit: what was done, without codes.
Json detail_of(const Operation& operation) {
  const Wish& wish = operation.wish;
  Json detail{{"operation", operation.id}};
  if (!wish.user_number.empty()) detail["user_number"] = wish.user_number;
  if (wish.account != 0) detail["account"] = wish.account;
  if (wish.target != 0) detail["target"] = wish.target;
  if (!wish.order.iban.empty()) detail["payee"] = {{"name", wish.order.name}, {"iban", wish.order.iban}};
  if (wish.order.amount != 0) detail["amount"] = money(wish.order.amount);
  if (wish.count != 0) detail["count"] = wish.count;
  return detail;
}

}  // namespace

ByteString Bank::message_hash(std::string_view code) const {
  const auto mac = keys::hmac(message_key_, bytes_of(code));
  return {mac.begin(), mac.end()};
}

CardFunctions Bank::functions_of(const User& user) {
  const issuer::CardId card = card_of(user, {});
  if (card == 0) return {};
  const issuer::Policy policy = parts_.registry.show(card).policy;
  return {policy.allows(issuer::Mode::respond),
          policy.allows(issuer::Mode::sign) && (policy.record.iaf & kIafAmount) != 0,
          policy.allows(issuer::Mode::tds)};
}

Proof Bank::proof_of(const KindRule& rule, const User& user) {
  if (rule.asks == Asks::message) return user.mobile ? Proof::sms : Proof::post;
  if (card_of(user, {}) == 0) throw Refused(Why::not_possible, "card");
  const CardFunctions card = functions_of(user);
  if (rule.asks == Asks::code) {
    const bool challenge = rules_.challenge_for_functions && card.respond && rule.kind != Kind::strong;
    return challenge ? Proof::respond : Proof::identify;
  }
  const auto proof = signature_of(card);
  if (!proof) throw Refused(Why::not_possible, "signature");
  return *proof;
}

// Whether what is wished may be, and all of it that the page is to show.
void Bank::check_wish(const View& view, Wish& wish, Begun& begun) {
  const User& user = *view.user;
  const KindRule& rule = rule_of(wish.kind);
  if (rule.entitlement && !has(user.entitlements, *rule.entitlement)) throw Refused(Why::not_yours);
  if (rule.manages && user.role == Role::user) throw Refused(Why::not_yours);
  if (view.session.site == Site::savings && wish.kind != Kind::contact) {
    throw Refused(Why::not_possible, "site");
  }
  Database& database = parts_.database;
  std::optional<Account>& account = begun.account;
  std::optional<Batch>& batch = begun.batch;
  if (wish.account != 0) {
    account = find_account(database, user.subscription, wish.account);
    if (!account) throw Refused(Why::unknown);
  }
  switch (wish.kind) {
    case Kind::entitlements: {
      const auto other = find_by_number(database, user.client_id, wish.user_number);
      if (!other) throw Refused(Why::unknown);
      // No one raises themselves, and no administrator the main user.
      if (other->id == user.id || other->role == Role::main) throw Refused(Why::not_yours);
      break;
    }
    case Kind::beneficiary: {
      const auto known = beneficiaries_of(database, user.subscription);
      if (std::any_of(known.begin(), known.end(),
                      [&](const Beneficiary& one) { return one.iban == wish.order.iban; })) {
        throw Refused(Why::not_possible, "there_already");
      }
      break;
    }
    case Kind::beneficiary_removal: {
      const auto one = find_beneficiary(database, user.subscription, wish.target);
      if (!one) throw Refused(Why::unknown);
      static_cast<Payee&>(wish.order) = *one;
      break;
    }
    case Kind::instant_transfer:
      if (wish.target != 0) {
        const auto one = find_beneficiary(database, user.subscription, wish.target);
        if (!one) throw Refused(Why::unknown);
        static_cast<Payee&>(wish.order) = *one;
      }
      if (account->iban == wish.order.iban) throw Refused(Why::not_possible, "same_account");
      if (account->balance < wish.order.amount) throw Refused(Why::not_possible, "funds");
      break;
    case Kind::batch: {
      batch = find_batch(database, user.subscription, wish.target);
      if (!batch) throw Refused(Why::unknown);
      if (batch->signed_by) throw Refused(Why::not_possible, "signed");
      account = find_account(database, user.subscription, batch->account);
      if (!account || account->balance < batch->total()) throw Refused(Why::not_possible, "funds");
      break;
    }
    case Kind::contact:
      if (wish.email) {
        const auto other = find_by_email(database, *wish.email);
        if (other && other->id != user.id) throw Refused(Why::not_possible, "email");
      }
      break;
    case Kind::certificate:
      if (!parts_.certify) throw Refused(Why::not_possible, "certificate");
      break;
    case Kind::strong:
    case Kind::cheque_book: break;
  }
}

void Bank::ask_by_message(const User& user, Operation& operation, Millis now) {
  const std::string code = random_digits(parts_.random, kMessageDigits);
  operation.message_code = message_hash(code);
  const bool sms = operation.proof == Proof::sms;
  if (!sms) operation.ends = now + rules_.letter;
  const std::string subject = "Votre code à usage unique";
  send(parts_.database, {0, now, sms ? MessageKind::sms : MessageKind::post,
                         sms ? *user.mobile : user.name + ", " + user.address.value_or(""), user.id, subject,
                         subject + " : " + code + ". Ne le communiquez à personne.", code});
}

Begun Bank::begin(std::string_view token, Wish wish, Millis now) {
  const KindRule& rule = rule_of(wish.kind);
  std::optional<User> user;
  {
    const std::lock_guard lock(mutex_);
    user = admitted(token, rule.least, now).user;
  }
  const Proof proof = proof_of(rule, *user);  // asks the issuer, which may take its time

  const std::lock_guard lock(mutex_);
  const View view = admitted(token, rule.least, now);
  Begun begun;
  Operation& operation = begun.operation;
  check_wish(view, wish, begun);
  std::array<std::uint8_t, kOperationBytes> id{};
  parts_.random(id);
  operation.id = to_hex(id);
  operation.user = view.user->id;
  operation.proof = proof;
  operation.ends = now + rules_.challenge;
  operation.wish = std::move(wish);
  Signed what;
  if (begun.batch) {
    what.amount = begun.batch->total();
    what.count = begun.batch->orders.size();
    what.payee_digits = control_number(*begun.batch, control_key_, kPayeeDigits);
  } else {
    what.amount = operation.wish.order.amount;
    what.payee_digits = last_digits(operation.wish.order.iban, kPayeeDigits);
  }
  operation.inputs = inputs_of(proof, what, parts_.random);
  Transaction writing(parts_.database);
  if (rule.asks == Asks::message) ask_by_message(*view.user, operation, now);
  begin_operation(parts_.database, view.session, operation);
  writing.commit();
  return begun;
}

bool Bank::is_right(const View& view, const Operation& operation, std::string_view code, bool& last_try,
                    Millis now) {
  const User& user = *view.user;
  if (operation.proof == Proof::sms || operation.proof == Proof::post) {
    Attempt attempt;
    {
      const std::lock_guard lock(mutex_);
      attempt = count_attempt(identifier_of(user), kMeansMessage, true, now);
    }
    const bool right = keys::same(message_hash(code), operation.message_code);
    last_try = attempt.failures + 1 == rules_.tries;
    if (!right) return false;
    const std::lock_guard lock(mutex_);
    forget_attempts(attempt.identifier);
    return true;
  }
  issuer::Submission submission = submission_of(operation, code);
  const issuer::CardId card = card_of(user, {});
  const issuer::Decision decision = parts_.registry.verify(card, submission, now);
  last_try = decision.last_try;
  if (!decision.accepted && decision.refusal == issuer::Refusal::none && parts_.refusal) {
    parts_.refusal(card, std::move(submission), decision);
  }
  return decision.accepted;
}

Done Bank::finish(std::string_view token, std::string_view id, std::string_view code, Millis now) {
  View view;
  Operation operation;
  {
    const std::lock_guard lock(mutex_);
    view = admitted(token, Access::must_prove, now);
    const auto begun = find_operation(parts_.database, view.session);
    if (!begun || begun->id != id) throw Refused(Why::over);
    Transaction writing(parts_.database);
    if (!end_operation(parts_.database, view.session, id)) throw Refused(Why::over);
    writing.commit();
    if (now >= begun->ends) throw Refused(Why::over);
    operation = *begun;
  }
  bool last_try = false;
  const bool right = is_right(view, operation, code, last_try, now);
  const std::lock_guard lock(mutex_);
  const std::string by(to_string(operation.proof));
  if (!right) {
    Transaction writing(parts_.database);
    note(parts_.database, now, view.user->id, std::string(to_string(operation.wish.kind)) + "_refused", by,
         detail_of(operation));
    writing.commit();
    throw Refused::attempt(last_try);
  }
  Done done;
  done.wish = operation.wish;
  done.view = admitted(token, rule_of(operation.wish.kind).least, now);
  Transaction writing(parts_.database);
  carry_out(done.view, operation, now, done);
  note(parts_.database, now, view.user->id, to_string(operation.wish.kind), by, detail_of(operation));
  writing.commit();
  const std::string opened = done.view.token;
  done.view = view_of(sessions_.find(opened.empty() ? token : std::string_view(opened), now), now);
  done.view.token = opened;
  return done;
}

void Bank::change_contact(const User& user, const Wish& wish, Millis now) {
  User changed = user;
  for (const auto& [from, to] : {std::pair(&wish.mobile, &changed.mobile),
                                 {&wish.email, &changed.email},
                                 {&wish.address, &changed.address},
                                 {&wish.bank_iban, &changed.bank_iban}}) {
    if (*from) *to = *from;
  }
  update_user(parts_.database, changed);
  // Where it was not them, who they were learns of it.
  if (user.mobile && wish.mobile) {
    send(parts_.database, {0, now, MessageKind::sms, *user.mobile, user.id, "Votre numéro de mobile a changé",
                           "Si ce n’est pas vous, appelez-nous.", std::nullopt});
  }
}

// Within the caller's transaction.
void Bank::carry_out(View& view, const Operation& operation, Millis now, Done& done) {
  const Wish& wish = operation.wish;
  User& user = *view.user;
  Database& database = parts_.database;
  Begun now_so;
  Wish again = wish;
  check_wish(view, again, now_so);  // it may have changed since
  switch (wish.kind) {
    case Kind::strong: {
      user.strong_at = now;
      update_user(database, user);
      Session session = view.session;
      session.level = Level::strong;
      session.strong_at = now;
      view.token = sessions_.open(view.session, session);
      break;
    }
    case Kind::entitlements: {
      User other = *find_by_number(database, user.client_id, wish.user_number);
      other.entitlements = wish.entitlements;
      update_user(database, other);
      break;
    }
    case Kind::beneficiary: add_beneficiary(database, user.subscription, wish.order, now); break;
    case Kind::beneficiary_removal: remove_beneficiary(database, user.subscription, wish.target); break;
    case Kind::cheque_book: order_cheque_books(database, wish.account, wish.count, operation.id, now); break;
    case Kind::instant_transfer:
      if (!transfer(database, *now_so.account, wish.order, "transfer", operation.id, now)) {
        throw Refused(Why::not_possible, "funds");
      }
      break;
    case Kind::batch:
      if (!sign_batch(database, *now_so.batch, user.id, operation.id, now)) {
        throw Refused(Why::not_possible, "funds");
      }
      break;
    case Kind::contact: change_contact(user, wish, now); break;
    case Kind::certificate:
      done.certificate = parts_.certify(user, now);
      keep_certificate(database, user.id, *done.certificate, now);
      break;
  }
}

}  // namespace sesame::bank
