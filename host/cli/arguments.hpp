// The command line, as strictly as people mean it, and what is said where it is wrong.
//
// CLI11 reads 010 as eight, an empty number as 0, `--port= --card x` as a port "--card", and repeats in its messages what
// was typed: after `--PIN` that is a PIN. Here numbers are decimal, nothing is empty, and no message repeats what may be a
// secret.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sesame::cli {

struct Range {
  std::uint64_t least = 0, most = 0;
};

// Decimal digits alone, also with zeros in front. Failure(Exit::usage), which names `what` and the range, where it is no
// such number.
std::uint64_t parse_number(std::string_view what, std::string_view text, Range range);

CLI::Option* add_number(CLI::App* app, const std::string& name, Range range,
                        std::function<void(std::uint64_t)> take, const std::string& help);

// An option whose value is such a number; its default is shown.
template <class Number>
CLI::Option* add_number(CLI::App* app, const std::string& name, Number& value, Range range,
                        const std::string& help) {
  return add_number(
             app, name, range, [&value](std::uint64_t number) { value = static_cast<Number>(number); }, help)
      ->default_str(std::to_string(value));
}
template <class Number>
CLI::Option* add_number(CLI::App* app, const std::string& name, std::optional<Number>& value, Range range,
                        const std::string& help) {
  return add_number(
      app, name, range, [&value](std::uint64_t number) { value = static_cast<Number>(number); }, help);
}

// For Option::check(): one of these words, or a Failure(Exit::usage) that lists them.
std::function<std::string(const std::string&)> one_of(const std::string& option,
                                                      std::vector<std::string> words);

// Parses. Failure(Exit::usage) where the line is wrong; that of a command; CLI::Success for --help and --version.
void parse(CLI::App& app, int argc, const char* const* argv);

}  // namespace sesame::cli
