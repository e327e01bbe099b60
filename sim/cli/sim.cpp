#include "sim/cli/sim.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/file_name.hpp"
#include "host/base/safe_json.hpp"
#include "host/card/file/card_spec.hpp"
#include "host/cli/exit.hpp"
#include "host/document/file.hpp"
#include "host/io/private_memory.hpp"
#include "host/io/signals.hpp"
#include "host/profile/reader_file.hpp"
#include "host/terminal/output.hpp"
#include "host/transcript/transcript.hpp"
#include "sim/cli/browser.hpp"
#include "sim/cli/offered_card.hpp"
#include "sim/cli/service.hpp"
#include "sim/cli/serving.hpp"
#include "sim/fleet/simulator.hpp"
#include "sim/http/cross_origin.hpp"
#include "sim/http/http_server.hpp"
#include "sim/server/api.hpp"

namespace sesame::sim {

namespace {

struct SimOptions {
  ServiceOptions service;
  TokenOptions token;
  std::optional<std::uint32_t> waits;
  std::string card = "sesame-card";
  std::string profile = "sesame";
  std::string clock = "real";
  std::string state;
  std::optional<std::string> cards, profiles;  // folders
  bool real_cards = false;
  bool open = false;
  std::size_t max_readers = 20'000;
};

// The files of a folder that end so, by their names; hidden ones are left alone. Failure (invalid): there is
// none.
std::vector<std::string> files_of(const std::string& option, const std::string& folder,
                                  std::initializer_list<std::string_view> extensions) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      const bool ours = !name.starts_with('.') && entry.is_regular_file() &&
                        std::any_of(extensions.begin(), extensions.end(),
                                    [&](std::string_view end) { return has_extension(name, end); });
      if (ours) files.push_back(entry.path().string());
    }
  } catch (const fs::filesystem_error& error) {
    cli::usage(fmt::format("{} {}: {}", option, folder, error.code().message()));
  }
  if (files.empty())
    cli::usage(fmt::format("{} {}: no {} in it", option, folder, fmt::join(extensions, ", ")));
  std::sort(files.begin(), files.end());
  return files;
}

// That of --card, and those of --cards; each is read, so that what is wrong with one is said at the start.
std::vector<OfferedCard> offered_cards(const SimOptions& options) {
  std::vector<OfferedCard> cards;
  if (options.cards) {
    for (const std::string& file : files_of("--cards", *options.cards, {".toml", ".apdu"})) {
      cards.push_back(offered_card(file));
      if (cards.back().spec.kind == CardSpec::Kind::transcript_file) {
        static_cast<void>(transcript::Transcript::load(file));
      }
    }
  }
  const bool is_there = std::any_of(cards.begin(), cards.end(),
                                    [&](const OfferedCard& one) { return one.name == options.card; });
  if (!is_there) cards.insert(cards.begin(), offered_card(options.card));
  return cards;
}

std::vector<OfferedProfile> offered_profiles(const SimOptions& options) {
  std::vector<OfferedProfile> profiles;
  if (!options.profiles) return profiles;
  for (const std::string& file : files_of("--profiles", *options.profiles, {".toml"})) {
    const profile::LoadedReader reader = profile::load_reader(file);
    profiles.push_back({file, std::string(document::stem(file)), std::string(reader.profile().title)});
  }
  return profiles;
}

// Of 48 bits: a number far from that of any other process, and one that every JSON parser keeps.
std::uint64_t random_begin() {
  std::uint64_t begin = 0;
  if (::getrandom(&begin, sizeof begin, 0) != static_cast<ssize_t>(sizeof begin)) {
    throw Failure(Failure::environment, "the system has no random numbers");
  }
  return begin >> 16;
}

std::string ready_line(const std::string& address, std::uint16_t port, const std::optional<Token>& token) {
  const bool shown = token && token->is_new;
  const nlohmann::ordered_json line = {{"url", url_of(address, port)},
                                       {"token", shown ? nlohmann::ordered_json(token->value) : nullptr}};
  return safe::json(line);
}

void sim(const SimOptions& options) {
  const bool is_open = !options.service.listen.empty();
  if (options.real_cards && is_open) {
    throw Failure(
        Failure::invalid,
        "--allow-real-cards and --listen do not go together: a PIN would cross the network in the clear");
  }
  io::Signals signals;
  std::optional<Token> token = given_token("token", options.token, kTokenVariable);
  if (!token && (options.real_cards || is_open)) token = new_token();
  std::vector<OfferedCard> cards = offered_cards(options);
  std::vector<OfferedProfile> profiles = offered_profiles(options);
  const auto own = std::find_if(profiles.begin(), profiles.end(),
                                [&](const OfferedProfile& one) { return one.name == options.profile; });
  const std::string profile = own == profiles.end() ? options.profile : own->path;
  static_cast<void>(profile::load_reader(profile));  // said before a folder is locked
  SimulatorOptions simulated;
  simulated.max_readers = options.max_readers;
  simulated.events_begin = random_begin();
  simulated.real_cards = options.real_cards;
  simulated.state_folder = options.state;
  const Instance instance = new_instance(SESAME_VERSION);
  simulated.id_suffix = instance.id.substr(0, 6);
  Simulator simulator(simulated);
  ReaderSpec spec;
  spec.profile = profile;
  spec.clock = options.clock == "real" ? ClockKind::real : ClockKind::virtual_time;
  spec.id = "default";
  spec.profile_may_be_path = true;
  spec.stays = true;
  simulator.create(spec);

  const std::string address = options.service.address();
  const Places places = places_for(options.waits, Api::kMostWaits);
  HttpServer server(address, options.service.port, places.limits);
  const Gate gate(address, server.port(), token ? std::optional(token->value) : std::nullopt, "http",
                  options.service.admission);
  Api api(simulator, gate, {std::move(cards), std::move(profiles), places.waits, instance});
  CrossOrigin shared(api, gate);

  const Worker ticker(
      [&] {
        while (simulator.wait_until_due()) {
          simulator.tick(simulator.now());
          io::wipe_stack();  // a slow card's answer may just have become a code
        }
      },
      [&] { simulator.close(); });
  const Worker serving([&] { server.serve(shared); },
                       [&] {
                         simulator.close();
                         server.stop();
                       });
  terminal::print_line(ready_line(address, server.port(), token));
  if (options.open) open_in_browser(url_of(address, server.port()));
  if (!wait_for_end(signals, serving, options.service.until_eof))
    throw Failure(Failure::environment, "the server can take no more connections");
}

}  // namespace

void add_sim_command(const cli::Command& parent) {
  const auto options = std::make_shared<SimOptions>();
  options->service.port = 8035;
  const cli::Command command(parent, "sim",
                             "live readers behind an HTTP API and a page, for tests and for people");
  command.footer(
      "The page is at the URL that is printed, the description of the API at /openapi.json.\n"
      "Without --listen only this machine reaches it.");
  add_service(command, options->service, "; needs a token");
  add_token(command, "token", options->token,
            "what clients must send; random and printed with --listen or --allow-real-cards, else none",
            kTokenVariable);
  add_max_waits(command, options->waits, Api::kMostWaits, "event streams and long polls");
  command
      .option("--card", options->card,
              "the card beside the first reader: shipped, a card file (.toml), or a transcript (.apdu)")
      .type("FILE|NAME")
      .shows_default();
  command.option("--cards", options->cards, "folder of cards (.toml, .apdu) that clients get by their names")
      .type("DIR");
  command
      .option("--profiles", options->profiles,
              "folder of reader models (.toml) that clients get by their names")
      .type("DIR");
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
  command.flag("--allow-real-cards", options->real_cards,
               "let clients use the cards in PC/SC readers; needs a token");
  command.flag("--open", options->open, "open the page in the browser of this desktop");
  command.number("--max-readers", options->max_readers, {1, 1'000'000}, "how many readers there may be")
      .type("N");
  command.run([options] { sim(*options); });
}

}  // namespace sesame::sim
