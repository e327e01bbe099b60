// The dialogue with the card that ends in a code: an EMV contact transaction with no amount, asked for an
// ARQC, and thrown away with a second GENERATE AC. Sans-I/O: it says which command goes next, and is fed
// the response. It rests where the reader has something to say or to ask:
//
//   select()   SELECT, one application after the other            … rests at `selected`
//   prepare()  GET PROCESSING OPTIONS, READ RECORD, GET DATA      … rests at `prepared`
//   verify()   VERIFY                                             … rests at `verified` or again `prepared`
//   generate() GENERATE AC twice                                  … ends at `done`
//
// Besides, read_counter() asks for the ATC, from `selected`, and rests at `counted`.
//
// From any of them it may end at `failed`; fault() says why. While pending(), command() is what the card
// gets next; every response, whole or 61xx and 6Cxx, goes to answer().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/cap/tds.hpp"
#include "firmware/core/cap/terminal_data.hpp"
#include "firmware/core/cap/token.hpp"
#include "firmware/core/emv/answers.hpp"
#include "firmware/core/emv/directory.hpp"
#include "firmware/core/emv/t0_exchange.hpp"

namespace sesame::cap {

struct Application {
  Bytes aid;  // 5 to 16 bytes; a card may match by a longer name
  Family family = Family::other;
};

// What the reader model decides about the dialogue.
struct TransactionRules {
  std::span<const Application> applications;  // tried in this order
  bool directory_fallback = false;            // then what the card's PSE lists
  bool belgian = false;                       // knows the Belgian rules
};

// 4 to 12 decimal digits (EMV 4.3 Book 3, 6.5.12).
inline constexpr std::size_t kMinPinDigits = 4;
inline constexpr std::size_t kMaxPinDigits = 12;
using Pin = SecretVector<char, kMaxPinDigits>;

enum class TransactionState : std::uint8_t {
  idle,
  selecting,
  selected,
  counting,
  counted,
  preparing,
  prepared,
  verifying,
  verified,
  generating,
  done,
  failed
};

// The commands of the dialogue, as a fault names them.
enum class Command : std::uint8_t {
  none,
  select,
  directory,
  get_processing_options,
  read_record,
  get_data,
  get_counter,
  verify,
  first_generate_ac,
  second_generate_ac
};
std::string_view to_string(Command);

// Why a dialogue failed, where neither the kind of fault nor a status word says all.
enum class Reason : std::uint8_t {
  none,
  exchange,             // see Fault::exchange
  answer,               // see Fault::answer
  another_application,  // a SELECT was answered, but with the FCI of another application, or with none
  pdol,
  pdol_too_early,  // it asks for what is typed only after the PIN
  record,
  redundant_object,  // see Fault::object
  no_cdol1,
  cdol1,
  no_ipb,
  ipb_takes_nothing,
  ipb_longer_than_data,  // see Fault::length and Fault::limit
  aac,
  no_arqc
};

struct Fault {
  enum class Kind : std::uint8_t {
    none,
    no_application,       // none of the applications this reader knows
    application_blocked,  // the card, or all it has for this reader, is blocked
    pin_blocked,          // no try left
    not_supported,        // no IPB that makes a code, and no default; or a PDOL that asks too early
    refused,              // an AAC where an ARQC was asked
    nonsense,             // an answer outside the protocol
  };
  Kind kind = Kind::none;
  Command command = Command::none;  // none where the fault is not one command's
  Reason reason = Reason::none;
  emv::T0Error exchange = emv::T0Error::none;
  emv::AnswerError answer = emv::AnswerError::not_tlv;
  std::uint16_t sw = 0;    // where the status word is the reason
  emv::Tag object = 0;     // where a data object is the reason
  std::size_t length = 0;  // where a length is the reason: this many bytes …
  std::size_t limit = 0;   // … where at most so many make sense
};
std::string_view to_string(Fault::Kind);
// The reason as one clause in English, for a log or a command line; empty where there is none.
std::string_view why(const Fault& fault);

class Transaction {
 public:
  Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void select(const TransactionRules& rules);
  // What was typed by now is sent where the PDOL asks for it. A PDOL that asks for what is typed later is a
  // fault.
  void prepare(const Inputs& typed = {}, const TypedLater& later = {});
  // GET DATA. A card that tells its ATC within a transaction only is begun one with GET PROCESSING OPTIONS,
  // which counts.
  void read_counter();
  void verify(const Pin& pin);
  void generate(const Inputs& inputs);
  // The code as digits, once done. False: fault() says why.
  [[nodiscard]] bool code(std::span<const TdsNumber> tds, Digits& digits);

  TransactionState state() const { return state_; }
  bool pending() const { return exchange_.pending(); }
  Bytes command() const { return exchange_.command(); }
  void answer(Bytes response);
  // The card gave no answer. True where the code is there all the same: an error at the second
  // GENERATE AC does not withhold it.
  bool no_answer();

  const Fault& fault() const { return fault_; }
  Bytes language_preference() const { return language_; }  // once selected
  Bytes aid() const { return aid_; }                       // once selected: the card's full name
  std::optional<std::uint8_t> tries_left() const { return tries_left_; }  // where the card tells
  bool pin_was_wrong() const { return pin_was_wrong_; }                   // at `prepared`, after a VERIFY
  std::uint16_t atc() const;                                              // once done
  std::optional<std::uint16_t> counter() const;                   // once counted, where the card tells
  bool amount_used() const { return (iaf_ & iaf::amount) != 0; }  // once prepared
  bool currency_used() const { return amount_used() && (iaf_ & iaf::amount_only) == 0; }
  // What the code is made of, once done; the AC as the card answered it. Its views live as long as this.
  TokenInput token_input() const {
    TokenInput input = answer_;
    input.iad = iad_;
    return input;
  }
  bool by_belgian_rule() const { return token_rule_ == TokenRule::belgian; }
  Bytes ipb() const { return ipb_; }      // where by_belgian_rule() does not hold
  Bytes cdol1() const { return cdol1_; }  // what the card was told with the first GENERATE AC
  std::span<const emv::Tag> unknown_tags() const { return unknown_tags_; }

  void wipe();

 private:
  enum class TokenRule : std::uint8_t { mask, belgian };

  void send(Command command, Bytes bytes);
  bool optional() const;
  void rest(TransactionState state) { state_ = state; }
  void fail(Fault::Kind kind, Reason reason, std::uint16_t sw = 0);
  void fail_by_answer(emv::AnswerError error);
  void fail_without_command(Fault::Kind kind, Reason reason);

  void select_next();
  void ask_directory();
  void select_listed();
  void send_select(Bytes aid, Family family);
  void get_processing_options();
  void read_next_record();
  void get_data();
  void get_counter();
  bool choose_token_rule();
  void generate_ac(Command which, std::uint8_t reference_control, Bytes cdol);
  void send_composed(Command command);

  void on_select(const emv::ResponseApdu& response);
  void on_directory(const emv::ResponseApdu& response);
  void on_processing_options(const emv::ResponseApdu& response);
  void on_record(const emv::ResponseApdu& response);
  void on_get_data(const emv::ResponseApdu& response);
  void on_counter(const emv::ResponseApdu& response);
  void on_verify(const emv::ResponseApdu& response);
  void on_first_generate_ac(const emv::ResponseApdu& response);

  enum class Source : std::uint8_t { fci, record };
  enum class Taken : std::uint8_t { taken, not_tlv, redundant };
  Taken take_card_data(Source source, Bytes content);

  TransactionState state_ = TransactionState::idle;
  Command sent_ = Command::none;
  emv::T0Exchange exchange_;
  Fault fault_;

  TransactionRules rules_;
  std::size_t next_application_ = 0;
  std::size_t next_listed_ = 0;
  bool directory_asked_ = false;
  bool blocked_seen_ = false;
  bool other_seen_ = false;       // a SELECT was answered, but not by the application asked
  bool prepare_at_once_ = false;  // GET PROCESSING OPTIONS sent us on to the next application
  bool counts_ = false;           // GET PROCESSING OPTIONS was sent for the counter
  bool counter_told_ = false;
  emv::Directory directory_;

  TerminalContext context_;
  TypedLater typed_later_;
  UnknownTags unknown_tags_;
  Buffer<16> aid_;
  Buffer<8> language_;
  Buffer<252> pdol_or_afl_;  // the list that GET PROCESSING OPTIONS asks with, then the one that it answers
  Buffer<252> cdol1_, cdol2_;
  emv::AflReader records_;
  std::uint8_t sfi_ = 0;           // of the record being read
  std::uint8_t objects_seen_ = 0;  // a bit for each of kCardObjects
  Buffer<kMaxTokenData> ipb_;
  std::size_t ipb_size_ = 0;  // as on the card, also where it is too long to keep
  std::uint8_t iaf_ = 0;
  std::uint8_t psn_ = 0;
  TokenRule token_rule_ = TokenRule::mask;
  std::optional<std::uint8_t> tries_left_;
  bool pin_was_wrong_ = false;

  TokenInput answer_;
  Buffer<32> iad_;
};

}  // namespace sesame::cap
