#include "host/issuer/store/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/issuer/judge.hpp"
#include "host/issuer/resync.hpp"

namespace sesame::issuer {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kKeyCheck = "key check", kHead = "audit head";

// Fields of different lengths, none of which can be taken for a part of another.
class Fields {
 public:
  Fields& add(std::int64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes_.push_back(static_cast<std::uint8_t>(number >> shift));
    return *this;
  }
  Fields& add(Bytes bytes) {
    add(static_cast<std::int64_t>(bytes.size()));
    append(bytes_, bytes);
    return *this;
  }
  Fields& add(std::string_view text) {
    const ByteString bytes(text.begin(), text.end());
    return add(Bytes(bytes));
  }
  Bytes bytes() const { return bytes_; }

 private:
  ByteString bytes_;
};

ByteString owned(const keys::Sha256& digest) { return {digest.begin(), digest.end()}; }

// What a card's secrets are bound to.
Fields bound(const CardRow& row) {
  Fields fields;
  fields.add(row.id).add(std::string_view(row.policy));
  return fields;
}

std::string masked(const std::string& pan) {
  if (pan.size() <= 10) return std::string(pan.size(), '*');
  return pan.substr(0, 6) + std::string(pan.size() - 10, '*') + pan.substr(pan.size() - 4);
}

std::string atc_text(std::uint16_t atc) { return fmt::format("{:04X}", atc); }

Json verdict_json(const Verdict& verdict) {
  Json json{{"outcome", to_string(verdict.outcome)}};
  if (verdict.atc) json["atc"] = atc_text(*verdict.atc);
  json["candidates"] = verdict.candidates;
  if (verdict.outcome == Outcome::format) json["format"] = to_string(verdict.format);
  return json;
}

Refusal refusal(CardState state) {
  switch (state) {
    case CardState::active: return Refusal::none;
    case CardState::blocked: return Refusal::blocked;
    case CardState::suspended: return Refusal::suspended;
    case CardState::lost: return Refusal::lost;
    case CardState::ended: return Refusal::ended;
  }
  return Refusal::tampered;
}

// The store's own card: what is refused without a look at a code is counted, compared and settled with this
// one, and takes as long.
constexpr CardId kOwnCard = 0;

CardRecord own_record() {
  CardRecord card;
  card.aip = {0x10, 0x00};
  card.cdol1 = {0x9F, 0x02, 0x06, 0x9F, 0x03, 0x06, 0x9F, 0x1A, 0x02, 0x95, 0x05,
                0x5F, 0x2A, 0x02, 0x9A, 0x03, 0x9C, 0x01, 0x9F, 0x37, 0x04};
  card.iad = {{IadPiece::Kind::fixed, {0x06, 0x01, 0x12}}, {IadPiece::Kind::cvr, {}}};
  card.cvr = {CvrFormat::visa, {0x03, 0xA4, 0x80, 0x00}};
  card.mask = {0x00, 0x00, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  return card;
}

std::uint8_t bit(Mode mode) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(mode)); }

}  // namespace

Registry::Registry(Store& store, const keys::SealingKey& key, Random random)
    : store_(store),
      seal_(key.derived("sesame issuer: secrets of cards")),
      hash_(key.derived("sesame issuer: hash of card numbers")),
      rows_(key.derived("sesame issuer: rows of cards")),
      audit_(key.derived("sesame issuer: audit")),
      random_(std::move(random)) {
  bool same = false;
  store_.transact([&](Rows& rows) {
    const auto check = rows.value(kKeyCheck);
    same = check && keys::same(*check, key.derived("sesame issuer: key check").bytes());
  });
  if (!same) throw Failure(Failure::invalid, "the key is not that of this store");
}

void Registry::found(Store& store, const keys::SealingKey& key, const Random& random, Millis now) {
  store.transact([&](Rows& rows) {
    if (rows.value(kKeyCheck)) throw Failure(Failure::invalid, "the store has a key already");
    rows.set_value(kKeyCheck, key.derived("sesame issuer: key check").bytes());
  });
  Registry registry(store, key, random);
  NewCard own;
  own.policy.record = own_record();
  random(own.policy.record.master_key.bytes());
  store.transact([&](Rows& rows) { registry.insert(rows, own, kOwnCard, "founded", now); });
}

// ---- rows that are as they were written

keys::Sha256 Registry::mac(const CardRow& row) const {
  Fields fields;
  fields.add(row.id).add(std::string_view(row.customer)).add(Bytes(row.pan_hash)).add(Bytes(row.sealed_pan));
  fields.add(Bytes(row.sealed_key)).add(std::string_view(row.policy)).add(row.last_atc).add(row.failures);
  fields.add(std::string_view(row.prepaid)).add(static_cast<std::int64_t>(row.state)).add(row.since);
  fields.add(row.replaces).add(row.revision);
  return keys::hmac(rows_, fields.bytes());
}

keys::Sha256 Registry::chained(Bytes before, const AuditRow& row) const {
  Fields fields;
  fields.add(before).add(row.number).add(row.at).add(row.card).add(row.revision);
  fields.add(std::string_view(row.event)).add(std::string_view(row.detail));
  return keys::hmac(audit_, fields.bytes());
}

// And not as they were before that.
bool Registry::genuine(Rows& rows, const CardRow& row) {
  if (!keys::same(row.mac, mac(row))) return false;
  const auto newest = rows.last_audit_of(row.id);
  return newest && newest->revision == row.revision;
}

std::optional<Policy> Registry::policy_of(const CardRow& row) {
  auto policy = read_policy(row.policy);
  const auto key = keys::open(seal_, row.sealed_key, bound(row).bytes());
  if (!policy || !key || key->bytes().size() != keys::Key::size) return std::nullopt;
  policy->record.master_key = keys::Key(key->bytes().first<keys::Key::size>());
  return policy;
}

// Where there is no such card, one like it, so that as much is read, checked and opened; of the same number
// always the same one.
Registry::Found Registry::look(Rows& rows, CardId card) {
  const CardId last = rows.next_id() - 1;
  const keys::Sha256 digest = keys::hmac(hash_, Fields().add(card).bytes());
  std::uint64_t chosen = 0;
  for (std::size_t i = 0; i < 8; ++i) chosen = chosen << 8 | digest[i];
  const CardId other =
      last < 1 ? kOwnCard : 1 + static_cast<CardId>(chosen % static_cast<std::uint64_t>(last));
  auto row = rows.card(card);
  auto like = rows.card(other);
  if (card == kOwnCard) row.reset();
  if (!row && !like) return look_at_own(rows);
  Found found;
  found.is_asked_for = row.has_value();
  found.row = std::move(row ? *row : *like);
  found.policy = policy_of(found.row);
  if (!genuine(rows, found.row)) found.policy.reset();
  return found;
}

Registry::Found Registry::look_at_own(Rows& rows) {
  const auto row = rows.card(kOwnCard);
  auto policy = row ? policy_of(*row) : std::nullopt;
  if (!policy || !genuine(rows, *row)) {
    throw Failure(Failure::environment, "the store's own card is not as it was written");
  }
  return {*row, std::move(policy), false};
}

void Registry::write(Rows& rows, CardRow& row, std::string_view event, const std::string& detail,
                     Millis now) {
  const std::int64_t before = row.revision++;
  row.mac = owned(mac(row));
  if (!rows.update(row, before)) throw Failure(Failure::environment, "a card was changed meanwhile");
  log(rows, row.id, row.revision, event, detail, now);
}

void Registry::log(Rows& rows, CardId card, std::int64_t revision, std::string_view event,
                   const std::string& detail, Millis now) {
  const auto last = rows.last_audit();
  AuditRow row;
  row.number = (last ? last->number : 0) + 1;
  row.at = now;
  row.card = card;
  row.revision = revision;
  row.event = event;
  row.detail = detail;
  row.chain = owned(chained(last ? Bytes(last->chain) : Bytes{}, row));
  rows.append(row);
  rows.set_value(kHead, Fields().add(row.number).add(Bytes(row.chain)).bytes());
}

// ---- cards

std::vector<CardId> Registry::add(std::span<const NewCard> cards, Millis now,
                                  const std::function<void(std::size_t)>& progress) {
  std::vector<CardId> ids;
  store_.transact([&](Rows& rows) {
    ids.clear();
    CardId next = rows.next_id();
    for (const NewCard& card : cards) {
      if (const auto wrong = fault(card.policy)) {
        throw Failure(Failure::invalid, fmt::format("card {}: {}", ids.size() + 1, *wrong));
      }
      refuse_twice(rows, card);
      insert(rows, card, next, "added", now);
      ids.push_back(next++);
      if (progress && ids.size() % 1000 == 0) progress(ids.size());
    }
  });
  return ids;
}

void Registry::refuse_twice(Rows& rows, const NewCard& card) {
  for (const CardRow& other : rows.cards_of(Bytes(pan_hash(card.pan)))) {
    const CardInfo known = info(rows, other);
    if (known.psn == card.psn && known.aid == card.aid && known.state != CardState::ended &&
        known.state != CardState::lost) {
      throw Failure(Failure::invalid,
                    fmt::format("card {} has this PAN, PSN and application already", other.id));
    }
  }
  if (card.replaces != 0 && !rows.card(card.replaces)) {
    throw Failure(Failure::invalid, fmt::format("there is no card {} to replace", card.replaces));
  }
}

void Registry::insert(Rows& rows, const NewCard& card, CardId id, std::string_view event, Millis now) {
  CardRow row;
  row.id = id;
  row.customer = card.customer;
  row.policy = policy_text(card.policy);
  row.last_atc = card.last_atc;
  row.replaces = card.replaces;
  row.revision = 1;
  row.since = now;
  const std::string number = card.pan + "/" + card.psn + "/" + to_hex(card.aid);
  row.pan_hash = pan_hash(card.pan);
  seal(row, ByteString(number.begin(), number.end()), card.policy.record.master_key);
  row.mac = owned(mac(row));
  rows.insert(row);
  log(rows, id, row.revision, event,
      Json{{"last_atc", atc_text(row.last_atc)}, {"replaces", row.replaces}}.dump(), now);
}

// With its number and its policy, which are what they are to be.
void Registry::seal(CardRow& row, Bytes number, const keys::Key& key) {
  keys::Nonce nonce;
  random_(nonce);
  row.sealed_pan = keys::seal(seal_, nonce, number, bound(row).bytes());
  random_(nonce);
  row.sealed_key = keys::seal(seal_, nonce, key.bytes(), bound(row).bytes());
}

ByteString Registry::pan_hash(std::string_view pan) const {
  const ByteString digits(pan.begin(), pan.end());
  return owned(keys::hmac(hash_, digits));
}

CardInfo Registry::info(Rows& rows, const CardRow& row) {
  CardInfo out;
  out.id = row.id;
  out.customer = row.customer;
  out.state = row.state;
  out.last_atc = row.last_atc;
  out.replaces = row.replaces;
  const auto number = keys::open(seal_, row.sealed_pan, bound(row).bytes());
  auto policy = read_policy(row.policy);
  out.tampered = !number || !policy || !genuine(rows, row);
  if (number) {
    const std::string text(number->bytes().begin(), number->bytes().end());
    const std::size_t one = text.find('/'), two = text.rfind('/');
    out.pan = masked(text.substr(0, one));
    out.psn = text.substr(one + 1, two - one - 1);
    auto aid = parse_hex(text.substr(two + 1));
    if (auto* bytes = std::get_if<ByteString>(&aid)) out.aid = std::move(*bytes);
  }
  if (policy) {
    out.tries_left = tries_left(row, *policy);
    out.policy = std::move(*policy);
  }
  return out;
}

CardInfo Registry::show(CardId card) {
  std::optional<CardInfo> found;
  store_.transact([&](Rows& rows) {
    const auto row = card == kOwnCard ? std::nullopt : rows.card(card);
    if (row) found = info(rows, *row);
  });
  if (!found) throw Failure(Failure::refused, fmt::format("there is no card {}", card));
  return std::move(*found);
}

std::vector<CardInfo> Registry::list(CardId first, std::size_t most) {
  std::vector<CardInfo> all;
  store_.transact([&](Rows& rows) {
    all.clear();
    for (const CardRow& row : rows.cards_from(std::max(first, kOwnCard + 1), most)) {
      all.push_back(info(rows, row));
    }
  });
  return all;
}

std::vector<CardId> Registry::find(std::string_view pan) {
  std::vector<CardId> ids;
  store_.transact([&](Rows& rows) {
    ids.clear();
    for (const CardRow& row : rows.cards_of(Bytes(pan_hash(pan)))) ids.push_back(row.id);
  });
  return ids;
}

namespace {

std::vector<CardId> usable(const std::vector<CardRow>& rows) {
  std::vector<CardId> ids;
  for (const CardRow& row : rows) {
    if (row.id == kOwnCard) continue;
    if (row.state != CardState::lost && row.state != CardState::ended) ids.push_back(row.id);
  }
  if (ids.empty() && !rows.empty() && rows.back().id != kOwnCard) ids.push_back(rows.back().id);
  return ids;
}

}  // namespace

std::vector<CardId> Registry::find(std::string_view pan, std::string_view psn) {
  std::vector<CardRow> found;
  store_.transact([&](Rows& rows) {
    found = rows.cards_of(Bytes(pan_hash(pan)));
    // Where there is none, as much is opened.
    if (found.empty()) keys::open(seal_, ByteString(64), bound(CardRow{}).bytes());
    std::erase_if(found, [&](const CardRow& row) {
      const auto number = keys::open(seal_, row.sealed_pan, bound(row).bytes());
      if (!number) return false;  // a try at it tells that it was changed
      const std::string text(number->bytes().begin(), number->bytes().end());
      const std::size_t one = text.find('/');
      return text.substr(one + 1, text.rfind('/') - one - 1) != psn;
    });
  });
  return usable(found);
}

std::vector<CardId> Registry::find_customer(std::string_view customer) {
  std::vector<CardRow> found;
  store_.transact([&](Rows& rows) { found = rows.cards_of(customer); });
  return usable(found);
}

// ---- codes

// A try that was counted before, as the last code was accepted: it has not been used yet.
bool Registry::has_free_try(const CardRow& row) {
  const std::string era = store_.era();
  return !era.empty() && row.prepaid == era;
}

std::uint8_t Registry::tries_left(const CardRow& row, const Policy& policy) {
  const int used = row.failures - (has_free_try(row) ? 1 : 0);
  return static_cast<std::uint8_t>(std::max(0, policy.tries - used));
}

// False: nothing was counted, as what has to be counted must be synced. A free try is taken without that:
// should the power be lost, it is counted all the same, as it is free in its era alone.
bool Registry::count(Rows& rows, CardId card, std::uint8_t modes, std::string_view event, Millis now,
                     Store::Lasting lasting, Attempt& attempt) {
  attempt = {};
  Found found = look(rows, card);
  CardRow& row = found.row;
  Refusal& refused = attempt.decision.refusal;
  refused = !found.is_asked_for ? Refusal::unknown_card
            : !found.policy     ? Refusal::tampered
                                : refusal(row.state);
  if (refused == Refusal::blocked && found.policy->unblock_after != 0 &&
      now - row.since >= std::int64_t{1000} * found.policy->unblock_after) {
    refused = Refusal::none;
    row.state = CardState::active;
    row.since = now;
    row.failures = 0;
    row.prepaid.clear();
  }
  if (refused == Refusal::none && (modes & ~found.policy->modes) != 0) refused = Refusal::mode;
  if (refused == Refusal::none && tries_left(row, *found.policy) == 0) refused = Refusal::blocked;
  attempt.took_free_try = refused == Refusal::none && has_free_try(row);
  if (lasting == Store::Lasting::visible && !attempt.took_free_try) {
    write_something(rows);
    return false;
  }
  attempt.decision.compared_above = row.last_atc;
  Json detail{{"for", event}};
  if (!attempt.took_free_try) {
    Found own = look_at_own(rows);
    if (refused != Refusal::none) {
      // Compared as one of this card would be, with the key of none.
      if (found.policy) {
        found.policy->record.master_key = std::move(own.policy->record.master_key);
      } else {
        found.policy = std::move(own.policy);
      }
      row = std::move(own.row);
      row.failures = 0;
      detail["card"] = card;
    }
    ++row.failures;
  }
  attempt.row = row.id;
  attempt.policy = std::move(*found.policy);
  row.prepaid.clear();
  detail["failures"] = row.failures;
  write(rows, row, refused == Refusal::none ? "tried" : "not-compared", detail.dump(), now);
  return true;
}

void Registry::settle(Rows& rows, CardId card, std::string_view event, Millis now, Attempt& attempt) {
  Decision& decision = attempt.decision;
  const Policy& policy = attempt.policy;
  auto row = rows.card(attempt.row);
  if (!row || !genuine(rows, *row)) {
    decision.refusal = Refusal::tampered;  // meanwhile
    return;
  }
  if (decision.refusal != Refusal::none) {
    const Json detail{{"for", event}, {"card", card}, {"refusal", to_string(decision.refusal)}};
    return write(rows, *row, "refused", detail.dump(), now);
  }
  const bool good = attempt.verdict.outcome == Outcome::good;
  decision.verdict = attempt.verdict;
  decision.accepted = good && row->state == CardState::active && *decision.verdict.atc > row->last_atc;
  if (good && !decision.accepted)
    decision.verdict.outcome = Outcome::replayed;  // by another submission, meanwhile
  if (decision.accepted) {
    row->last_atc = *decision.verdict.atc;
    row->prepaid = policy.tries > 1 ? store_.era() : "";
    row->failures = row->prepaid.empty() ? 0 : 1;
  } else if (decision.verdict.outcome == Outcome::format && row->failures > 0) {
    --row->failures;  // it was no guess
  }
  decision.tries_left = tries_left(*row, policy);
  decision.last_try = !decision.accepted && decision.tries_left == 1;
  if (decision.tries_left == 0 && row->state == CardState::active) {
    row->state = CardState::blocked;
    row->since = now;
  }
  Json detail = verdict_json(decision.verdict);
  detail["for"] = event;
  detail["tries_left"] = decision.tries_left;
  detail["state"] = to_string(row->state);
  write(rows, *row, decision.accepted ? "accepted" : "refused", detail.dump(), now);
  if (!decision.accepted || row->replaces == 0) return;
  auto old = rows.card(row->replaces);
  if (!old || !genuine(rows, *old) || old->state == CardState::ended) return;
  old->state = CardState::ended;
  old->since = now;
  write(rows, *old, "ended", Json{{"replaced_by", row->id}}.dump(), now);
}

// Counted, compared, settled. Whatever is refused takes two syncs of the disk and a comparison; where a free
// try was taken, what the others did before that is done after it.
Decision Registry::attempt(CardId card, std::uint8_t modes, std::string_view event, Millis now,
                           const Judged& judged) {
  using Lasting = Store::Lasting;
  Attempt attempt;
  bool counted = false;
  const auto try_to_count = [&](Lasting lasting) {
    store_.transact([&](Rows& rows) { counted = count(rows, card, modes, event, now, lasting, attempt); },
                    lasting);
  };
  try_to_count(Lasting::visible);
  if (!counted) try_to_count(Lasting::synced);
  attempt.verdict = judged(attempt.policy.record, attempt.policy, attempt.decision.compared_above);
  store_.transact([&](Rows& rows) { settle(rows, card, event, now, attempt); });
  if (attempt.took_free_try && !attempt.decision.accepted) {
    store_.transact([&](Rows& rows) {
      look(rows, card);
      look_at_own(rows);
      write_something(rows);
    });
  }
  return attempt.decision;
}

// What is there already would not be written.
void Registry::write_something(Rows& rows) {
  keys::Nonce something;
  random_(something);
  rows.set_value("nothing", something);
}

Decision Registry::verify(CardId card, const Submission& submission, Millis now) {
  return attempt(card, bit(submission.mode), to_string(submission.mode), now,
                 [&](const CardRecord& record, const Policy&, std::uint16_t last_atc) {
                   return Judge(record).judge(submission, last_atc);
                 });
}

Decision Registry::resynchronize(CardId card, const Submission& first, const Submission& second, Millis now) {
  const auto modes = static_cast<std::uint8_t>(bit(first.mode) | bit(second.mode));
  return attempt(card, modes, "resynchronization", now,
                 [&](const CardRecord& record, const Policy& policy, std::uint16_t last_atc) {
                   return issuer::resynchronize(record, first, second, last_atc, policy.reach);
                 });
}

Inquiry Registry::inquire(CardId card, const Submission& submission, const Decision& decision, Millis now) {
  Inquiry inquiry{Cause::no_code, decision.verdict};
  if (decision.accepted) return inquiry;
  bool compared = decision.refusal == Refusal::none;
  std::optional<Policy> policy;
  store_.transact([&](Rows& rows) {
    Found found = look(rows, card), own = look_at_own(rows);
    if (!found.is_asked_for || !found.policy) compared = false;  // by now
    if (!found.policy) {
      policy = std::move(own.policy);
    } else {
      policy = std::move(found.policy);
      if (!compared) policy->record.master_key = std::move(own.policy->record.master_key);
    }
  });
  Verdict given = decision.verdict;
  if (!compared) given.outcome = Outcome::invalid;
  Inquiry found = why_refused(policy->record, submission, decision.compared_above, given);
  if (compared) inquiry = found;
  // Another submission of it was quicker.
  if (compared && given.outcome == Outcome::replayed) inquiry = {Cause::replayed, given};
  store_.transact([&](Rows& rows) {
    const auto newest = rows.last_audit_of(card);
    if (!compared) return write_something(rows);
    Json detail = verdict_json(inquiry.verdict);
    detail["cause"] = to_string(inquiry.cause);
    log(rows, card, newest ? newest->revision : 0, "inquired", detail.dump(), now);
  });
  return inquiry;
}

// ---- the issuer's own people

void Registry::change(CardId card, std::string_view event, Millis now,
                      const std::function<bool(CardRow& row, const Policy& policy)>& how) {
  store_.transact([&](Rows& rows) {
    auto row = card == kOwnCard ? std::nullopt : rows.card(card);
    if (!row) throw Failure(Failure::refused, fmt::format("there is no card {}", card));
    const auto policy = genuine(rows, *row) ? policy_of(*row) : std::nullopt;
    if (!policy) {
      throw Failure(
          Failure::refused,
          fmt::format("card {} is not as it was written: add it anew, and look who changed it", card));
    }
    const CardState before = row->state;
    const std::string policy_before = row->policy;
    if (!how(*row, *policy)) {
      throw Failure(Failure::refused,
                    fmt::format("card {} is {}: it cannot be {}", card, to_string(before), event));
    }
    if (row->state != before) row->since = now;
    Json detail{{"state", to_string(row->state)}, {"last_atc", atc_text(row->last_atc)}};
    if (row->policy != policy_before) {
      detail["from"] = Json::parse(choices_text(*policy));
      detail["to"] = Json::parse(choices_text(*read_policy(row->policy)));
    }
    write(rows, *row, event, detail.dump(), now);
  });
}

void Registry::set_last_atc(CardId card, std::uint16_t atc, Millis now) {
  change(card, "resynchronized", now, [&](CardRow& row, const Policy&) {
    if (atc < row.last_atc) {
      throw Failure(Failure::refused,
                    fmt::format("card {} was used with ATC {:04X}: it cannot go back to {:04X}", card,
                                row.last_atc, atc));
    }
    row.last_atc = atc;
    return row.state == CardState::active || row.state == CardState::blocked ||
           row.state == CardState::suspended;
  });
}

void Registry::unblock(CardId card, Millis now) {
  change(card, "unblocked", now, [](CardRow& row, const Policy&) {
    if (row.state != CardState::blocked && row.state != CardState::active) return false;
    row.state = CardState::active;
    row.failures = 0;
    row.prepaid.clear();
    return true;
  });
}

void Registry::suspend(CardId card, Millis now) {
  change(card, "suspended", now, [](CardRow& row, const Policy&) {
    if (row.state != CardState::active && row.state != CardState::blocked) return false;
    row.state = CardState::suspended;
    return true;
  });
}

// The failures stay: who was blocked before is blocked again.
void Registry::resume(CardId card, Millis now) {
  change(card, "resumed", now, [this](CardRow& row, const Policy& policy) {
    if (row.state != CardState::suspended) return false;
    row.state = tries_left(row, policy) == 0 ? CardState::blocked : CardState::active;
    return true;
  });
}

void Registry::report_lost(CardId card, Millis now) {
  change(card, "lost", now, [](CardRow& row, const Policy&) {
    if (row.state == CardState::lost) return false;
    row.state = CardState::lost;
    return true;
  });
}

// Its secrets are bound to the policy, and sealed anew.
void Registry::change_policy(CardId card, const PolicyChange& what, Millis now) {
  change(card, "changed", now, [&](CardRow& row, const Policy& before) {
    if (row.state == CardState::lost || row.state == CardState::ended) return false;
    auto policy = read_policy(row.policy);
    const auto number = keys::open(seal_, row.sealed_pan, bound(row).bytes());
    if (!policy || !number) return false;
    apply(what, *policy);
    if (const auto wrong = fault(*policy)) throw Failure(Failure::invalid, std::string(*wrong));
    row.policy = policy_text(*policy);
    seal(row, number->bytes(), before.record.master_key);
    if (row.state == CardState::active && tries_left(row, *policy) == 0) row.state = CardState::blocked;
    return true;
  });
}

// ---- the audit

namespace {

constexpr std::size_t kPage = 1000;

// `page_from` gives the page that begins with this number.
void each_of(std::int64_t from, const std::function<std::vector<AuditRow>(std::int64_t)>& page_from,
             const std::function<void(const AuditRow&)>& look) {
  for (;;) {
    const auto page = page_from(from);
    for (const AuditRow& row : page) look(row);
    if (page.size() < kPage || page.back().number == std::numeric_limits<std::int64_t>::max()) return;
    from = page.back().number + 1;
  }
}

}  // namespace

std::vector<AuditRow> Registry::audit(std::int64_t first, std::size_t most) {
  std::vector<AuditRow> page;
  store_.transact([&](Rows& rows) { page = rows.audit_from(first, most); });
  return page;
}

void Registry::read_audit(std::int64_t from, const std::function<void(const AuditRow&)>& look) {
  each_of(
      from, [&](std::int64_t first) { return audit(first, kPage); }, look);
}

AuditCheck Registry::verify_audit() {
  AuditCheck check;
  store_.transact([&](Rows& rows) {
    check = {};
    ByteString before;
    each_of(
        0, [&](std::int64_t first) { return rows.audit_from(first, kPage); },
        [&](const AuditRow& row) {
          ++check.rows;
          const bool fits = row.number == check.rows && keys::same(row.chain, chained(before, row));
          if (!fits && check.broken_at == 0) check.broken_at = check.rows;
          before = row.chain;
        });
    const auto head = rows.value(kHead);
    const Fields last = Fields().add(check.rows).add(Bytes(before));
    if (check.broken_at == 0 && (!head || !keys::same(*head, last.bytes()))) check.broken_at = check.rows + 1;
    for (const CardRow& row : rows.cards_from(kOwnCard, kAllCards)) {
      if (!genuine(rows, row) || !policy_of(row)) check.tampered.push_back(row.id);
    }
  });
  return check;
}

AuditHead Registry::head() {
  AuditHead head;
  store_.transact([&](Rows& rows) {
    const auto last = rows.last_audit();
    head = last ? AuditHead{last->number, last->chain} : AuditHead{};
  });
  return head;
}

}  // namespace sesame::issuer
