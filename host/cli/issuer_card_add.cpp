#include <memory>
#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/new_card_options.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct CardAddOptions {
  StoreOptions store;
  NewCardOptions card;
  std::string customer;
  std::optional<std::string> pan, psn;
  std::string last_atc = "0000";
  issuer::CardId replaces = 0;  // renew
  bool json = false;
};

void card_add(const CardAddOptions& options) {
  const CardMaker maker(options.card);
  if (maker.has_imk() && !options.pan) usage("--pan: required with --imk-file");
  if (!maker.has_imk() && (options.pan || options.psn)) {
    usage("--pan and --psn: only with --imk-file, as the card's key belongs to them");
  }
  const std::string pan = options.pan ? *options.pan : maker.file().pan;
  const std::string psn = options.psn       ? parse_psn("--psn", *options.psn)
                          : maker.has_imk() ? "00"
                                            : maker.file().psn;
  check_digits("--pan", pan, 12, 19);
  issuer::NewCard card = maker.make(pan, psn);
  card.last_atc = parse_atc("--last-atc", options.last_atc);
  card.replaces = options.replaces;
  IssuerDesk desk(options.store);
  card.customer = options.customer;
  if (card.replaces != 0 && card.customer.empty()) card.customer = desk->show(card.replaces).customer;
  const issuer::CardInfo added = desk->show(desk->add({&card, 1}, now()).at(0));
  if (options.json) return print_json(card_object(added));
  print_line(card_line(added));
}

void add_adding(const Command& command, CardAddOptions& options) {
  add_new_card(command, options.card);
  command.option("--customer", options.customer, "whose card it is; several cards may be one's").type("TEXT");
  command.option("--pan", options.pan, "with --imk-file: its number").type("DIGITS");
  command.option("--psn", options.psn, "with --imk-file: its sequence number [00]").type("NN");
  command.option("--last-atc", options.last_atc, "ATC of the last code accepted elsewhere")
      .type("HEX")
      .shows_default();
  add_store(command, options.store);
  command.flag("--json", options.json, "print the card as an object");
}

}  // namespace

void add_issuer_card_add(const Command& parent) {
  const auto options = std::make_shared<CardAddOptions>();
  const Command command(parent, "add", "take a card into the store");
  add_adding(command, *options);
  command.run([options] { card_add(*options); });
}

void add_issuer_card_renew(const Command& parent) {
  const auto options = std::make_shared<CardAddOptions>();
  const Command command(parent, "renew", "take a card that replaces another, which ends with its first code");
  add_card_id(command, "--replaces", options->replaces);
  add_adding(command, *options);
  command.run([options] { card_add(*options); });
}

}  // namespace sesame::cli
