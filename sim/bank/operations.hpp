// What needs an authentication of its own, and how: the five functions of the documents, and what is like
// them.
//
// **What is signed** (RTS 2018/389, article 5): amount and payee are shown by the page, typed on the reader
// and part of the code's computation, so that a code for another amount or payee is another code. Where the
// card's functions take an amount (IAF, bit 0x80), that is SIGN: a challenge, of which the last four digits
// are those of the payee's account, and the amount. Where they do not, it is transaction data signing: the
// challenge, the payee's last ten digits, the amount, and for a batch how many orders there are, each a
// number by itself. For a batch the payee's digits are a control number over all payees and amounts.
//
// A challenge is of random digits, never all zeros, of one session and operation, for some minutes; a session
// has one operation at a time; and any code that is given for it ends it, right or wrong.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/issuer/submission.hpp"
#include "sim/bank/ledger.hpp"
#include "sim/bank/secrets.hpp"
#include "sim/bank/sessions.hpp"
#include "sim/bank/tables.hpp"

namespace sesame::bank {

enum class Kind : std::uint8_t {
  strong,  // nothing but the strong authentication itself
  entitlements,
  beneficiary,
  beneficiary_removal,
  cheque_book,
  instant_transfer,
  batch,
  contact,      // address, telephone number, e-mail, and the bank account of the savings site
  certificate,  // a new one
};
inline constexpr std::string_view kKindNames[] = {
    "strong",           "entitlements", "beneficiary", "beneficiary_removal", "cheque_book",
    "instant_transfer", "batch",        "contact",     "certificate"};
constexpr std::span<const std::string_view> names(Kind) { return kKindNames; }
constexpr std::string_view to_string(Kind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

// How an operation is authenticated.
enum class Proof : std::uint8_t { identify, respond, sign, tds, sms, post };
inline constexpr std::string_view kProofNames[] = {"identify", "respond", "sign", "tds", "sms", "post"};
constexpr std::span<const std::string_view> names(Proof) { return kProofNames; }
constexpr std::string_view to_string(Proof proof) { return kProofNames[static_cast<std::size_t>(proof)]; }

// Each kind's rules, as the documents have them.
enum class Asks : std::uint8_t { code, signature, message };
struct KindRule {
  Kind kind;
  Asks asks;
  std::optional<Entitlement> entitlement;  // that who does it has
  bool manages;                            // for the main user and administrators
  Access least;                            // of the session
};
const KindRule& rule_of(Kind kind);

// What was asked for: the fields that its kind has.
struct Wish {
  Kind kind = Kind::strong;
  std::string user_number;  // entitlements
  Entitlements entitlements = 0;
  Id account = 0;  // instant_transfer, cheque_book
  Id target = 0;   // beneficiary_removal, batch; instant_transfer: a beneficiary, or 0
  Order order;     // instant_transfer; beneficiary: its payee
  int count = 0;   // cheque_book
  std::optional<std::string> mobile, email, address, bank_iban;  // contact
};
std::string to_text(const Wish& wish);  // JSON
Wish read_wish(std::string_view text);  // as to_text() wrote it

// A number to type on the reader, in this order.
struct Input {
  std::string field, value;
};

struct Operation {
  std::string id;
  Id user = 0;
  Proof proof = Proof::identify;
  Wish wish;
  std::vector<Input> inputs;
  ByteString message_code;  // sms, post: SHA-256 of it
  Millis ends = 0;
};

// What a card can prove, as its issuer knows it.
struct CardFunctions {
  bool respond = false, sign = false, tds = false;
};
// Nothing: such a card cannot sign.
std::optional<Proof> signature_of(const CardFunctions& card);

// So many digits, the last of the account; with zeros in front where it has fewer.
std::string last_digits(std::string_view iban, std::size_t count);
// Over all payees and amounts of a batch, in their order.
std::string control_number(const Batch& batch, const keys::SealingKey& key, std::size_t count);

struct Signed {
  Cents amount = 0;
  std::size_t count = 0;     // of the orders of a batch; 0: it is none
  std::string payee_digits;  // ten: the last of the account, or the control number of a batch
};
std::vector<Input> inputs_of(Proof proof, const Signed& what, const Random& random);

// What the issuer is asked, of an operation whose code is this one. Not for sms and post.
issuer::Submission submission_of(const Operation& operation, std::string_view code);

// ---- as rows

std::optional<Operation> find_operation(Database& database, const Session& session);
// In the place of the session's last one.
void begin_operation(Database& database, const Session& session, const Operation& operation);
// False: it was over already.
bool end_operation(Database& database, const Session& session, std::string_view id);

}  // namespace sesame::bank
