#include <memory>
#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/text.hpp"
#include "host/issuer/judge.hpp"

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
  const issuer::CardInfo card = desk->show(options.card);
  const issuer::CardRecord& record = card.policy.record;
  const double chance = issuer::false_accept(record, card.last_atc);
  if (options.json) {
    auto json = card_object(card);
    json["policy"] = nlohmann::ordered_json::parse(issuer::policy_text(card.policy));
    json["ac_bits"] = issuer::ac_bits(record);
    json["false_accept"] = chance;
    return print_json(json);
  }
  print_line(card_line(card));
  print_line(fmt::format("scheme {}, mask {}, {} bits of the AC", keys::rules(record.scheme).name,
                         record.mask.empty() ? "none: the Belgian function" : hex(record.mask),
                         issuer::ac_bits(record)));
  print_line(fmt::format("window {}, false accept 1 in {:.0f} a try, {} tries, two codes reach {}",
                         record.window, 1 / chance, card.policy.tries, card.policy.reach));
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

}  // namespace sesame::cli
