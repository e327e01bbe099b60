#include <unistd.h>
#include <memory>

#include "host/card/file/card_spec.hpp"
#include "host/card/forgiving_slot.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/open_card.hpp"
#include "host/cli/option_groups.hpp"
#include "host/cli/text.hpp"
#include "host/contacts/server.hpp"
#include "host/terminal/log.hpp"
#include "host/vpcd/server.hpp"

namespace sesame::cli {

namespace {

struct CardServeOptions {
  std::string card = "sesame-card";
  std::uint16_t port = 35963;                // of vpcd, on this machine
  std::uint32_t wait = 30;                   // seconds, for vpcd to listen there
  std::optional<std::uint64_t> eject_after;  // commands
  std::optional<std::string> iso7816;        // an endpoint: at character level, and not through vpcd
  std::string misbehave;                     // with iso7816
  StateOptions state;
  std::optional<std::string> trace;
};

void serve_characters(const CardServeOptions& options, const contacts::Endpoint& endpoint,
                      const card::iso7816::Misbehavior& misbehavior, CardSlot& slot, io::Signals& signals,
                      const contacts::Server::Tell& tell) {
  ForgivingSlot forgiving(slot, tell);
  card::iso7816::CharacterCard card(forgiving, misbehavior);
  contacts::Server server(card, endpoint, signals, options.card, tell);
  server.run();
}

void card_serve(const CardServeOptions& options) {
  io::Signals signals;
  const auto misbehavior = card::iso7816::parse_misbehavior(options.misbehave);
  std::optional<contacts::Endpoint> endpoint;
  if (options.iso7816) endpoint = contacts::parse_endpoint(*options.iso7816);
  OpenCard card(options.card, options.state, OpenCard::Use::transact);
  if (options.trace) {
    card.record(*options.trace, fmt::format("sesame card serve: card {}", options.card), "",
                masking(is_transcript(options.card), {}));
  }
  terminal::Log log(STDERR_FILENO);
  const auto tell = [&](const std::string& line) { log.tell(line); };
  if (endpoint) {
    serve_characters(options, *endpoint, misbehavior, card.slot(), signals, tell);
    return card.sync_trace();
  }
  vpcd::Server server(card.slot(),
                      {options.card, options.port, std::chrono::seconds(options.wait), options.eject_after},
                      signals, tell);
  server.run();
  card.sync_trace();
}

}  // namespace

void add_card_serve(const Command& parent) {
  const auto options = std::make_shared<CardServeOptions>();
  const Command command(parent, "serve", "show a card to every PC/SC program, through vpcd");
  command.footer("SIGUSR1 takes the card out, SIGUSR2 inserts it again, SIGINT and SIGTERM end it.");
  add_card(command, options->card);
  const Option port =
      command.number("--port", options->port, {1, 65535}, "where vpcd listens, on this machine").type("PORT");
  const Option wait =
      command.number("--wait", options->wait, {0, kDay}, "how long to wait for vpcd; 0 not at all")
          .type("SECONDS");
  const Option eject =
      command
          .number("--eject-after", options->eject_after, {0, std::numeric_limits<std::uint64_t>::max()},
                  "the card leaves as the command after this many arrives")
          .type("N");
  const Option line =
      command
          .option("--iso7816", options->iso7816,
                  "serve its contacts and characters here instead: unix:PATH, for this user, or "
                  "tcp:[127.0.0.1:]PORT, for any client that connects")
          .type("ENDPOINT");
  line.excludes(port).excludes(wait).excludes(eject);
  command.option("--misbehave", options->misbehave, "what it does wrong there, as a list: nulls=2,slow=90")
      .type("LIST")
      .needs(line);
  add_trace_of_served(command, options->trace);
  add_state(command, options->state);
  command.run([options] { card_serve(*options); });
}

}  // namespace sesame::cli
