#include "sim/cli/service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "host/base/safe_text.hpp"
#include "host/cli/config_file.hpp"
#include "host/cli/exit.hpp"
#include "host/document/file.hpp"
#include "host/io/private_memory.hpp"
#include "sim/cli/serving.hpp"

namespace sesame::sim {

namespace {

std::string token_of(const std::string& from, std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const bool fits = text.size() >= 16 && text.size() <= 128 &&
                    std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (!fits)
    cli::usage(fmt::format("{}: a token is 16 to 128 letters, digits and signs, without blanks", from));
  return std::string(text);
}

// What stands before the message of what reads an option.
template <class Read>
auto read_as(const char* option, Read read) {
  try {
    return read();
  } catch (const Failure& failure) {
    throw Failure(failure.kind(), fmt::format("{}: {}", option, failure.what()));
  }
}

}  // namespace

std::string ServiceOptions::address() const { return listen.empty() ? kLoopback : listen; }

void add_service(const cli::Command& command, ServiceOptions& options, const std::string& listen_needs) {
  command.config_file();
  command.number("--port", options.port, {0, 65'535}, "TCP port; 0: any that is free").type("PORT");
  command.option("--listen", options.listen, "address for other machines, too" + listen_needs)
      .type("ADDRESS");
  command
      .option(
          "--allow-host",
          [&options](const std::vector<std::string>& names) {
            for (const std::string& name : names) {
              options.admission.hosts.push_back(
                  read_as("--allow-host", [&] { return parse_allowed_host(name); }));
            }
          },
          "a name that this server has for others, with its own port, another, or any (*)")
      .one_value_each()
      .type("NAME[:PORT|:*]");
  command
      .option(
          "--allow-origin",
          [&options](const std::vector<std::string>& origins) {
            for (const std::string& origin : origins) {
              options.admission.origins.push_back(
                  read_as("--allow-origin", [&] { return parse_origin(origin); }));
            }
          },
          "pages of this origin may use it, too: https://app.example")
      .one_value_each()
      .type("ORIGIN");
  command.flag("--until-eof", options.until_eof,
               "end when standard input does, too: with the program that started this one");
}

void add_token(const cli::Command& command, const std::string& name, TokenOptions& options,
               const std::string& help, const std::string& usual) {
  const cli::Option value =
      command.option("--" + name, options.value, fmt::format("{} [${}]", help, usual)).type("TOKEN");
  const cli::Option file =
      command.option(fmt::format("--{}-file", name), options.file, "read it from this file").type("FILE");
  command.option(fmt::format("--{}-env", name), options.variable, "read it from this variable")
      .type("VAR")
      .excludes(file)
      .excludes(value);
  file.excludes(value);
}

std::optional<Token> given_token(const std::string& name, const TokenOptions& options,
                                 const std::string& usual) {
  // Taken in any case: programs that this one starts are not to have it.
  const auto in_environment = io::take_variable(usual);
  if (options.value) return Token{token_of("--" + name, *options.value)};
  if (options.file) {
    cli::refuse_if_others_read(*options.file);
    const document::FileText file(*options.file);
    return Token{token_of(*options.file, file.text())};
  }
  if (options.variable) {
    const bool is_usual = *options.variable == usual;
    const auto other = is_usual ? std::nullopt : io::take_variable(*options.variable);
    const auto& value = is_usual ? in_environment : other;
    if (!value) cli::usage(fmt::format("the variable {} is not set", safe::named(*options.variable)));
    return Token{token_of(*options.variable, value->view())};
  }
  // An empty one is what `VARIABLE=` and a composition without it leave.
  if (in_environment && !in_environment->view().empty())
    return Token{token_of(usual, in_environment->view())};
  return std::nullopt;
}

Token new_token() { return {random_token(), true}; }

}  // namespace sesame::sim
