#include "host/cli/commands.hpp"

namespace sesame::cli {

void add_commands(const Command& program) {
  add_code(program);
  add_record(program);
  add_apps(program);
  add_readers(program);
  const Command card = Command::group(program, "card", "make, explain, serve or reset a virtual card");
  add_card_new(card);
  add_card_show(card);
  add_card_reset(card);
  add_card_serve(card);
  const Command reader = Command::group(program, "reader", "serve the reader to other programs");
  add_reader_serve(reader);
  add_verify(program);
  add_token(program);
  add_ac(program);
  add_tlv(program);
  add_atr(program);
  add_profiles(program);
  add_cards(program);
}

}  // namespace sesame::cli
