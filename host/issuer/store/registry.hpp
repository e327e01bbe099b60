// What an issuer keeps: cards, their codes, and an audit of all that was done, in a Store.
//
// **Accepted once.** A try is counted, durably, before the code is compared; what was found is settled after
// that, and a code is good only where its ATC is still above the last accepted one then. So of any number of
// submissions of one code, in any number of threads and processes, one is accepted; and of any number of
// wrong codes at once no more are compared than the policy has tries. As a code is accepted, the card's next
// try is counted too, so that it need not be again: one sync of the disk an acceptance. After a loss of power
// that try is one that failed.
//
// **What is kept.** The card's derived key, sealed with the card's number and its whole policy; its PAN,
// sealed, and found by a keyed hash; a MAC over each row. **What is noticed**, as Refusal::tampered: any
// change of a row, and a row that is put back as it was before, as the audit has its newest revision. The
// audit is a chain of MACs with its head beside it: a row that is changed, left out, added or cut off at the
// end is found by verify_audit(). What cannot be noticed within the store is all of it put back at once, as
// from a backup: for that, keep what head() tells somewhere else, and compare.
//
// **What a refusal tells.** Nothing but that, to whoever submits a code: whether the code is wrong, was used
// before or is beyond the window, and whether the card is blocked, suspended, lost, has ended or is none at
// all, the same is read, checked, computed, written and synced, in the same order. Where there is no such
// card, another card's policy is taken; where a code is not to be compared, the key is one of no card.
//
// Time and random numbers are arguments.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/issuer/store/policy.hpp"
#include "host/issuer/store/store.hpp"
#include "host/issuer/submission.hpp"
#include "host/issuer/verdict.hpp"
#include "host/issuer/why_refused.hpp"
#include "host/keys/key.hpp"
#include "host/keys/sealing.hpp"

namespace sesame::issuer {

using Millis = std::int64_t;  // since 1970
using Random = std::function<void(std::span<std::uint8_t>)>;

struct NewCard {
  std::string customer;
  std::string pan, psn;  // digits
  ByteString aid;
  Policy policy;  // with the key
  std::uint16_t last_atc = 0;
  CardId replaces = 0;  // 0: none
};

// What may be known of a card without its key.
struct CardInfo {
  CardId id = 0;
  std::string customer;
  std::string pan;  // masked: the first six digits and the last four
  std::string psn;
  ByteString aid;
  CardState state = CardState::active;
  std::uint16_t last_atc = 0;
  std::uint8_t tries_left = 0;
  CardId replaces = 0;
  bool tampered = false;  // then nothing else of it is certain
  Policy policy;          // without the key
};

// Why a submission was not even compared.
enum class Refusal : std::uint8_t {
  none,
  unknown_card,
  blocked,
  suspended,
  lost,
  ended,
  mode,      // not one that the policy has
  tampered,  // the row is not as it was written
};
inline constexpr std::string_view kRefusalNames[] = {"none", "unknown-card", "blocked", "suspended",
                                                     "lost", "ended",        "mode",    "tampered"};
constexpr std::span<const std::string_view> names(Refusal) { return kRefusalNames; }
constexpr std::string_view to_string(Refusal refusal) {
  return kRefusalNames[static_cast<std::size_t>(refusal)];
}

struct Decision {
  bool accepted = false;
  Refusal refusal = Refusal::none;  // none: `verdict` says it
  Verdict verdict;
  std::uint8_t tries_left = 0;
  bool last_try = false;  // this failure was the last but one: the customer is to be warned

  std::uint16_t compared_above = 0;  // the last accepted ATC by then
};

struct AuditCheck {
  std::int64_t rows = 0;
  std::int64_t broken_at = 0;  // the first row that is not as it was written, or is missing; 0: all are there
  std::vector<CardId> tampered;
};
struct AuditHead {
  std::int64_t number = 0;
  ByteString chain;
};

class Registry {
 public:
  static constexpr std::size_t kAllCards = 1'000'000'000;

  // The store outlives it. Failure(Failure::invalid): the key is not this store's.
  Registry(Store& store, const keys::SealingKey& key, Random random);
  // A new store gets its key, once.
  static void found(Store& store, const keys::SealingKey& key, const Random& random, Millis now);

  // All of them or none: Failure(Failure::invalid) that names the first at fault, by its place from 1.
  // `progress` gets how many are done, every now and then.
  std::vector<CardId> add(std::span<const NewCard> cards, Millis now,
                          const std::function<void(std::size_t)>& progress = {});

  // Each of these counts as a try, but for a code that is none of this card whatever its key.
  Decision verify(CardId card, const Submission& submission, Millis now);
  // Two codes one after the other, further above the last accepted ATC than the window.
  Decision resynchronize(CardId card, const Submission& first, const Submission& second, Millis now);
  // Why a code was refused, into the audit; after its submitter has the answer.
  Inquiry inquire(CardId card, const Submission& submission, const Decision& decision, Millis now);

  // For the issuer's own people. Failure(Failure::refused) where the card is not there, is tampered with, or
  // is in no state for it.
  void set_last_atc(CardId card, std::uint16_t atc,
                    Millis now);  // upwards alone: what the reader's menu shows
  void unblock(CardId card, Millis now);
  void suspend(CardId card, Millis now);
  void resume(CardId card, Millis now);
  void report_lost(CardId card, Millis now);
  // Of a card that is neither lost nor ended. One that is blocked stays so; fewer tries than it has used
  // block it. Failure(Failure::invalid): no policy can be so.
  void change_policy(CardId card, const PolicyChange& what, Millis now);

  CardInfo show(CardId card);
  // In their order, those with at least this number; so many at most.
  std::vector<CardInfo> list(CardId first = 1, std::size_t most = kAllCards);
  std::vector<CardId> find(std::string_view pan);
  // Of those with this PAN and PSN, or of this customer: those that are neither lost nor ended, else the
  // last.
  std::vector<CardId> find(std::string_view pan, std::string_view psn);
  std::vector<CardId> find_customer(std::string_view customer);

  // In their order, those with at least this number; so many at most.
  std::vector<AuditRow> audit(std::int64_t first, std::size_t most);
  // All of those. The store is held for a page of them at a time, and not while `look` looks: others accept
  // codes meanwhile, whose rows may come too.
  void read_audit(std::int64_t from, const std::function<void(const AuditRow&)>& look);
  AuditCheck verify_audit();
  AuditHead head();

 private:
  using Judged = std::function<Verdict(const CardRecord& card, const Policy& policy, std::uint16_t last_atc)>;
  struct Attempt {
    Decision decision;
    CardId row = 0;  // that it is counted in
    Policy policy;
    Verdict verdict;
    bool took_free_try = false;
  };
  bool has_free_try(const CardRow& row);
  std::uint8_t tries_left(const CardRow& row, const Policy& policy);
  bool count(Rows& rows, CardId card, std::uint8_t modes, std::string_view event, Millis now,
             Store::Lasting lasting, Attempt& attempt);
  void settle(Rows& rows, CardId card, std::string_view event, Millis now, Attempt& attempt);
  void write_something(Rows& rows);
  Decision attempt(CardId card, std::uint8_t modes, std::string_view event, Millis now, const Judged& judged);
  void change(CardId card, std::string_view event, Millis now,
              const std::function<bool(CardRow& row, const Policy& policy)>& how);

  void refuse_twice(Rows& rows, const NewCard& card);
  void insert(Rows& rows, const NewCard& card, CardId id, std::string_view event, Millis now);
  void seal(CardRow& row, Bytes number, const keys::Key& key);
  ByteString pan_hash(std::string_view pan) const;
  bool genuine(Rows& rows, const CardRow& row);
  struct Found {
    CardRow row;
    std::optional<Policy> policy;  // with the key; nothing where the row is not as it was written
    bool is_asked_for = false;     // else it is a row like it
  };
  Found look(Rows& rows, CardId card);
  Found look_at_own(Rows& rows);
  std::optional<Policy> policy_of(const CardRow& row);  // with the key
  void write(Rows& rows, CardRow& row, std::string_view event, const std::string& detail, Millis now);
  void log(Rows& rows, CardId card, std::int64_t revision, std::string_view event, const std::string& detail,
           Millis now);
  keys::Sha256 mac(const CardRow& row) const;
  keys::Sha256 chained(Bytes before, const AuditRow& row) const;
  CardInfo info(Rows& rows, const CardRow& row);

  Store& store_;
  keys::SealingKey seal_, hash_, rows_, audit_;
  Random random_;
};

}  // namespace sesame::issuer
