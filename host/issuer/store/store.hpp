// Where an issuer keeps its cards and its audit: rows, in transactions. What they mean, and what is secret in
// them, is registry.hpp's business; another database is another Store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "host/issuer/card_record.hpp"

namespace sesame::issuer {

using CardId = std::int64_t;  // from 1

enum class CardState : std::uint8_t {
  active,
  blocked,    // too many failures
  suspended,  // by the issuer, for a while
  lost,       // for good
  ended,      // another card has taken its place
};
inline constexpr std::string_view kCardStateNames[] = {"active", "blocked", "suspended", "lost", "ended"};
constexpr std::span<const std::string_view> names(CardState) { return kCardStateNames; }
constexpr std::string_view to_string(CardState state) {
  return kCardStateNames[static_cast<std::size_t>(state)];
}

struct CardRow {
  CardId id = 0;
  std::string customer;
  ByteString pan_hash;    // keyed
  ByteString sealed_pan;  // with PSN and AID
  ByteString sealed_key;
  std::string policy;
  std::uint16_t last_atc = 0;  // accepted
  std::uint8_t failures = 0;   // in a row, those included that are being compared
  std::string prepaid;         // the era in which one of these is still free; none: empty
  CardState state = CardState::active;
  std::int64_t since = 0;     // of that state, milliseconds since 1970
  CardId replaces = 0;        // ends when this one is used first; 0: none
  std::int64_t revision = 0;  // one more at each change
  ByteString mac;             // of all that
};

struct AuditRow {
  std::int64_t number = 0;  // from 1, without a gap
  std::int64_t at = 0;      // milliseconds since 1970
  CardId card = 0;          // 0: of none
  std::int64_t revision = 0;
  std::string event;
  std::string detail;  // JSON
  ByteString chain;    // over this row and the one before
};

// What may be done in a transaction: it sees no half of another.
class Rows {
 public:
  virtual ~Rows() = default;

  virtual std::optional<CardRow> card(CardId id) = 0;
  virtual std::vector<CardRow> cards_of(Bytes pan_hash) = 0;
  virtual std::vector<CardRow> cards_of(std::string_view customer) = 0;
  // In their order, those with at least this number; so many at most.
  virtual std::vector<CardRow> cards_from(CardId first, std::size_t most) = 0;
  virtual CardId next_id() = 0;
  virtual void insert(const CardRow& row) = 0;
  // Only where the row's revision is this one still; false where it is not.
  [[nodiscard]] virtual bool update(const CardRow& row, std::int64_t revision) = 0;

  virtual std::optional<AuditRow> last_audit() = 0;
  virtual std::optional<AuditRow> last_audit_of(CardId card) = 0;
  virtual void append(const AuditRow& row) = 0;
  // In their order, those with at least this number; so many at most.
  virtual std::vector<AuditRow> audit_from(std::int64_t first, std::size_t most) = 0;

  virtual std::optional<ByteString> value(std::string_view name) = 0;
  virtual void set_value(std::string_view name, Bytes value) = 0;
};

class Store {
 public:
  using Work = std::function<void(Rows&)>;
  virtual ~Store() = default;

  enum class Open : std::uint8_t { existing, make };
  enum class Lasting : std::uint8_t {
    synced,   // all of the work is on the disk when transact() returns
    visible,  // everyone sees it, and it outlives this process, but not a loss of power
  };
  // All of the work, or none of it, where it throws: what the work throws, or Failure(Failure::environment).
  // Several threads may call it at once, and so may several processes; works that wait at the same time may
  // share one sync of the disk. A synced work takes along what was visible before it.
  virtual void transact(const Work& work, Lasting lasting) = 0;
  void transact(const Work& work) { transact(work, Lasting::synced); }

  // What is another text once the power was lost, and with it what was visible alone. Empty: that cannot be
  // told.
  virtual std::string era() = 0;
};

}  // namespace sesame::issuer
