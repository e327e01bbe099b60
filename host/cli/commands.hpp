// The commands of `sesame` that are not the simulator's, each in a file of its name. A command prints what
// was asked for on standard output, everything else on standard error, and throws Failure where it cannot.
#pragma once

#include "host/cli/command.hpp"

namespace sesame::cli {

void add_commands(const Command& program);

void add_code(const Command& parent);
void add_record(const Command& parent);
void add_import(const Command& parent);
void add_apps(const Command& parent);
void add_readers(const Command& parent);
void add_card_new(const Command& parent);
void add_card_show(const Command& parent);
void add_card_reset(const Command& parent);
void add_card_serve(const Command& parent);
void add_reader_serve(const Command& parent);
void add_board_show(const Command& parent);
void add_board_check(const Command& parent);
void add_verify(const Command& parent);
void add_issuer_init(const Command& parent);
void add_issuer_card_add(const Command& parent);
void add_issuer_card_import(const Command& parent);
void add_issuer_card_renew(const Command& parent);
void add_issuer_card_list(const Command& parent);
void add_issuer_card_show(const Command& parent);
void add_issuer_card_policy(const Command& parent);
void add_issuer_card_states(const Command& parent);
void add_issuer_verify(const Command& parent);
void add_issuer_resync(const Command& parent);
void add_issuer_unblock(const Command& parent);
void add_issuer_audit(const Command& parent);
void add_token(const Command& parent);
void add_ac(const Command& parent);
void add_tlv(const Command& parent);
void add_atr(const Command& parent);
void add_profiles(const Command& parent);
void add_cards(const Command& parent);
void add_man(const Command& program);
void add_completion(const Command& program);

}  // namespace sesame::cli
