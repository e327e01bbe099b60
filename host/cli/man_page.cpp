#include "host/cli/man_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace sesame::cli {

namespace {

// Text as it is: no character of it is a request or an escape, and a hyphen is what one types.
std::string plain(std::string_view text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) out += "\\&";
    begins = c == '\n';
    if (c == '-') {
      out += "\\-";
    } else if (c == '\\') {
      out += "\\e";
    } else {
      out += c;
    }
  }
  return out;
}

std::string bold(std::string_view text) { return "\\fB" + plain(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + plain(text) + "\\fR"; }

std::string signature(const OptionDescription& option) {
  const std::string more = option.repeated ? " ..." : "";
  if (option.by_place) return italic(option.name) + more;
  return option.value.empty() ? bold(option.name) : bold(option.name) + " " + italic(option.value);
}

std::string in_synopsis(const OptionDescription& option) {
  return option.required ? signature(option) : "[" + signature(option) + "]";
}

std::string sentence(std::string text) {
  if (text.empty()) return text;
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text.ends_with('.') ? text : text + ".";
}

// Lines of a footer are lines: they show what to type.
std::string lines(std::string_view text) { return ".nf\n" + plain(text) + "\n.fi\n"; }

std::string synopsis(const CommandDescription& command) {
  std::string out = ".SH SYNOPSIS\n" + bold(fmt::format("{}", fmt::join(command.words, " ")));
  if (!command.commands.empty()) {
    return out + " " + italic("COMMAND") + " [" + italic("OPTION") + " ...]\n";
  }
  for (const OptionDescription& option : command.options) {
    if (option.required && !option.by_place) out += " " + in_synopsis(option);
  }
  const bool others = std::any_of(command.options.begin(), command.options.end(),
                                  [](const auto& option) { return !option.required && !option.by_place; });
  if (others) out += " [" + italic("OPTION") + " ...]";
  for (const OptionDescription& option : command.options) {
    if (option.by_place) out += " " + in_synopsis(option);
  }
  return out + "\n";
}

std::string commands(const CommandDescription& command) {
  std::string out = ".SH COMMANDS\n";
  for (const CommandDescription& each : command.commands) {
    out += fmt::format(".TP\n{}(1)\n{}\n", bold(page_name(each)), plain(sentence(each.help)));
  }
  return out;
}

std::string options(const CommandDescription& command) {
  std::string out = ".SH OPTIONS\n";
  for (const OptionDescription& option : command.options) {
    out += fmt::format(".TP\n{}\n{}", signature(option), plain(sentence(option.help)));
    if (!option.shown_default.empty())
      out += fmt::format(" The default is {}.", italic(option.shown_default));
    out += "\n";
  }
  return out;
}

std::string_view exit_statuses() {
  return ".SH EXIT STATUS\n"
         ".TP\n0\nDone.\n"
         ".TP\n1\nThe card or the PIN refused; the card is mute, unsupported or talks nonsense; a code is "
         "not "
         "good.\n"
         ".TP\n2\nThe command line, or a file that is not what it should be.\n"
         ".TP\n3\nThe environment: no reader, no card, a disk, a lock, a permission.\n";
}

std::string see_also(const CommandDescription& command) {
  if (command.words.size() == 1) return "";
  std::string above;
  for (std::size_t i = 0; i + 1 < command.words.size(); ++i) {
    above += (i == 0 ? "" : "-") + command.words[i];
  }
  return ".SH SEE ALSO\n" + bold(above) + "(1)\n";
}

}  // namespace

std::string page_name(const CommandDescription& command) {
  return fmt::format("{}", fmt::join(command.words, "-"));
}

std::string man_page(const CommandDescription& command, std::string_view version) {
  const std::string name = page_name(command);
  std::string title = name;
  for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string out = fmt::format(".TH \"{}\" 1 \"\" \"{}\" \"User Commands\"\n", plain(title), version);
  const std::string what =
      command.help.ends_with('.') ? command.help.substr(0, command.help.size() - 1) : command.help;
  out += fmt::format(".SH NAME\n{} \\- {}\n", plain(name), plain(what));
  out += synopsis(command);
  // The program's own footer tells what the end of every page does.
  const bool own = command.words.size() > 1;
  if (own && !command.footer.empty()) out += ".SH DESCRIPTION\n" + lines(command.footer);
  if (!command.commands.empty()) out += commands(command);
  out += options(command);
  if (!own || command.footer.find("Exit status") == std::string::npos) out += exit_statuses();
  return out + see_also(command);
}

}  // namespace sesame::cli
