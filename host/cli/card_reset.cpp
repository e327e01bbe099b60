#include <unistd.h>
#include <memory>

#include <cerrno>

#include "host/card/counters.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/file/card_spec.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/open_card.hpp"
#include "host/cli/option_groups.hpp"
#include "host/cli/text.hpp"
#include "host/state/durable_store.hpp"

namespace sesame::cli {

namespace {

struct CardResetOptions {
  std::string card;
  IssuedOptions issued;
  std::optional<std::string> state;  // else under $XDG_STATE_HOME/sesame
  bool pin = false, atc = false;     // neither: both
  bool yes = false;                  // without asking
};

struct Parts {
  bool pin = true, atc = true;
};

Parts parts(const CardResetOptions& options) {
  return options.pin || options.atc ? Parts{options.pin, options.atc} : Parts{};
}

// "PIN tries 0 of 3; ATC 0007 of A0000000048002"
std::string described(const card::CardCounters& counters, const card::Personalization& card, Parts parts) {
  std::string out;
  if (parts.pin) out = fmt::format("PIN tries {} of {}", counters.tries_left(), card.try_limit);
  for (std::size_t i = 0; parts.atc && i < card.applications.size(); ++i) {
    out += fmt::format("{}ATC {:04X} of {}", out.empty() ? "" : "; ", counters.atc(i),
                       hex(card.applications[i].aid));
  }
  return out;
}

std::string answer() {
  std::string line;
  for (char c = 0;;) {
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == '\n') return line;
    line += c;
  }
}

void confirm(const std::string& what, Parts parts) {
  if (::isatty(STDIN_FILENO) != 1) {
    throw Failure(Failure::invalid,
                  "card reset: there is no terminal to confirm it at; nothing was reset; --yes does not ask");
  }
  note_line(fmt::format("sesame: {}", what));
  if (parts.atc) note_line("sesame: with the ATC at its beginning the codes of this card will come again");
  note_drawing("Reset this card? [y/N] ");
  const std::string said = answer();
  if (said != "y" && said != "Y" && said != "yes") throw Failure(Failure::invalid, "nothing was reset");
}

void card_reset(const CardResetOptions& options) {
  if (is_transcript(options.card)) {
    throw Failure(Failure::invalid, fmt::format("{}: a recorded card has no counters", options.card));
  }
  const card::Personalization card = card::load_card(options.card, read_issued(options.issued));
  const std::string path = state_file(card, options.state);
  const Parts wanted = parts(options);
  if (state::look_at(path).empty()) {
    return print_line(fmt::format("{} has no counters yet ({}): it is as new", options.card, path));
  }
  state::DurableStore store(path);
  card::CardCounters counters(card, store);
  if (!options.yes) confirm(fmt::format("{}: {}", options.card, described(counters, card, wanted)), wanted);
  if (wanted.pin) counters.restore_tries();
  for (std::size_t i = 0; wanted.atc && i < card.applications.size(); ++i) counters.begin_anew(i);
  print_line(fmt::format("{}: {}", options.card, described(counters, card, wanted)));
}

}  // namespace

void add_card_reset(const Command& parent) {
  const auto options = std::make_shared<CardResetOptions>();
  const Command command(parent, "reset", "give a virtual card its PIN tries back, and begin its ATC anew");
  command.footer(
      "Without --pin and --atc both are reset. A card whose ATC begins anew gives codes that it has given "
      "before:\n"
      "a verifier takes none of them.");
  command.option("FILE|NAME,--card", options->card, "a card file or a shipped card").required();
  add_issued(command, options->issued);
  add_state_file(command, options->state);
  command.flag("--pin", options->pin, "the PIN tries");
  command.flag("--atc", options->atc, "the ATC of each application");
  command.flag("--yes", options->yes, "do not ask");
  command.run([options] { card_reset(*options); });
}

}  // namespace sesame::cli
