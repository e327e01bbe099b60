#include <unistd.h>

#include <cerrno>

#include "host/card/counters.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/open_card.hpp"
#include "host/cli/text.hpp"
#include "host/profile/card_file.hpp"
#include "host/profile/card_spec.hpp"
#include "host/state/durable_store.hpp"

namespace sesame::cli {

namespace {

struct Parts {
  bool pin = true, atc = true;
};

Parts parts(const CardResetOptions& options) {
  return options.pin || options.atc ? Parts{options.pin, options.atc} : Parts{};
}

// "PIN tries 0 of 3; ATC 0007 of A0000000048002"
std::string described(const card::CardCounters& counters, const card::Personalisation& card, Parts parts) {
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
    throw Failure(Exit::usage,
                  "card reset: nobody is there to confirm it; nothing was reset; --yes does not ask");
  }
  note_line(fmt::format("sesame: {}", what));
  if (parts.atc) note_line("sesame: with the ATC at its beginning the codes of this card will come again");
  note_drawing("Reset this card? [y/N] ");
  const std::string said = answer();
  if (said != "y" && said != "Y" && said != "yes") throw Failure(Exit::usage, "nothing was reset");
}

}  // namespace

void card_reset(const CardResetOptions& options) {
  if (is_transcript(options.card)) {
    throw Failure(Exit::usage, fmt::format("{}: a recorded card has no counters", options.card));
  }
  const card::Personalisation card = profile::load_card(options.card);
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

}  // namespace sesame::cli
