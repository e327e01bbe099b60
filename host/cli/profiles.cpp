#include <memory>
#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "host/reader/scripted_user.hpp"

namespace sesame::cli {

namespace {

struct ProfilesOptions {
  bool json = false;
};

void profiles(const ProfilesOptions& options) {
  auto all = nlohmann::ordered_json::array();
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::readers)) {
    const profile::LoadedReader loaded = profile::load_reader(name);
    const ReaderProfile& reader = loaded.profile();
    auto functions = nlohmann::ordered_json::array();
    for (const Function& function : reader.functions) {
      if (function.menu.empty()) functions.push_back(function.key);
    }
    all.push_back({{"name", name}, {"title", reader.title}, {"functions", functions}});
    if (!options.json) print_line(fmt::format("{:<18} {:<24} {}", name, function_keys(reader), reader.title));
  }
  if (options.json) print_json(all, 2);
}

}  // namespace

void add_profiles(const Command& parent) {
  const auto options = std::make_shared<ProfilesOptions>();
  const Command command(parent, "profiles", "list the reader models");
  command.flag("--json", options->json, "print JSON");
  command.run([options] { profiles(*options); });
}

}  // namespace sesame::cli
