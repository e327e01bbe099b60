#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"

namespace sesame::cli {

namespace {

std::string keys(const ReaderProfile& profile) {
  std::string all;
  for (const Function& function : profile.functions)
    all += fmt::format("{}{}", all.empty() ? "" : ", ", function.key);
  return all;
}

}  // namespace

void profiles(const ListOptions& options) {
  auto all = nlohmann::ordered_json::array();
  for (const std::string_view name : profile::shipped_names(profile::Shelf::readers)) {
    const profile::LoadedReader loaded = profile::load_reader(name);
    const ReaderProfile& reader = loaded.profile();
    auto functions = nlohmann::ordered_json::array();
    for (const Function& function : reader.functions) functions.push_back(function.key);
    all.push_back({{"name", name}, {"title", reader.title}, {"functions", functions}});
    if (!options.json) print_line(fmt::format("{:<14} {:<24} {}", name, keys(reader), reader.title));
  }
  if (options.json) print_json(all, 2);
}

void cards(const ListOptions& options) {
  auto all = nlohmann::ordered_json::array();
  for (const profile::Listed& card : profile::list_shipped(profile::Shelf::cards)) {
    all.push_back({{"name", card.name}, {"title", card.title}});
    if (!options.json) print_line(fmt::format("{:<14} {}", card.name, card.title));
  }
  if (options.json) print_json(all, 2);
}

}  // namespace sesame::cli
