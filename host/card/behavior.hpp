// What a card answers where EMV leaves it to the card: [behavior] of a card file.
//
// EMV says what a transaction without a mistake looks like. Which status word an error has, whether a
// command is processed outside its place, and where the card is after an error, differs from card to card
// (EMV 4.3 Book 3, 6.3.5 and 6.5: the status bytes that are listed there are those that a card *may*
// return). So a card is a machine: in each of its states every command is processed or refused, and leads
// to a state.
//
// The states that every card has, and what it processes there where its file says nothing else. It refuses
// the rest with 6985, and stays where it is:
//
//     nothing_selected   SELECT. After a reset, and after a SELECT of what is not there (6A82)
//     directory          SELECT, READ RECORD. After SELECT of the PSE (EMV 4.3 Book 1, 12.2)
//     selected           SELECT, GET PROCESSING OPTIONS. After SELECT of an application
//     initiated          SELECT, READ RECORD, GET DATA, VERIFY, GENERATE AC. After GET PROCESSING OPTIONS
//     first_ac           SELECT, READ RECORD, GET DATA, GENERATE AC (TC, AAC). After an ARQC
//     over               SELECT, READ RECORD, GET DATA. After any other cryptogram
//
// A file may add states of its own, each like one of these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/card/ac_type.hpp"

namespace sesame::card {

enum class Phase : std::uint8_t { nothing_selected, directory, selected, initiated, first_ac, over };
inline constexpr std::string_view kPhaseNames[] = {"nothing_selected", "directory", "selected",
                                                   "initiated",        "first_ac",  "over"};
constexpr std::span<const std::string_view> names(Phase) { return kPhaseNames; }

// The commands, by their clause in EMV 4.3.
enum class CommandKind : std::uint8_t {
  select,                  // Book 1, 11.3
  get_processing_options,  // Book 3, 6.5.8
  read_record,             // 6.5.11
  get_data,                // 6.5.7
  verify,                  // 6.5.12
  generate_ac,             // 6.5.5, whatever is asked for
  generate_ac_aac,
  generate_ac_tc,
  generate_ac_arqc,
  internal_authenticate,  // 6.5.9; this and what follows is never processed: the card has no key pair
  external_authenticate,  // 6.5.4
  get_challenge,          // 6.5.6
  other,                  // any other instruction of the classes 00 and 80
};
inline constexpr std::string_view kCommandKindNames[] = {"select",
                                                         "get_processing_options",
                                                         "read_record",
                                                         "get_data",
                                                         "verify",
                                                         "generate_ac",
                                                         "generate_ac_aac",
                                                         "generate_ac_tc",
                                                         "generate_ac_arqc",
                                                         "internal_authenticate",
                                                         "external_authenticate",
                                                         "get_challenge",
                                                         "other"};
constexpr std::span<const std::string_view> names(CommandKind) { return kCommandKindNames; }

constexpr bool is_generate_ac(CommandKind kind) {
  return kind >= CommandKind::generate_ac && kind <= CommandKind::generate_ac_arqc;
}
constexpr CommandKind whatever_is_asked(CommandKind kind) {
  return is_generate_ac(kind) ? CommandKind::generate_ac : kind;
}
// The others are answered with a status word alone.
constexpr bool can_be_processed(CommandKind kind) { return kind < CommandKind::internal_authenticate; }

// The answer to one command in one state.
struct Reply {
  std::uint16_t sw = 0;         // it is refused with this; 0: it is processed
  std::optional<AcType> given;  // GENERATE AC, processed: this cryptogram, unless it must be an AAC
  bool accepted = false;  // what is wrong with the data of it, or of GET PROCESSING OPTIONS, is not seen
  std::optional<std::size_t> then;  // the state it leads to, by its place in Behavior::states

  bool processed() const { return sw == 0; }
};

// Right: header, length and data are as the command wants them. GENERATE AC: the data has the length that
// CDOL2 asks for in first_ac and over, else CDOL1.
struct Replies {
  std::optional<Reply> right, wrong;
};

struct CardState {
  std::string name;
  Phase phase = Phase::nothing_selected;  // the state itself, or the one it is like
  std::map<CommandKind, Replies> replies = {};
  std::optional<std::size_t> after_error = {};  // where a refused command leads; else the card stays
};

// Every card has the six states first, in the order of Phase.
std::vector<CardState> states_of_every_card();

struct Behavior {
  std::vector<CardState> states = states_of_every_card();
  // The status word of a processed command that is wrong; where there is none: 6A86, 6700, 6A80, 6A82, 6A83
  // or 6A88, after what is wrong.
  std::map<CommandKind, std::uint16_t> wrong;

  // What the file says of a command in a state; nothing: it is as on every card.
  std::optional<Reply> reply(std::size_t state, CommandKind kind, bool right) const;
  std::optional<std::uint16_t> status_if_wrong(CommandKind kind) const;
};

// Whether a card whose file says nothing of it processes the command there.
bool in_order(Phase phase, CommandKind kind);

}  // namespace sesame::card
