#include "host/cli/config_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/failure.hpp"
#include "host/cli/command_line.hpp"
#include "host/cli/exit.hpp"
#include "host/document/file.hpp"
#include "host/document/toml.hpp"

namespace sesame::cli {

namespace {

using document::Value;

constexpr std::size_t kMostValues = 1'000;

bool is_on_the_line(const CLI::Option& option) {
  const auto& excluded = option.get_excludes();
  return option.count() > 0 || std::any_of(excluded.begin(), excluded.end(),
                                           [](const CLI::Option* other) { return other->count() > 0; });
}

std::string text_of(const Value& value) {
  switch (value.kind()) {
    case document::Node::Kind::string: return std::string(value.text());
    case document::Node::Kind::integer:
      return std::to_string(value.integer(0, std::numeric_limits<std::int64_t>::max()));
    default: value.refuse("must be a text or a number");
  }
}

// Whether there is anything to say: `false` is a flag that is not said.
bool add(CLI::Option& option, const Value& value) {
  if (option.get_items_expected_max() == 0) {
    if (!value.boolean()) return false;
    option.add_result("true");
    return true;
  }
  if (value.kind() != document::Node::Kind::list) {
    option.add_result(text_of(value));
    return true;
  }
  if (option.get_items_expected_max() == 1) value.refuse("must be one value, not a list");
  for (const Value& one : value.list(1, kMostValues)) option.add_result(text_of(one));
  return true;
}

void give(CLI::Option& option, const Value& value, const std::string& file) {
  if (!add(option, value)) return;
  try {
    option.run_callback();
  } catch (const Failure& failure) {
    throw Failure(failure.kind(), fmt::format("{}:{}: {}", file, value.line(), failure.what()));
  } catch (const CLI::ParseError&) {
    document::refuse(file, value.line(), fmt::format("{} has a value that it cannot have", value.path()));
  }
}

}  // namespace

void read_config_file(const std::string& file, CLI::App& command) {
  const document::FileText text(file);
  const document::TomlDocument document(text.text(), file);
  document::Table table(document.root());
  std::vector<std::pair<CLI::Option*, Value>> given;
  for (CLI::Option* option : command.get_options([](CLI::Option*) { return true; })) {
    if (option->get_lnames().empty()) continue;
    const std::string& name = option->get_lnames().front();
    if (name == "help" || name == "config") continue;
    if (const auto value = table.find(name)) given.emplace_back(option, *value);
  }
  table.done();
  for (const auto& [option, value] : given) {
    if (is_secret("--" + option->get_lnames().front())) refuse_if_others_read(file);
  }
  std::erase_if(given, [](const auto& one) { return is_on_the_line(*one.first); });
  for (const auto& [option, value] : given) give(*option, value, file);
}

void refuse_if_others_read(const std::string& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return;
  if ((found.st_mode & 077) == 0 || found.st_uid != ::geteuid()) return;
  usage(fmt::format("{}: others may read the token in it; chmod 600 it, and think of who has", file));
}

}  // namespace sesame::cli
