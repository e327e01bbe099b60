#include <memory>
#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct CardStateOptions {
  StoreOptions store;
  issuer::CardId card = 0;
  bool json = false;
};

using Change = void (issuer::Registry::*)(issuer::CardId, issuer::Millis);

void add_change(const Command& parent, const char* name, const char* help, Change change) {
  const auto options = std::make_shared<CardStateOptions>();
  const Command command(parent, name, help);
  add_card_id(command, "CARD", options->card);
  add_store(command, options->store);
  command.flag("--json", options->json, "print the card as an object");
  command.run([options, change] {
    IssuerDesk desk(options->store);
    (desk.registry().*change)(options->card, now());
    const issuer::CardInfo card = desk->show(options->card);
    if (options->json) return print_json(card_object(card));
    print_line(card_line(card));
  });
}

}  // namespace

void add_issuer_card_states(const Command& parent) {
  using issuer::Registry;
  add_change(parent, "suspend", "verify no code of a card for a while", &Registry::suspend);
  add_change(parent, "resume", "verify codes of a suspended card again", &Registry::resume);
  add_change(parent, "lost", "verify no code of a card ever again", &Registry::report_lost);
}

void add_issuer_unblock(const Command& parent) {
  add_change(parent, "unblock", "give a blocked card its tries back", &issuer::Registry::unblock);
}

}  // namespace sesame::cli
