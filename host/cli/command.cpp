#include "host/cli/command.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <utility>

#include "host/base/failure.hpp"
#include "host/cli/command_line.hpp"
#include "host/cli/config_file.hpp"

namespace sesame::cli {

Option Option::type(const std::string& name) const { return Option(option_->type_name(name)); }
Option Option::shows_default() const { return Option(option_->capture_default_str()); }
Option Option::required() const { return Option(option_->required()); }
Option Option::one_value_each() const { return Option(option_->allow_extra_args(false)); }
Option Option::delimiter(char between) const { return Option(option_->delimiter(between)); }
Option Option::needs(Option other) const { return Option(option_->needs(other.option_)); }
Option Option::excludes(Option other) const { return Option(option_->excludes(other.option_)); }

Option Option::one_of(const std::string& name, std::vector<std::string> words) const {
  return Option(option_->check([name, words = std::move(words)](const std::string& word) -> std::string {
    if (std::find(words.begin(), words.end(), word) != words.end()) return "";
    throw Failure(Failure::invalid, fmt::format("{}: must be one of {}", name, fmt::join(words, ", ")));
  }));
}

Command::Command(const Command& parent, const std::string& name, const std::string& help)
    : app_(parent.app_->add_subcommand(name, help)) {}

Command Command::group(const Command& parent, const std::string& name, const std::string& help) {
  Command made(parent, name, help);
  made.app_->require_subcommand(1);
  return made;
}

Command Command::existing(const Command& parent, const std::string& name) {
  return Command(*parent.app_->get_subcommand(name));
}

void Command::footer(const std::string& text) const { app_->footer(text); }

Option Command::flag(const std::string& name, bool& value, const std::string& help) const {
  return Option(app_->add_flag(name, value, help));
}

Option Command::option(const std::string& name, std::string& value, const std::string& help) const {
  return Option(app_->add_option(name, value, help));
}

Option Command::option(const std::string& name, std::optional<std::string>& value,
                       const std::string& help) const {
  return Option(app_->add_option(name, value, help));
}

Option Command::option(const std::string& name, std::vector<std::string>& values,
                       const std::string& help) const {
  return Option(app_->add_option(name, values, help));
}

Option Command::option(const std::string& name, const std::function<void(const std::string&)>& take,
                       const std::string& help) const {
  return Option(app_->add_option_function<std::string>(name, take, help));
}

Option Command::option(const std::string& name,
                       const std::function<void(const std::vector<std::string>&)>& take,
                       const std::string& help) const {
  return Option(app_->add_option_function<std::vector<std::string>>(name, take, help));
}

Option Command::number(const std::string& name, Range range, std::function<void(std::uint64_t)> take,
                       const std::string& help, const std::string& shown) const {
  const auto parse = [name, range, take = std::move(take)](const std::string& text) {
    take(parse_number(name, text, range));
  };
  const std::string limits =
      range.has_end() ? fmt::format("{} ({} to {})", help, range.least, range.most) : help;
  CLI::Option* const option = app_->add_option_function<std::string>(name, parse, limits);
  if (!shown.empty()) option->default_str(shown);
  return Option(option);
}

Option Command::config_file() const {
  return option(
             "--config", [app = app_](const std::string& file) { read_config_file(file, *app); },
             "options by their names: port = 8035; what the line says goes before it")
      .type("FILE.toml");
}

Option Command::operator[](const std::string& name) const { return Option(app_->get_option(name)); }

bool Command::has(const std::string& name) const { return app_->get_option(name)->count() > 0; }

namespace {

// One that has a name and a place is two of them.
void describe(const CLI::Option& option, std::vector<OptionDescription>& all) {
  const bool is_flag = option.get_items_expected_max() == 0;
  OptionDescription out;
  out.help = option.get_description();
  if (!is_flag) {
    out.value = option.get_type_name();
    out.shown_default = option.get_default_str();
  }
  out.required = option.get_required();
  out.repeated = option.get_items_expected_max() > 1;
  if (option.get_positional()) {
    out.name = option.get_name(true);
    out.by_place = true;
    all.push_back(out);
    out.value = out.name;
    out.by_place = out.required = false;
  }
  if (option.get_lnames().empty()) return;
  out.name = "--" + option.get_lnames().front();
  all.push_back(out);
}

CommandDescription description_of(const CLI::App& command, std::vector<std::string> above) {
  CommandDescription out;
  out.words = std::move(above);
  out.words.push_back(command.get_name());
  out.help = command.get_description();
  // A command without one has that of its parent.
  const CLI::App* const parent = command.get_parent();
  if (parent == nullptr || command.get_footer() != parent->get_footer()) out.footer = command.get_footer();
  for (const CLI::Option* option : command.get_options([](const CLI::Option*) { return true; })) {
    describe(*option, out.options);
  }
  for (const CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; })) {
    out.commands.push_back(description_of(*below, out.words));
  }
  return out;
}

}  // namespace

CommandDescription Command::describe() const {
  CommandDescription out = description_of(*app_, {});
  out.version = app_->version();
  return out;
}

void Command::run(std::function<void()> what, std::function<void()> check) const {
  app_->callback([app = app_, what = std::move(what), check = std::move(check)] {
    if (!app->get_subcommands().empty()) return;  // then it is that command that is meant
    if (check) check();
    when_parsed(what);
  });
}

}  // namespace sesame::cli
