// What every command that serves can be told, alike: where it listens, who may come, and with which token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/cli/command.hpp"
#include "sim/http/gate.hpp"

namespace sesame::sim {

struct ServiceOptions {
  std::uint16_t port = 0;
  std::string listen;  // empty: this machine alone
  Admission admission;
  bool until_eof = false;  // of standard input

  std::string address() const;
};

// --config, and so before all others; --port, --listen, --allow-host, --allow-origin; and --until-eof, for a
// program that starts the server and may be killed: the pipe that it made standard input ends with that
// program, whatever ended it. `listen_needs` ends the help of --listen.
void add_service(const cli::Command& command, ServiceOptions& options, const std::string& listen_needs);

// Of one token: said, in a file, or in a variable of the environment; one of them at most.
struct TokenOptions {
  std::optional<std::string> value, file, variable;
};

struct Token {
  std::string value;
  bool is_new = false;  // and so to be printed
};

// --NAME, --NAME-file and --NAME-env. `usual`: the variable that is looked into where none of them is said.
void add_token(const cli::Command& command, const std::string& name, TokenOptions& options,
               const std::string& help, const std::string& usual);
// Nothing: none was given. Failure (invalid): it is none. Before there is a second thread.
std::optional<Token> given_token(const std::string& name, const TokenOptions& options,
                                 const std::string& usual);
Token new_token();

inline constexpr const char* kTokenVariable = "SESAME_TOKEN";
inline constexpr const char* kPartyTokenVariable = "SESAME_PARTY_TOKEN";

}  // namespace sesame::sim
