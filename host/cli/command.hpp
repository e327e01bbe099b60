// A command and its options, as its own file describes them:
//
//   void add_tlv(Command& parent) {
//     const auto options = std::make_shared<Options>();
//     Command command(parent, "tlv", "explain BER-TLV data");
//     command.option("HEX", options->hex, "bytes, with or without spaces").required();
//     command.flag("--json", options->json, "print JSON");
//     command.run([options] { tlv(*options); });
//   }
//
// What is said to each is plain data, filled in while the line is parsed. Underneath is CLI11, whose headers
// cost every file that includes them seconds: only command.cpp and what parses the whole line does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/cli/arguments.hpp"
#include "host/cli/description.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace sesame::cli {

class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option type(const std::string& name) const;  // what the help calls its value
  Option shows_default() const;
  Option required() const;
  Option one_value_each() const;         // of a list: the option is said again for the next
  Option delimiter(char between) const;  // of a list: or several at once
  Option one_of(const std::string& name,
                std::vector<std::string> words) const;  // Failure(Failure::invalid) that lists them
  Option needs(Option other) const;
  Option excludes(Option other) const;

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App& program) : app_(&program) {}
  // The parent may be the program, or a group of commands: `card`.
  Command(const Command& parent, const std::string& name, const std::string& help);
  static Command group(const Command& parent, const std::string& name, const std::string& help);
  // One that was added before.
  static Command existing(const Command& parent, const std::string& name);

  void footer(const std::string& text) const;

  Option flag(const std::string& name, bool& value, const std::string& help) const;
  // A name without hyphens is an argument by its place.
  Option option(const std::string& name, std::string& value, const std::string& help) const;
  Option option(const std::string& name, std::optional<std::string>& value, const std::string& help) const;
  Option option(const std::string& name, std::vector<std::string>& values, const std::string& help) const;
  Option option(const std::string& name, const std::function<void(const std::string&)>& take,
                const std::string& help) const;
  Option option(const std::string& name, const std::function<void(const std::vector<std::string>&)>& take,
                const std::string& help) const;  // all of a list
  // A decimal number; its default is shown.
  template <class Number>
  Option number(const std::string& name, Number& value, Range range, const std::string& help) const {
    return number(
        name, range, [&value](std::uint64_t given) { value = static_cast<Number>(given); }, help,
        std::to_string(value));
  }
  template <class Number>
  Option number(const std::string& name, std::optional<Number>& value, Range range,
                const std::string& help) const {
    return number(
        name, range, [&value](std::uint64_t given) { value = static_cast<Number>(given); }, help, "");
  }
  // `--config FILE`: a TOML file of the options that are not on the line (config_file.hpp). To be said before
  // all others, whose values it has.
  Option config_file() const;
  // One that was added before.
  Option operator[](const std::string& name) const;
  // Whether the line has it. Once it is parsed.
  bool has(const std::string& name) const;

  // Itself and all below it, while the line is parsed: with what `check` below does.
  CommandDescription describe() const;

  // What the command does, once the line is parsed and the application gone; and what is checked before,
  // which throws Failure(Failure::invalid).
  void run(std::function<void()> what, std::function<void()> check = {}) const;

 private:
  Option number(const std::string& name, Range range, std::function<void(std::uint64_t)> take,
                const std::string& help, const std::string& shown) const;

  CLI::App* app_;
};

}  // namespace sesame::cli
