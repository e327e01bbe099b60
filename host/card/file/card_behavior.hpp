// What a card answers where EMV leaves it to the card: [behavior] of a card file. host/card/behavior.hpp has
// the states that every card has, and the commands by their clauses.
//
//     [behavior]
//     after_error = "selected"      # where a refused command leads from initiated, first_ac and over, and
//                                   # from the states that are like these; default: nowhere
//     [behavior.wrong]              # the status word of a processed command that is wrong: a name, a record
//     get_data = "6A86"             # or a data object that is not there, other data than PDOL or CDOL ask
//                                   # for, a malformed PIN block, P1 or P2 that the command does not have
//     [behavior.selected]           # one of the states
//     after_error = "selected"      # where a refused command leads from here
//     read_record = "processed"     # a command, and the answer
//
//     [behavior.authenticated]      # a state of its own: to be reached, a `then` must name it
//     like = "initiated"            # it begins as that state is here, command by command
//
// Commands: select, get_processing_options, read_record, get_data, verify, generate_ac,
// internal_authenticate, external_authenticate, get_challenge, other (any other instruction of the classes
// 00 and 80);
// generate_ac_aac, generate_ac_tc and generate_ac_arqc come before generate_ac. An answer is one of
//
//     "6985"                                   # this status word, whatever is in the command
//     "processed"                              # done, or the status word of what is wrong with it
//     "aac", "tc", "arqc"                      # GENERATE AC: processed, and the cryptogram is at most this
//                                              # (EMV 4.3 Book 3, 10.8); without the PIN, an AAC
//     { answer = "6985", then = "over" }       # and the state it leads to; of "processed": when it was done
//     { right = "processed", wrong = "6A80" }  # by what is in the command; each as any of the above
//
// In `wrong`, get_processing_options and generate_ac may have "accepted", too: the card does not look at the
// length of data, and does as if it were right; so do "aac", "tc" and "arqc" there. Data that is missing is
// then zeros.
//
// 9000 is for the commands that this card does not have: internal_authenticate and those after it. A command
// that is processed with nothing selected is the first application's (ISO 7816-4, 8.2.2: implicit selection).
#pragma once

#include "host/card/behavior.hpp"
#include "host/document/value.hpp"

namespace sesame::card {

// `value`: the table [behavior].
Behavior read_behavior(const document::Value& value);

// As a card file has it: "6985", "processed", "tc".
std::string answer_text(const Reply& reply);

}  // namespace sesame::card
