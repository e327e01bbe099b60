#include "sim/cli/issuer_serve.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "host/base/safe_json.hpp"
#include "host/base/safe_text.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/document/file.hpp"
#include "host/io/private_memory.hpp"
#include "host/io/signals.hpp"
#include "host/keys/tree_text.hpp"
#include "host/terminal/output.hpp"
#include "sim/cli/serving.hpp"
#include "sim/http/http_server.hpp"
#include "sim/issuer/api.hpp"
#include "sim/issuer/k2_server.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::ordered_json;

// One of the two, or neither: then it is random.
struct TokenOptions {
  std::optional<std::string> file, variable;
};

struct ServeOptions {
  cli::StoreOptions store;
  std::string listen;
  std::uint16_t port = 8036;
  TokenOptions desk, relying_party;
  std::optional<std::uint16_t> k2;
  issuer::K2Settings k2_settings;
};

struct Token {
  std::string value;
  bool is_new = false;
};

std::string token_of(const std::string& from, std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const bool fits = text.size() >= 16 && text.size() <= 128 &&
                    std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (!fits)
    cli::usage(fmt::format("{}: a token is 16 to 128 letters, digits and signs, without blanks", from));
  return std::string(text);
}

Token read_token(const TokenOptions& options) {
  if (options.variable) {
    const auto value = io::take_variable(*options.variable);
    if (!value) cli::usage(fmt::format("the variable {} is not set", safe::named(*options.variable)));
    return {token_of(*options.variable, value->view())};
  }
  if (!options.file) return {random_token(), true};
  struct stat found {};
  if (::stat(options.file->c_str(), &found) == 0 && S_ISREG(found.st_mode) && (found.st_mode & 077) != 0) {
    cli::usage(
        fmt::format("{}: others may read this token; chmod 600 it, and think of who has", *options.file));
  }
  const document::FileText file(*options.file);
  return {token_of(*options.file, file.text())};
}

void add_token(const cli::Command& command, const std::string& name, TokenOptions& options,
               const std::string& whose) {
  const cli::Option file =
      command.option(fmt::format("--{}-file", name), options.file, fmt::format("token of {} [random]", whose))
          .type("FILE");
  command.option(fmt::format("--{}-env", name), options.variable, "read it from this variable")
      .type("VAR")
      .excludes(file);
}

std::string ready_line(const std::string& url, const Token& desk, const Token& relying_party,
                       const std::optional<K2Server>& k2) {
  const auto shown = [](const Token& token) { return token.is_new ? Json(token.value) : Json(nullptr); };
  Json line{{"url", url}, {"token", shown(desk)}, {"relying_party_token", shown(relying_party)}};
  if (k2) line["k2_port"] = k2->port();
  return safe::json(line);
}

keys::Tree tree_of(const std::string& text) {
  try {
    return keys::parse_tree(text);
  } catch (const std::invalid_argument& error) {
    cli::usage(fmt::format("--k2-tree: {}", error.what()));
  }
}

void serve(const ServeOptions& options) {
  io::Signals signals;
  const Token desk_token = read_token(options.desk), party_token = read_token(options.relying_party);
  if (desk_token.value == party_token.value) {
    cli::usage("the two tokens are the same: a relying party may only verify codes");
  }
  cli::IssuerDesk desk(options.store);
  const std::string address = options.listen.empty() ? kLoopback : options.listen;
  allow_many_descriptors();
  HttpServer server(address, options.port);
  IssuerApi api(
      desk.registry(),
      {Gate(address, server.port(), desk_token.value), Gate(address, server.port(), party_token.value)},
      cli::now, [](const std::string& line) { terminal::note_line("sesame: " + line); });
  std::optional<K2Server> k2;
  const auto warn = [](const std::string& line) { terminal::note_line("sesame: " + line); };
  if (options.k2) k2.emplace(address, *options.k2, options.k2_settings, warn);
  std::optional<Worker> serving_k2;
  if (k2) serving_k2.emplace([&] { k2->serve(); }, [&] { k2->stop(); });
  const Worker serving([&] { server.serve(api); }, [&] { server.stop(); });
  terminal::print_line(ready_line(url_of(address, server.port()), desk_token, party_token, k2));
  if (!wait_for_end(signals, serving))
    throw Failure(Failure::environment, "the server can take no more connections");
}

}  // namespace

void add_issuer_serve_command(const cli::Command& parent) {
  const auto options = std::make_shared<ServeOptions>();
  const cli::Command command(parent, "serve", "verify codes by HTTP, for the back end of any login page");
  command.footer(
      "The description of the API is at /openapi.json. A relying party's token verifies codes and nothing\n"
      "else; it is told whether a code is accepted, and never why not: that is in the audit.\n"
      "Without --listen only this machine reaches it.");
  cli::add_store(command, options->store);
  command.number("--port", options->port, {0, 65535}, "TCP port; 0: any that is free").type("PORT");
  command.option("--listen", options->listen, "address for other machines, too").type("ADDRESS");
  add_token(command, "token", options->desk, "the issuer's desk, which may do everything");
  add_token(command, "party-token", options->relying_party, "relying parties, which may verify codes");
  const cli::Option k2 =
      command
          .number("--k2", options->k2, {0, 65535},
                  "TCP port for the command K2 of payShield HSMs; keys come in it, under the public test LMK")
          .type("PORT");
  command.number("--k2-header", options->k2_settings.header, {0, 255}, "characters of a message's header")
      .type("N")
      .needs(k2);
  command.flag("--k2-authorised", options->k2_settings.authorised, "answer a wrong AC with the right one")
      .needs(k2);
  command
      .flag("--k2-no-session-key", options->k2_settings.no_session_key,
            "take session key 0, none: as the manual names it, which no published message shows")
      .needs(k2);
  command
      .option(
          "--k2-tree", [options](const std::string& text) { options->k2_settings.tree = tree_of(text); },
          "take session key 2, the EMV2000 tree, of this shape: as the manual names it, which no published "
          "message shows")
      .type("B/H[/IV]")
      .needs(k2);
  command
      .flag("--k2-mask-mac", options->k2_settings.mask_mac,
            "compare the MAC of the mask: as the manual has it, which no published value confirms")
      .needs(k2);
  command.run([options] { serve(*options); });
}

}  // namespace sesame::sim
