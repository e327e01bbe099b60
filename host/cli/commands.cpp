#include "host/cli/commands.hpp"

namespace sesame::cli {

void add_commands(const Command& program) {
  add_code(program);
  add_record(program);
  add_apps(program);
  add_import(program);
  add_readers(program);
  const Command card = Command::group(program, "card", "make, explain, serve or reset a virtual card");
  add_card_new(card);
  add_card_show(card);
  add_card_reset(card);
  add_card_serve(card);
  const Command reader = Command::group(program, "reader", "serve the reader to other programs");
  add_reader_serve(reader);
  const Command board =
      Command::group(program, "board", "look at a reader's board, at the end of its panel link");
  add_board_show(board);
  add_board_check(board);
  add_verify(program);
  const Command issuer = Command::group(program, "issuer", "keep cards, verify their codes, and audit it");
  add_issuer_init(issuer);
  const Command cards = Command::group(issuer, "card", "the cards of the store");
  add_issuer_card_add(cards);
  add_issuer_card_import(cards);
  add_issuer_card_renew(cards);
  add_issuer_card_list(cards);
  add_issuer_card_show(cards);
  add_issuer_card_policy(cards);
  add_issuer_card_states(cards);
  add_issuer_verify(issuer);
  add_issuer_resync(issuer);
  add_issuer_unblock(issuer);
  add_issuer_audit(issuer);
  add_token(program);
  add_ac(program);
  add_tlv(program);
  add_atr(program);
  add_profiles(program);
  add_cards(program);
  add_man(program);
  add_completion(program);
}

}  // namespace sesame::cli
