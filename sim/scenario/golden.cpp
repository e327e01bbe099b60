#include "sim/scenario/golden.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "host/base/failure.hpp"
#include "host/document/file.hpp"
#include "host/document/toml.hpp"
#include "host/io/durable_file.hpp"

namespace sesame::sim {

namespace {

constexpr std::string_view kDark = "dark";

}  // namespace

GoldenScreen golden_of(const Look& look) { return look.lit ? look.rows : GoldenScreen{}; }

void GoldenFile::read() {
  screens_.clear();
  if (!std::filesystem::exists(path_)) return;
  const document::FileText file(path_);
  std::string_view rest = file.text();
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    read_line(rest.substr(0, end), number);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void GoldenFile::read_line(std::string_view line, std::size_t number) {
  if (line.empty() || line.front() == '#') return;
  if (line.size() > 2 && line.front() == '[' && line.back() == ']') {
    const std::string name(line.substr(1, line.size() - 2));
    if (find(name) != nullptr) document::refuse(path_, number, "a name for the second time");
    return add(name, {});
  }
  if (screens_.empty()) document::refuse(path_, number, "a row before any [name]");
  if (line == kDark) return;
  if (line.size() < 2 || line.front() != '|' || line.back() != '|') {
    document::refuse(path_, number, "must be [name], a row between two |, dark, or a comment after #");
  }
  screens_.back().second.emplace_back(line.substr(1, line.size() - 2));
}

const GoldenScreen* GoldenFile::find(const std::string& name) const {
  const auto found = std::find_if(screens_.begin(), screens_.end(),
                                  [&](const auto& screen) { return screen.first == name; });
  return found == screens_.end() ? nullptr : &found->second;
}

void GoldenFile::write() const {
  const std::string file = std::filesystem::path(scenario_).filename().string();
  std::string text =
      fmt::format("# Golden screens of {}, recorded with: sesame scenario --record {}\n", file, file);
  for (const auto& [name, rows] : screens_) {
    text += fmt::format("\n[{}]\n", name);
    if (rows.empty()) text += fmt::format("{}\n", kDark);
    for (const std::string& row : rows) text += fmt::format("|{}|\n", row);
  }
  io::replace_file(path_, text);
}

}  // namespace sesame::sim
