#include "sim/cli/issuer_serve.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "host/base/safe_json.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/io/signals.hpp"
#include "host/keys/tree_text.hpp"
#include "host/terminal/output.hpp"
#include "sim/cli/service.hpp"
#include "sim/cli/serving.hpp"
#include "sim/http/cross_origin.hpp"
#include "sim/http/http_server.hpp"
#include "sim/http/instance.hpp"
#include "sim/issuer/api.hpp"
#include "sim/issuer/k2_server.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::ordered_json;

struct ServeOptions {
  cli::StoreOptions store;
  ServiceOptions service;
  TokenOptions desk, relying_party;
  std::optional<std::uint16_t> k2;
  issuer::K2Settings k2_settings;
};

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
  const auto given_desk = given_token("token", options.desk, kTokenVariable),
             given_party = given_token("party-token", options.relying_party, kPartyTokenVariable);
  const Token desk_token = given_desk ? *given_desk : new_token(),
              party_token = given_party ? *given_party : new_token();
  if (desk_token.value == party_token.value) {
    cli::usage("the two tokens are the same: a relying party may only verify codes");
  }
  cli::IssuerDesk desk(options.store);
  const std::string address = options.service.address();
  allow_many_descriptors();
  HttpServer server(address, options.service.port);
  const auto door = [&](const Token& token) {
    return Gate(address, server.port(), token.value, "http", options.service.admission);
  };
  IssuerApi api(
      desk.registry(), {door(desk_token), door(party_token)}, cli::now,
      [](const std::string& line) { terminal::note_line("sesame: " + line); }, new_instance(SESAME_VERSION));
  CrossOrigin shared(api, door(desk_token));
  std::optional<K2Server> k2;
  const auto warn = [](const std::string& line) { terminal::note_line("sesame: " + line); };
  if (options.k2) k2.emplace(address, *options.k2, options.k2_settings, warn);
  std::optional<Worker> serving_k2;
  if (k2) serving_k2.emplace([&] { k2->serve(); }, [&] { k2->stop(); });
  const Worker serving([&] { server.serve(shared); }, [&] { server.stop(); });
  terminal::print_line(ready_line(url_of(address, server.port()), desk_token, party_token, k2));
  if (!wait_for_end(signals, serving, options.service.until_eof))
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
  options->service.port = 8036;
  add_service(command, options->service, "");
  cli::add_store(command, options->store);
  add_token(command, "token", options->desk,
            "of the issuer's desk, which may do everything; else random and printed", kTokenVariable);
  add_token(command, "party-token", options->relying_party,
            "of relying parties, which may verify codes; else random and printed", kPartyTokenVariable);
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
