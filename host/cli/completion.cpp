#include "host/cli/completion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "host/profile/shipped.hpp"

namespace sesame::cli {

namespace {

// ---- what a value may be

struct Values {
  bool files = false, folders = false;
  std::vector<std::string> words;
};

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(at, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// A word that is typed as it stands; in capitals it stands for something.
bool is_literal(std::string_view word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

Values values_of(const OptionDescription& option) {
  Values values;
  const std::string says_both = option.by_place ? option.name + "|" + option.value : option.value;
  const auto parts = split(says_both, '|');
  const auto says = [&](std::string_view word) {
    return std::find(parts.begin(), parts.end(), word) != parts.end();
  };
  values.files = says("FILE") || says("PATH") || says("CARD") || says("LOG") || says("LIST");
  values.folders = says("DIR");
  if (says("NAME") ? says("FILE") : says("CARD")) {
    const auto kind =
        option.name == "--profile" ? profile::ProfileKind::readers : profile::ProfileKind::cards;
    for (const std::string_view name : profile::shipped_names(kind)) values.words.emplace_back(name);
  }
  for (const std::string_view part : parts) {
    if (is_literal(part)) values.words.emplace_back(part);
  }
  return values;
}

// ---- all commands, one after the other

void flatten(const CommandDescription& command, std::vector<const CommandDescription*>& out) {
  out.push_back(&command);
  for (const CommandDescription& each : command.commands) flatten(each, out);
}

std::vector<const CommandDescription*> all_of(const CommandDescription& program) {
  std::vector<const CommandDescription*> all;
  flatten(program, all);
  return all;
}

std::string path_of(const CommandDescription& command) {
  return fmt::format("{}", fmt::join(command.words, " "));
}

// Between single quotes; no help has more than one line.
std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

// In fish's single quotes a backslash escapes.
std::string in_quotes_of_fish(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

// ---- bash

namespace {

// One call each: `files; words 'a b'`.
std::string calls(const Values& values) {
  std::vector<std::string> each;
  if (values.files) each.emplace_back("_sesame_files");
  if (values.folders) each.emplace_back("_sesame_folders");
  if (!values.words.empty())
    each.push_back(
        fmt::format("_sesame_words {}", in_quotes(fmt::format("{}", fmt::join(values.words, " ")))));
  return each.empty() ? ":" : fmt::format("{}", fmt::join(each, "; "));
}

}  // namespace

std::string bash_completion(const CommandDescription& program) {
  const auto all = all_of(program);
  std::vector<std::string> paths;
  for (const CommandDescription* command : all) {
    if (command->words.size() > 1) paths.push_back(in_quotes(path_of(*command)));
  }
  std::string out = fmt::format(R"(# bash completion for sesame: `sesame completion bash` made it.
_sesame_proposed() {{
  local word
  while read -r word; do COMPREPLY+=("$word"); done < <(compgen "$@" -- "$cur")
}}
_sesame_words() {{ _sesame_proposed -W "$1"; }}
_sesame_files() {{ compopt -o filenames; _sesame_proposed -f; }}
_sesame_folders() {{ compopt -o filenames; _sesame_proposed -d; }}
_sesame() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}} path=sesame i
  COMPREPLY=()
  # An equals sign is a word of its own.
  [ "$cur" != = ] || cur=
  [ "$prev" != = ] || prev=${{COMP_WORDS[COMP_CWORD - 2]}}
  [ "${{COMP_WORDS[COMP_CWORD]}}" != = ] || prev=${{COMP_WORDS[COMP_CWORD - 1]}}
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${{COMP_WORDS[i]}}" in
      {}) path="$path ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$path $prev" in
)",
                                fmt::join(paths, " | "));
  for (const CommandDescription* command : all) {
    for (const OptionDescription& option : command->options) {
      if (option.by_place || option.value.empty()) continue;
      out += fmt::format("    {}) {}; return ;;\n", in_quotes(path_of(*command) + " " + option.name),
                         calls(values_of(option)));
    }
  }
  out += "  esac\n  case $path in\n";
  for (const CommandDescription* command : all) {
    std::vector<std::string> words;
    std::string places;
    for (const OptionDescription& option : command->options) {
      if (!option.by_place) {
        words.push_back(option.name);
      } else if (const std::string call = calls(values_of(option)); call != ":") {
        places += "; " + call;
      }
    }
    for (const CommandDescription& each : command->commands) words.push_back(each.words.back());
    out += fmt::format("    {}) _sesame_words {}{} ;;\n", in_quotes(path_of(*command)),
                       in_quotes(fmt::format("{}", fmt::join(words, " "))), places);
  }
  return out + "  esac\n}\ncomplete -F _sesame sesame\n";
}

// ---- zsh

namespace {

std::string function_of(const CommandDescription& command) {
  return "_" + fmt::format("{}", fmt::join(command.words, "_"));
}

// In a specification of _arguments brackets and colons have a meaning.
std::string in_specification(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string action(const Values& values) {
  std::vector<std::string> each;
  if (!values.words.empty()) each.push_back(fmt::format("compadd {}", fmt::join(values.words, " ")));
  if (values.files) each.emplace_back("_files");
  if (values.folders) each.emplace_back("_files -/");
  if (each.empty()) return " ";
  if (each.size() == 1 && !values.words.empty()) return fmt::format("({})", fmt::join(values.words, " "));
  if (each.size() == 1) return each[0];
  return fmt::format("{{{}}}", fmt::join(each, "; "));
}

std::string specification(const OptionDescription& option) {
  const std::string value =
      fmt::format(":{}:{}", in_specification(option.value.empty() ? option.name : option.value),
                  action(values_of(option)));
  if (option.by_place) return in_quotes((option.repeated ? "*" : "") + value);
  return in_quotes(fmt::format("{}{}[{}]{}", option.repeated ? "*" : "", option.name,
                               in_specification(option.help), option.value.empty() ? "" : value));
}

}  // namespace

std::string zsh_completion(const CommandDescription& program) {
  std::string out = "#compdef sesame\n# zsh completion for sesame: `sesame completion zsh` made it.\n";
  for (const CommandDescription* command : all_of(program)) {
    std::string specifications;
    for (const OptionDescription& option : command->options) {
      specifications += " \\\n    " + specification(option);
    }
    if (command->commands.empty()) {
      out += fmt::format("{}() {{\n  _arguments{}\n}}\n", function_of(*command), specifications);
      continue;
    }
    std::string described, cases;
    for (const CommandDescription& each : command->commands) {
      described +=
          fmt::format(" \\\n        {}", in_quotes(each.words.back() + ":" + in_specification(each.help)));
      cases += fmt::format("        {}) {} ;;\n", each.words.back(), function_of(each));
    }
    out += fmt::format(R"({}() {{
  local context state state_descr line
  typeset -A opt_args
  _arguments -C{} \
    '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands
      commands=({})
      _describe command commands ;;
    rest)
      case $line[1] in
{}      esac ;;
  esac
}}
)",
                       function_of(*command), specifications, described, cases);
  }
  // Found by its name it is called at once; sourced it waits to be.
  return out + "if [ \"$funcstack[1]\" = _sesame ]; then _sesame \"$@\"; else compdef _sesame sesame; fi\n";
}

// ---- fish

std::string fish_completion(const CommandDescription& program) {
  const auto all = all_of(program);
  std::vector<std::string> paths;
  for (const CommandDescription* command : all) {
    if (command->words.size() > 1) paths.push_back(in_quotes_of_fish(path_of(*command)));
  }
  std::string out = fmt::format(R"(# fish completion for sesame: `sesame completion fish` made it.
function __sesame_at
  set -l path sesame
  set -l words (commandline -opc)
  for word in $words[2..-1]
    contains -- "$path $word" {}
    and set path "$path $word"
  end
  test "$path" = "$argv"
end
complete -c sesame -f
)",
                                fmt::join(paths, " "));
  for (const CommandDescription* command : all) {
    const std::string at = in_quotes_of_fish("__sesame_at " + path_of(*command));
    for (const CommandDescription& each : command->commands) {
      out += fmt::format("complete -c sesame -n {} -a {} -d {}\n", at, each.words.back(),
                         in_quotes_of_fish(each.help));
    }
    for (const OptionDescription& option : command->options) {
      const Values values = values_of(option);
      std::string how;
      if (values.folders) how += " -a '(__fish_complete_directories)'";
      if (!values.words.empty())
        how += fmt::format(" -a {}", in_quotes_of_fish(fmt::format("{}", fmt::join(values.words, " "))));
      if (values.files) how += " -F";
      if (option.by_place) {
        if (!how.empty()) out += fmt::format("complete -c sesame -n {}{}\n", at, how);
        continue;
      }
      out += fmt::format("complete -c sesame -n {} -l {} -d {}{}\n", at, option.name.substr(2),
                         in_quotes_of_fish(option.help),
                         option.value.empty() ? "" : (values.files ? " -r" : " -x") + how);
    }
  }
  return out;
}

}  // namespace sesame::cli
