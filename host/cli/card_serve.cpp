#include "host/cli/commands.hpp"
#include "host/cli/open_card.hpp"
#include "host/cli/text.hpp"
#include "host/vpcd/server.hpp"

namespace sesame::cli {

void card_serve(const CardServeOptions& options) {
  posix::Signals signals;
  OpenCard card(options.card, options.state, OpenCard::Use::transact);
  if (options.trace) {
    card.record(*options.trace, fmt::format("sesame card serve: card {}", options.card), "",
                masking(is_transcript(options.card), {}));
  }
  const auto tell = [](const std::string& line) { note_line("sesame: " + line); };
  vpcd::Server server(card.slot(),
                      {options.card, options.port, std::chrono::seconds(options.wait), options.eject_after},
                      signals, tell);
  server.run();
}

}  // namespace sesame::cli
