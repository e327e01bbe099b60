#include <memory>
#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/policy_options.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct CardListOptions {
  StoreOptions store;
  std::optional<std::string> customer, pan;
  bool json = false;
};

struct StoredCardOptions {
  StoreOptions store;
  issuer::CardId card = 0;
  bool json = false;
};

struct CardPolicyOptions {
  StoredCardOptions card;
  PolicyOptions policy;
};

std::vector<issuer::CardInfo> wanted(const CardListOptions& options) {
  IssuerDesk desk(options.store);
  std::vector<issuer::CardInfo> cards;
  if (options.pan) {
    check_digits("--pan", *options.pan, 12, 19);
    for (const issuer::CardId id : desk->find(*options.pan)) cards.push_back(desk->show(id));
  } else {
    cards = desk->list();
  }
  if (options.customer) {
    std::erase_if(cards, [&](const issuer::CardInfo& card) { return card.customer != *options.customer; });
  }
  return cards;
}

void card_list(const CardListOptions& options) {
  const auto cards = wanted(options);
  if (!options.json) {
    for (const issuer::CardInfo& card : cards) print_line(card_line(card));
    return;
  }
  auto array = nlohmann::ordered_json::array();
  for (const issuer::CardInfo& card : cards) array.push_back(card_object(card));
  print_json(array);
}

void stored_card(const StoredCardOptions& options) {
  IssuerDesk desk(options.store);
  print_stored_card(desk->show(options.card), options.json);
}

void card_policy(const CardPolicyOptions& options) {
  IssuerDesk desk(options.card.store);
  desk->change_policy(options.card.card, read_policy(options.policy), now());
  print_stored_card(desk->show(options.card.card), options.card.json);
}

}  // namespace

void add_issuer_card_list(const Command& parent) {
  const auto options = std::make_shared<CardListOptions>();
  const Command command(parent, "list", "list the cards of the store, their numbers masked");
  command.option("--customer", options->customer, "of this customer alone").type("TEXT");
  command.option("--pan", options->pan, "of this number alone").type("DIGITS");
  add_store(command, options->store);
  command.flag("--json", options->json, "print an array of cards");
  command.run([options] { card_list(*options); });
}

void add_issuer_card_show(const Command& parent) {
  const auto options = std::make_shared<StoredCardOptions>();
  const Command command(parent, "show", "tell how codes of a card are verified");
  add_card_id(command, "CARD", options->card);
  add_store(command, options->store);
  command.flag("--json", options->json, "print the card and its policy as an object");
  command.run([options] { stored_card(*options); });
}

void add_issuer_card_policy(const Command& parent) {
  const auto options = std::make_shared<CardPolicyOptions>();
  const Command command(parent, "policy", "change how codes of a card are verified");
  command.footer(
      "What is not given stays as it is. The mask, the templates and the key are the card's own, and do not "
      "change:\nanother card is added. A blocked card stays blocked; fewer tries than a card has failed "
      "block "
      "it.");
  add_card_id(command, "CARD", options->card.card);
  add_policy(command, options->policy, false);
  add_store(command, options->card.store);
  command.flag("--json", options->card.json, "print the card and its policy as an object");
  command.run([options] { card_policy(*options); },
              [options] {
                if (read_policy(options->policy).is_none()) {
                  usage(
                      "issuer card policy: nothing is to change; give --window, --tries, --reach, "
                      "--unblock-after or --modes");
                }
              });
}

}  // namespace sesame::cli
