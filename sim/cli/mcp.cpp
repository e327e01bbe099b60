#include "sim/cli/mcp.hpp"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "host/io/signals.hpp"
#include "host/terminal/output.hpp"
#include "sim/cli/offered_card.hpp"
#include "sim/mcp/mcp_server.hpp"
#include "sim/mcp/readers_api.hpp"
#include "sim/mcp/serve.hpp"
#include "sim/mcp/tools.hpp"

namespace sesame::sim {

namespace {

struct McpOptions {
  std::optional<std::string> card, url;
  std::string token;
};

std::unique_ptr<ReadersApi> readers(const McpOptions& options, const std::optional<OfferedCard>& card) {
  if (!options.url) return own_readers(card);
  const char* const from_environment = std::getenv("SESAME_TOKEN");
  return served_readers(
      *options.url, options.token.empty() && from_environment != nullptr ? from_environment : options.token);
}

void mcp(const McpOptions& options) {
  io::Signals signals;
  terminal::check_output();
  std::optional<OfferedCard> card;
  if (options.card) card = offered_card(*options.card);
  Tools tools(readers(options, card), card);
  McpServer server(tools, SESAME_VERSION);
  serve_lines(server, STDIN_FILENO, signals);
}

}  // namespace

void add_mcp_command(const cli::Command& parent) {
  const auto options = std::make_shared<McpOptions>();
  const cli::Command command(parent, "mcp",
                             "card readers as tools of an agent, by the Model Context Protocol");
  command.footer(
      "Speaks JSON-RPC on standard input and output: an agent starts it, as it is told by its settings:\n"
      R"({"mcpServers": {"sesame": {"command": "sesame", "args": ["mcp"]}}})");
  const cli::Option card =
      command
          .option(
              "--card", options->card,
              "a card beside the shipped ones, under its name: a card file (.toml) or a transcript (.apdu)")
          .type("FILE");
  const cli::Option url =
      command.option("--url", options->url, "with the readers of the `sesame sim` there [in this process]")
          .type("URL")
          .excludes(card);
  command.option("--token", options->token, "with --url: its token [$SESAME_TOKEN]").type("TOKEN").needs(url);
  command.run([options] { mcp(*options); });
}

}  // namespace sesame::sim
