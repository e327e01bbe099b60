#include "host/card/file/card_behavior.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/names.hpp"

namespace sesame::card {

namespace {

using document::quoted;
using document::Table;
using document::Value;

constexpr std::string_view kAfterError = "after_error", kWrong = "wrong", kProcessed = "processed",
                           kAccepted = "accepted";
constexpr std::size_t kMostStates = 32;

struct NamedType {
  std::string_view name;
  AcType type;
};
constexpr NamedType kTypes[] = {{"aac", AcType::aac}, {"tc", AcType::tc}, {"arqc", AcType::arqc}};

std::uint16_t read_status_word(const Value& value, std::string_view allowed, bool may_be_9000) {
  const std::string_view text = value.text();
  const auto hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
  };
  if (text.size() == 4 && std::all_of(text.begin(), text.end(), hex)) {
    const auto bytes = value.hex(2);
    const auto status = static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
    // 61xx and 6Cxx are of T=0, and refuse nothing.
    const bool of_t0 = bytes[0] == emv::sw::more_data || bytes[0] == emv::sw::wrong_le;
    if (bytes[0] >= 0x62 && bytes[0] <= 0x6F && !of_t0) return status;
    if (may_be_9000 && status == emv::sw::ok) return status;
  }
  value.refuse(fmt::format("is {}; allowed: {}", quoted(text), allowed));
}

// One command in one state.
class Cell {
 public:
  Cell(const std::vector<std::string_view>& states, Phase phase, CommandKind kind)
      : states_(states), phase_(phase), kind_(kind) {}

  Replies read(const Value& value) const {
    Replies replies;
    if (!value.is_text()) {
      Table table(value);
      const auto right = table.find("right"), wrong = table.find("wrong");
      const bool by_content = right || wrong;
      const auto answer = by_content ? std::nullopt : table.find("answer");
      const auto then = by_content ? std::nullopt : table.find("then");
      table.done();
      if (by_content && !can_be_processed(kind_)) value.refuse("has right or wrong; allowed: answer, then");
      if (right) replies.right = read_reply(*right);
      if (wrong) replies.wrong = read_reply(*wrong, true);
      if (!by_content) replies.right = reply(value, answer, then);
    } else {
      replies.right = read_reply(value);
    }
    // A command that is refused is refused whatever is in it.
    if (replies.right && !replies.right->processed() && !replies.wrong) replies.wrong = replies.right;
    return replies;
  }

 private:
  // `wrong`: it is the answer to what is wrong.
  Reply read_reply(const Value& value, bool wrong = false) const {
    if (value.is_text()) return read_answer(value, wrong);
    Table table(value);
    const auto answer = table.find("answer"), then = table.find("then");
    table.done();
    return reply(value, answer, then, wrong);
  }

  Reply reply(const Value& table, const std::optional<Value>& answer, const std::optional<Value>& then,
              bool wrong = false) const {
    if (!answer && !then) table.refuse("is empty; allowed: answer, then, right, wrong");
    Reply reply;
    if (answer) {
      reply = read_answer(*answer, wrong);
    } else {
      check_processed(table);
    }
    if (then) reply.then = then->one_of(states_);
    return reply;
  }

  Reply read_answer(const Value& value, bool wrong) const {
    const std::string_view text = value.text();
    Reply reply;
    if (text == kAccepted && wrong && looks_at_lengths()) {
      check_processed(value);
      reply.accepted = true;
      return reply;
    }
    if (text == kProcessed) {
      check_processed(value);
      return reply;
    }
    const auto type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                   [&](const NamedType& row) { return row.name == text; });
    if (type != std::end(kTypes) && is_generate_ac(kind_)) {
      check_processed(value);
      check_given(value, type->type);
      reply.given = type->type;
      reply.accepted = wrong;
      return reply;
    }
    const std::string_view also = wrong && looks_at_lengths() ? "accepted, " : "";
    reply.sw = read_status_word(value, fmt::format("{}{}", also, allowed()), !can_be_processed(kind_));
    return reply;
  }

  // What is wrong with the others is that they name what is not there.
  bool looks_at_lengths() const {
    return is_generate_ac(kind_) || kind_ == CommandKind::get_processing_options;
  }

  std::string_view allowed() const {
    if (!can_be_processed(kind_)) return "a status word, as in 6D00";
    return is_generate_ac(kind_) ? "processed, aac, tc, arqc, or a status word, as in 6985"
                                 : "processed, or a status word, as in 6985";
  }

  void check_processed(const Value& value) const {
    if (!can_be_processed(kind_)) {
      value.refuse(
          fmt::format("cannot be {}: this card has no such command; allowed: {}", kProcessed, allowed()));
    }
    if (!is_generate_ac(kind_) || phase_ >= Phase::initiated) return;
    value.refuse(
        fmt::format("cannot be {}: there is no transaction; allowed: a status word, as in 6985", kProcessed));
  }

  // EMV 4.3 Book 3, 10.8: never more than was asked; and an ARQC is the first of a transaction.
  void check_given(const Value& value, AcType given) const {
    const bool asked_aac = kind_ == CommandKind::generate_ac_aac;
    const bool asked_tc = kind_ == CommandKind::generate_ac_tc;
    const bool more = (given != AcType::aac && asked_aac) || (given == AcType::tc && !asked_tc);
    if (more) {
      value.refuse(fmt::format("is more than is asked for; allowed: {}aac", asked_aac ? "" : "arqc, "));
    }
    if (given == AcType::arqc && phase_ >= Phase::first_ac) {
      value.refuse("is an ARQC after the first cryptogram; allowed: aac, tc, or a status word");
    }
  }

  const std::vector<std::string_view>& states_;
  Phase phase_;
  CommandKind kind_;
};

class BehaviorFile {
 public:
  Behavior read(const Value& value) {
    find_states(value);
    for (const Value& member : members_) {
      if (member.key() == kAfterError) read_after_error(member);
      if (member.key() == kWrong) read_wrong(member);
    }
    // Those that are like another begin as it is, so these come after.
    for (const Given& given : given_) read_state(given);
    return std::move(behavior_);
  }

 private:
  struct Given {
    Value value;
    std::size_t state;
  };

  void find_states(const Value& value) {
    members_ = value.members();
    for (const std::string_view name : kPhaseNames) names_.push_back(name);
    std::vector<Given> own;
    for (const Value& member : members_) {
      if (member.key() == kAfterError || member.key() == kWrong) continue;
      if (const auto phase = named<Phase>(member.key())) {
        given_.push_back({member, static_cast<std::size_t>(*phase)});
        continue;
      }
      check_name(member);
      own.push_back({member, behavior_.states.size()});
      behavior_.states.push_back({std::string(member.key())});
      names_.push_back(member.key());
      if (names_.size() > kMostStates) {
        member.refuse(fmt::format("is one state too many; at most {}", kMostStates));
      }
    }
    given_.insert(given_.end(), own.begin(), own.end());
  }

  static void check_name(const Value& state) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    const std::string_view name = state.key();
    if (name.size() <= 32 && std::all_of(name.begin(), name.end(), allowed)) return;
    state.refuse("is no name of a state; allowed: 1 to 32 of a to z, 0 to 9, _");
  }

  void read_after_error(const Value& value) {
    const std::size_t then = value.one_of(names_);
    for (CardState& state : behavior_.states) {
      if (state.phase >= Phase::initiated) state.after_error = then;
    }
  }

  void read_wrong(const Value& value) {
    Table table(value);
    for (const CommandKind kind :
         {CommandKind::select, CommandKind::get_processing_options, CommandKind::read_record,
          CommandKind::get_data, CommandKind::verify, CommandKind::generate_ac}) {
      if (const auto status = table.find(name_of(kind))) {
        behavior_.wrong[kind] = read_status_word(*status, "a status word, as in 6A80", false);
      }
    }
    table.done();
  }

  void read_state(const Given& given) {
    CardState& state = behavior_.states[given.state];
    Table table(given.value);
    std::optional<Value> like;
    if (given.state >= std::size(kPhaseNames)) like = table.at("like");
    const auto after_error = table.find(kAfterError);
    std::vector<std::pair<CommandKind, Value>> cells;
    for (std::size_t i = 0; i < std::size(kCommandKindNames); ++i) {
      if (const auto cell = table.find(kCommandKindNames[i])) {
        cells.emplace_back(static_cast<CommandKind>(i), *cell);
      }
    }
    table.done();
    if (like) {
      const std::string name = state.name;
      state = behavior_.states[static_cast<std::size_t>(like->enumerator<Phase>())];
      state.name = name;
    }
    if (after_error) state.after_error = after_error->one_of(names_);
    for (const auto& [kind, cell] : cells) state.replies[kind] = Cell(names_, state.phase, kind).read(cell);
  }

  Behavior behavior_;
  std::vector<Value> members_;
  std::vector<std::string_view> names_;  // of the states
  std::vector<Given> given_;
};

}  // namespace

Behavior read_behavior(const Value& value) { return BehaviorFile().read(value); }

std::string answer_text(const Reply& reply) {
  if (!reply.processed()) return fmt::format("{:04X}", reply.sw);
  for (const NamedType& row : kTypes) {
    if (reply.given == row.type) return std::string(row.name);
  }
  return std::string(reply.accepted ? kAccepted : kProcessed);
}

}  // namespace sesame::card
