#include "sim/scenario/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "host/base/failure.hpp"
#include "host/base/file_name.hpp"
#include "sim/scenario/scenario.hpp"

namespace sesame::sim {

namespace fs = std::filesystem;

namespace {

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

std::vector<std::string> scenarios_in(const std::string& folder, std::size_t& left_alone) {
  std::vector<std::string> files;
  fs::recursive_directory_iterator entry(folder);
  for (; entry != fs::recursive_directory_iterator(); ++entry) {
    if (is_hidden(entry->path())) {
      if (entry->is_directory()) entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && has_extension(entry->path().filename().string(), ".toml")) {
      const std::string file = entry->path().string();
      is_scenario(file) ? files.push_back(file) : static_cast<void>(++left_alone);
    }
  }
  if (files.empty())
    throw Failure(Failure::invalid, fmt::format("{}: no scenario (*.toml) in this folder", folder));
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Found find_scenarios(const std::vector<std::string>& files_and_folders) {
  Found found;
  const auto add = [&](const std::string& file) {
    if (std::find(found.files.begin(), found.files.end(), file) == found.files.end())
      found.files.push_back(file);
  };
  for (const std::string& name : files_and_folders) {
    try {
      if (!fs::exists(name))
        throw Failure(Failure::invalid, fmt::format("{}: there is no such file or folder", name));
      if (!fs::is_directory(name)) {
        add(name);
        continue;
      }
      for (const std::string& file : scenarios_in(name, found.left_alone)) add(file);
    } catch (const fs::filesystem_error& error) {
      throw Failure(Failure::environment,
                    fmt::format("{}: cannot be read: {}", name, error.code().message()));
    }
  }
  return found;
}

}  // namespace sesame::sim
