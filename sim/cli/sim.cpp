#include "sim/cli/sim.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "host/base/safe_json.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/file/card_spec.hpp"
#include "host/io/private_memory.hpp"
#include "host/io/signals.hpp"
#include "host/profile/reader_file.hpp"
#include "host/terminal/output.hpp"
#include "sim/cli/serving.hpp"
#include "sim/fleet/simulator.hpp"
#include "sim/http/http_server.hpp"
#include "sim/server/api.hpp"

namespace sesame::sim {

namespace {

struct SimOptions {
  std::uint16_t port = 8035;
  std::string card = "sesame-card";
  std::string profile = "sesame";
  std::string clock = "real";
  std::string state;
  std::string listen;
  bool real_cards = false;
  std::size_t max_readers = 20'000;
};

// What clients get under the name of --card; one that is shipped they have anyway, and get it first in the
// list.
OfferedCard offered_card(const std::string& card) {
  const CardSpec spec = parse_card(card);
  const bool recorded = spec.kind == CardSpec::Kind::transcript_file;
  return {spec, spec.kind == CardSpec::Kind::shipped ? card : spec.name,
          recorded ? "recorded: " + card : card::load_card(card).title};
}

// Of 48 bits: a number far from that of any other process, and one that every JSON parser keeps.
std::uint64_t random_begin() {
  std::uint64_t begin = 0;
  if (::getrandom(&begin, sizeof begin, 0) != static_cast<ssize_t>(sizeof begin)) {
    throw Failure(Failure::environment, "the system has no random numbers");
  }
  return begin >> 16;
}

// How many may wait: connections for requests that do not are left.
int places(std::size_t descriptors) {
  return std::clamp(static_cast<int>(descriptors / 2), 64, Api::kMostWaits);
}

std::string ready_line(const std::string& address, std::uint16_t port,
                       const std::optional<std::string>& token) {
  const nlohmann::ordered_json line = {{"url", url_of(address, port)},
                                       {"token", token ? nlohmann::ordered_json(*token) : nullptr}};
  return safe::json(line);
}

void sim(const SimOptions& options) {
  if (options.real_cards && !options.listen.empty()) {
    throw Failure(
        Failure::invalid,
        "--allow-real-cards and --listen do not go together: a PIN would cross the network in the clear");
  }
  io::Signals signals;
  const OfferedCard card = offered_card(options.card);
  static_cast<void>(profile::load_reader(options.profile));  // said before a folder is locked
  SimulatorOptions simulated;
  simulated.max_readers = options.max_readers;
  simulated.events_begin = random_begin();
  simulated.real_cards = options.real_cards;
  simulated.state_folder = options.state;
  Simulator simulator(simulated);
  ReaderSpec spec;
  spec.profile = options.profile;
  spec.clock = options.clock == "real" ? ClockKind::real : ClockKind::virtual_time;
  spec.id = "default";
  spec.profile_may_be_path = true;
  spec.stays = true;
  simulator.create(spec);

  const std::string address = options.listen.empty() ? kLoopback : options.listen;
  const std::size_t descriptors = allow_many_descriptors();
  HttpServer server(address, options.port);
  std::optional<std::string> token;
  if (options.real_cards || !options.listen.empty()) token = random_token();
  Api api(simulator, Gate(address, server.port(), token), card, places(descriptors));

  const Worker ticker(
      [&] {
        while (simulator.wait_until_due()) {
          simulator.tick(simulator.now());
          io::wipe_stack();  // a slow card's answer may just have become a code
        }
      },
      [&] { simulator.close(); });
  const Worker serving([&] { server.serve(api); },
                       [&] {
                         simulator.close();
                         server.stop();
                       });
  terminal::print_line(ready_line(address, server.port(), token));
  if (!wait_for_end(signals, serving))
    throw Failure(Failure::environment, "the server can take no more connections");
}

}  // namespace

void add_sim_command(const cli::Command& parent) {
  const auto options = std::make_shared<SimOptions>();
  const cli::Command command(parent, "sim",
                             "live readers behind an HTTP API and a page, for tests and for people");
  command.footer(
      "The page is at the URL that is printed, the description of the API at /openapi.json.\n"
      "Without --listen only this machine reaches it.");
  command.number("--port", options->port, {0, 65535}, "TCP port; 0: any that is free").type("PORT");
  command
      .option("--card", options->card,
              "the card beside the first reader: shipped, a card file (.toml), or a transcript (.apdu)")
      .type("FILE|NAME")
      .shows_default();
  command.option("--profile", options->profile, "model of the first reader: shipped, or a file (.toml)")
      .type("NAME|FILE")
      .shows_default();
  command.option("--clock", options->clock, "of the first reader; a virtual one moves when it is told to")
      .one_of("--clock", {"real", "virtual"})
      .type("real|virtual")
      .shows_default();
  command
      .option("--state", options->state,
              "folder where the shipped cards keep their counters [none: new cards]")
      .type("DIR");
  command
      .option("--listen", options->listen, "address for other machines, too; needs the token that is printed")
      .type("ADDRESS");
  command.flag("--allow-real-cards", options->real_cards,
               "let clients use the cards in PC/SC readers; needs the token that is printed");
  command.number("--max-readers", options->max_readers, {1, 1'000'000}, "how many readers there may be")
      .type("N");
  command.run([options] { sim(*options); });
}

}  // namespace sesame::sim
