#include <unistd.h>

#include "host/card/forgiving_slot.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/log.hpp"
#include "host/cli/open_card.hpp"
#include "host/cli/text.hpp"
#include "host/line/server.hpp"
#include "host/profile/card_spec.hpp"
#include "host/vpcd/server.hpp"

namespace sesame::cli {

namespace {

void serve_characters(const CardServeOptions& options, const line::Endpoint& endpoint,
                      const card::line::Misbehaviour& misbehaviour, CardSlot& slot, posix::Signals& signals,
                      const line::Server::Tell& tell) {
  ForgivingSlot forgiving(slot, tell);
  card::line::CharacterCard card(forgiving, misbehaviour);
  line::Server server(card, endpoint, signals, options.card, tell);
  server.run();
}

}  // namespace

void card_serve(const CardServeOptions& options) {
  posix::Signals signals;
  const auto misbehaviour = card::line::parse_misbehaviour(options.misbehave);
  std::optional<line::Endpoint> endpoint;
  if (options.iso7816) endpoint = line::parse_endpoint(*options.iso7816);
  OpenCard card(options.card, options.state, OpenCard::Use::transact);
  if (options.trace) {
    card.record(*options.trace, fmt::format("sesame card serve: card {}", options.card), "",
                masking(is_transcript(options.card), {}));
  }
  Log log(STDERR_FILENO);
  const auto tell = [&](const std::string& line) { log.tell(line); };
  if (endpoint) {
    serve_characters(options, *endpoint, misbehaviour, card.slot(), signals, tell);
    return card.sync_trace();
  }
  vpcd::Server server(card.slot(),
                      {options.card, options.port, std::chrono::seconds(options.wait), options.eject_after},
                      signals, tell);
  server.run();
  card.sync_trace();
}

}  // namespace sesame::cli
