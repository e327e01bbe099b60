#include "host/cli/arguments.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/base/decimal.hpp"
#include "host/cli/exit.hpp"

namespace sesame::cli {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

using Options = std::vector<const CLI::Option*>;
using Commands = std::vector<const CLI::App*>;

Options options_of(const CLI::App& command) {
  return command.get_options([](const CLI::Option*) { return true; });
}

Commands commands_of(const CLI::App& command) {
  return command.get_subcommands([](const CLI::App*) { return true; });
}

}  // namespace

std::uint64_t parse_number(std::string_view what, std::string_view text, Range range) {
  const auto number = decimal(text);
  if (number && *number >= range.least && *number <= range.most) return *number;
  if (!range.has_end()) usage(fmt::format("{}: must be a decimal number, {} or more", what, range.least));
  usage(fmt::format("{}: must be a decimal number from {} to {}", what, range.least, range.most));
}

// ---- before CLI11 reads it

namespace {

// Where an empty text is a value; and where the command says better what is wrong with it.
bool may_be_empty(const CLI::Option& option) {
  static constexpr std::string_view kOptions[] = {"--input", "--iad", "--data", "--pin", "HEX"};
  return std::find(std::begin(kOptions), std::end(kOptions), option.get_name()) != std::end(kOptions);
}

// Flags take no value, and other options none that is empty.
void make_strict(CLI::App& command) {
  for (CLI::Option* option : command.get_options([](CLI::Option*) { return true; })) {
    if (option->get_items_expected_max() == 0) {
      option->disable_flag_override();
    } else if (!may_be_empty(*option)) {
      option->check([name = option->get_name()](const std::string& value) -> std::string {
        if (value.empty()) usage(fmt::format("{}: its value is empty", name));
        return "";
      });
    }
  }
  for (CLI::App* below : command.get_subcommands([](CLI::App*) { return true; })) make_strict(*below);
}

// CLI11 would take the next argument for its value.
void refuse_empty_values(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--") return;
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      usage(fmt::format("argument {}: it ends with '=', and its value is empty", i));
    }
  }
}

// ---- what may be repeated

// Letters and hyphens alone, and not many: no PIN, no key.
bool is_word(std::string_view text) {
  constexpr std::size_t longest = 24;
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || c == '-'; });
}

std::string small(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// Letters to change, to add, to leave out, or to swap with the next: the optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

// The one of `known` that was likely meant, if any: `--PIN`, `--pni`, `--pin1234`, `-pin`.
std::string meant(std::string_view typed, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = 3;  // and so two at most
  for (const std::string& name : known) {
    const std::string word = small(typed);
    const bool runs_on = name.size() >= 4 && word.size() > name.size() && word.starts_with(name);
    const std::size_t far = runs_on ? 1 : distance(word, name);
    if (far >= std::min(least, (name.size() + 1) / 2)) continue;
    least = far;
    best = name;
  }
  return best.empty() ? "" : fmt::format("; did you mean {}?", best);
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options_of(command)) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// `--card`, but not `--pin1234`, nor what is glued to the name of an option in letters alone.
bool shows_no_value(std::string_view option, const std::vector<std::string>& known) {
  if (!is_word(option)) return false;
  return std::none_of(known.begin(), known.end(), [&](const std::string& name) {
    return option.size() > name.size() && small(option).starts_with(name) && option[name.size()] != '-';
  });
}

// ---- what is wrong

struct Subcommand {
  const CLI::App* app;
  std::string name;  // "card new"; empty: the program
  int words = 0;     // of it on the line
};

// The command that was meant: `reader serve`, not `reader`.
Subcommand command_of(const CLI::App& app) {
  Subcommand command{&app, "", 0};
  for (auto chosen = app.get_subcommands(); !chosen.empty(); chosen = command.app->get_subcommands()) {
    command.app = chosen[0];
    command.name += (command.name.empty() ? "" : " ") + command.app->get_name();
    ++command.words;
  }
  return command;
}

int place_of(const std::string& argument, int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    if (argument == argv[i]) return i;
  }
  return argc - 1;
}

std::string unknown_option(const Subcommand& command, const std::string& typed, int place) {
  const std::string name = typed.substr(0, typed.find('='));
  const auto known = option_names(*command.app);
  const std::string said = shows_no_value(name, known) ? fmt::format("there is no option {}", name)
                                                       : fmt::format("argument {} is no option", place);
  return said + meant(name, known);
}

std::string unknown_command(const Subcommand& command, const std::string& typed, int place) {
  std::vector<std::string> known;
  for (const CLI::App* each : commands_of(*command.app)) known.push_back(each->get_name());
  const std::string said = is_word(typed) ? fmt::format("there is no command '{}'", typed)
                                          : fmt::format("argument {} is no command", place);
  return fmt::format("{}{}; there are {}", said, meant(typed, known), fmt::join(known, ", "));
}

std::string unexpected(const Subcommand& command, int argc, const char* const* argv) {
  // What was left over is with the command that it stood after.
  const CLI::App* app = command.app;
  while (app->remaining_size() == 0 && app->get_parent() != nullptr) app = app->get_parent();
  const std::vector<std::string> left = app->remaining();
  const std::string first = left.empty() ? "" : left.front();
  const int place = place_of(first, argc, argv);
  if (first.size() > 1 && first[0] == '-') {
    const std::string line = unknown_option({app, "", 0}, first, place);
    return app == command.app ? line : line + "; options stand after the command";
  }
  return fmt::format("argument {} is one too many", place);
}

// CLI11 names the option, and counts.
std::string mismatch(std::string_view what) {
  constexpr std::string_view kOverridden = " was given a disallowed flag override";
  if (what.ends_with(kOverridden)) {
    return fmt::format("--{}: takes no value", what.substr(0, what.size() - kOverridden.size()));
  }
  const std::string_view option = what.substr(0, what.find(": "));
  return fmt::format("{}: {}", option, what.ends_with(" missing") ? "its value is missing" : "given twice");
}

std::string what_is_wrong(const Subcommand& command, const CLI::ParseError& error, int argc,
                          const char* const* argv) {
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::ExtrasError: return unexpected(command, argc, argv);
    case CLI::ExitCodes::ArgumentMismatch: return mismatch(error.what());
    case CLI::ExitCodes::RequiredError:
    case CLI::ExitCodes::RequiresError:
    case CLI::ExitCodes::ExcludesError: return error.what();  // names of options, and nothing else
    default: return "an option has a value that it cannot have";
  }
}

std::string usage_line(const CLI::App& app, const CLI::ParseError& error, int argc, const char* const* argv) {
  const Subcommand command = command_of(app);
  const int next = command.words + 1;
  if (!commands_of(*command.app).empty() && argc > next && argv[next][0] != '-') {
    return unknown_command(command, argv[next], next);
  }
  const std::string name = command.name;
  return fmt::format("{}{}{}; see sesame {}{}--help", name, name.empty() ? "" : ": ",
                     what_is_wrong(command, error, argc, argv), name, name.empty() ? "" : " ");
}

}  // namespace

void parse(CLI::App& app, int argc, const char* const* argv) {
  make_strict(app);
  refuse_empty_values(argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) throw;
    usage(usage_line(app, error, argc, argv));
  }
}

}  // namespace sesame::cli
