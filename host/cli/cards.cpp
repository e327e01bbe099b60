#include <memory>
#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/profile/shipped.hpp"

namespace sesame::cli {

namespace {

struct CardsOptions {
  bool json = false;
};

void cards(const CardsOptions& options) {
  auto all = nlohmann::ordered_json::array();
  for (const profile::Listed& card : profile::list_shipped(profile::ProfileKind::cards)) {
    all.push_back({{"name", card.name}, {"title", card.title}});
    if (!options.json) print_line(fmt::format("{:<14} {}", card.name, card.title));
  }
  if (options.json) print_json(all, 2);
}

}  // namespace

void add_cards(const Command& parent) {
  const auto options = std::make_shared<CardsOptions>();
  const Command command(parent, "cards", "list the shipped cards");
  command.flag("--json", options->json, "print JSON");
  command.run([options] { cards(*options); });
}

}  // namespace sesame::cli
