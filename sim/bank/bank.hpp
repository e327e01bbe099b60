// One bank: its customers, what they log in with, and what they do there. One of many in a process, each test
// having its own; the site over it is in api.hpp.
//
// **Every try is on the disk before it is compared**, and whatever is accepted before it is shown. Three
// failures disable an identifier for that means of authentication, whether there is such a customer or not: a
// customer's other means stay open, so that a stranger who knows an identifier keeps nobody out for good, and
// learns of nobody whether they are one. What the answer says and what it costs is the same for both.
//
// **A code is verified by the issuer** (host/issuer/store/registry.hpp), which accepts it once. What a code
// is for ends before the code is compared, and is carried out, in one transaction, after it was accepted: a
// crash between the two loses the operation and the code, and does nothing twice.
//
// Any number of threads; scrypt and the issuer's work hold no lock. Time and chance are arguments.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/issuer/store/registry.hpp"
#include "host/keys/sealing.hpp"
#include "sim/bank/ledger.hpp"
#include "sim/bank/operations.hpp"
#include "sim/bank/records.hpp"
#include "sim/bank/refused.hpp"
#include "sim/bank/rules.hpp"
#include "sim/bank/secrets.hpp"
#include "sim/bank/sessions.hpp"
#include "sim/bank/tables.hpp"

namespace sesame::bank {

// Who somebody says they are: what the site asks for.
struct Identifier {
  Site site = Site::coopanet;
  std::string user_code;               // Coop@net
  std::string client_id, user_number;  // Coop@ccess
  std::string email;                   // savings, or:
  std::string company, server_code;
};
// As Coop@ccess knows them; and as every site does.
Identifier identifier_of(const User& user);
std::vector<Identifier> identifiers_of(const User& user);

// What failures are counted of, each by itself.
inline constexpr std::string_view kMeansCode = "code", kMeansSecret = "secret", kMeansLetter = "letter",
                                  kMeansActivation = "activation", kMeansCertificate = "certificate",
                                  kMeansChange = "change", kMeansMessage = "message";

// A client certificate, as the site's TLS has verified it.
struct Certificate {
  ByteString fingerprint;  // SHA-256
  Millis ends = 0;
};
// A new one, and the file that holds its key, which opens with the PIN.
struct IssuedCertificate : Certificate {
  std::string pkcs12, pin;
};

// From now on it is the user's.
void keep_certificate(Database& database, Id user, const Certificate& certificate, Millis now);

// A user as who manages them sees them.
struct Managed {
  User user;
  bool disabled = false;  // their access to Coop@net or Coop@ccess, by reader or by confidential code
};

// A session as its page sees it.
struct View {
  Session session;
  std::optional<User> user;
  bool must_change = false;
  Access access = Access::none;
  std::optional<Millis> strong_until;
  std::string token;  // of the cookie, where it is a new one
};

struct Begun {
  Operation operation;
  std::optional<Batch> batch;
  std::optional<Account> account;  // that it is paid from
};
struct Done {
  View view;
  Wish wish;
  std::optional<IssuedCertificate> certificate;
};

// Where a refused code's cause is found out, after the answer.
using Refusal = std::function<void(issuer::CardId, issuer::Submission, const issuer::Decision&)>;

class Bank {
 public:
  struct Parts {
    Database& database;  // with its tables; all three outlive the bank
    issuer::Registry& registry;
    const keys::SealingKey& key;
    Random random;
    Refusal refusal = {};
    std::function<IssuedCertificate(const User&, Millis)> certify = {};  // none: there is no authority
  };
  Bank(Parts parts, const Rules& rules);

  const Rules& rules() const { return rules_; }

  // ---- sessions
  std::string new_token();
  std::string csrf(std::string_view token);
  bool knows_csrf(std::string_view token, std::string_view csrf);
  View view(std::string_view token, Millis now);
  Millis ends(const Session& session) const { return sessions_.ends(session); }
  void log_out(std::string_view token, Millis now);

  // ---- logging in: a View with a new token. Each throws Refused: refused or disabled.
  // `card`: the last four digits of the one that is meant, where there are several.
  View log_in_by_code(std::string_view token, const Identifier& who, std::string_view code,
                      std::string_view card, Millis now);
  // Confidential code or password, by the site. scrypt: on a thread of its own.
  View log_in_by_secret(std::string_view token, const Identifier& who, const SecretString& secret,
                        Millis now);
  View log_in_by_certificate(std::string_view token, const Identifier& who, Bytes fingerprint, Millis now);

  // By post, if that is a customer; who asks is not told. scrypt.
  void forgot_identifier(std::string_view name, std::string_view born, Millis now);
  void forgot_secret(const Identifier& who, Method method, Millis now);
  // The code of a letter opens the access by reader again. scrypt.
  void reactivate(const Identifier& who, const SecretString& letter_code, Millis now);

  // The confidential code or the password of the session's site. scrypt.
  View change_secret(std::string_view token, const SecretString& old, const SecretString& secret, Millis now);

  // ---- what a session shows
  std::vector<Account> accounts(std::string_view token, Millis now);
  std::vector<Movement> movements(std::string_view token, Id account, int days, Millis now);
  std::vector<Event> history(std::string_view token, Millis now);
  std::vector<Beneficiary> beneficiaries(std::string_view token, Millis now);
  std::vector<Batch> batches(std::string_view token, Millis now);
  std::vector<Managed> users(std::string_view token, Millis now);    // for who manages them
  std::vector<User> colleagues(std::string_view token, Millis now);  // for their names

  // ---- what it does
  Id enter_batch(std::string_view token, Batch batch, Millis now);
  void remove_batch(std::string_view token, Id batch, Millis now);
  // "Peut vous générer un nouveau code confidentiel": by post. scrypt.
  void reset_confidential_code(std::string_view token, std::string_view user_number, Millis now);
  Begun begin(std::string_view token, Wish wish, Millis now);
  Done finish(std::string_view token, std::string_view id, std::string_view code, Millis now);

  // ---- for the bank's own people, and for tests
  std::vector<Message> outbox(std::int64_t after, std::size_t most);
  std::vector<Event> audit(std::int64_t from, std::size_t most);
  void set_secret(Id user, SecretKind kind, std::string_view secret, bool must_change, Millis now);  // scrypt
  void add_certificate(Id user, const Certificate& certificate, Millis now);
  void sweep(Millis now);

  // The tables, alone.
  template <class Work>
  auto with_tables(Work work) {
    const std::lock_guard lock(mutex_);
    return work(parts_.database);
  }
  Sessions& sessions() { return sessions_; }  // within with_tables()

 private:
  // A means of authentication of an identifier, of which failures are counted.
  struct Attempt {
    ByteString identifier;
    std::uint8_t failures = 0;  // with this one, until it succeeds
  };

  std::optional<User> find(const Identifier& who);
  bool has_made_secret(const User& user, Site site);
  View view_of(const Session& session, Millis now);
  View admitted(std::string_view token, Access least, Millis now);
  View with_entitlement(std::string_view token, Entitlement entitlement, Millis now);

  ByteString attempt_key(const Identifier& who, std::string_view means) const;
  Attempt count_attempt(const Identifier& who, std::string_view means, bool known, Millis now);
  [[noreturn]] void fail_attempt(const Attempt& attempt, const std::optional<User>& user, Method method,
                                 bool last_try, Millis now);
  void forget_attempts(const ByteString& identifier);
  void forget_attempts(const User& user, std::string_view means);
  bool is_disabled(const User& user);
  View open_session(std::string_view token, User user, Site site, Method method, const Attempt& attempt,
                    Millis now);

  issuer::CardId card_of(const std::optional<User>& user, std::string_view last4);
  CardFunctions functions_of(const User& user);
  SecretHash decoy(const ByteString& identifier) const;
  ByteString message_hash(std::string_view code) const;
  void note_nobody(std::string_view event, Millis now);
  void send_secret(const User& user, SecretKind kind, std::string_view subject, Millis now);

  void check_wish(const View& view, Wish& wish, Begun& begun);
  Proof proof_of(const KindRule& rule, const User& user);
  void ask_by_message(const User& user, Operation& operation, Millis now);
  bool is_right(const View& view, const Operation& operation, std::string_view code, bool& last_try,
                Millis now);
  void carry_out(View& view, const Operation& operation, Millis now, Done& done);
  void change_contact(const User& user, const Wish& wish, Millis now);

  Parts parts_;
  Rules rules_;
  keys::SealingKey attempts_key_, decoy_key_, message_key_, control_key_;
  std::mutex mutex_;
  Sessions sessions_;
};

}  // namespace sesame::bank
