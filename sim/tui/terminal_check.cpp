#include "sim/tui/terminal_check.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "host/base/failure.hpp"
#include "host/base/safe_text.hpp"

// Last: it makes macros of words such as `lines`.
#define NCURSES_NOMACROS 1
#include <curses.h>
#include <term.h>

namespace sesame::sim {

// ncurses tries all the same (terminfo(5): cursor_address, clear_screen).
void check_terminal() {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1) {
    throw Failure(Failure::invalid,
                  "standard input and output are no terminal; scripts use sesame scenario, or sesame sim");
  }
  const char* const named = std::getenv("TERM");
  const std::string term = named == nullptr ? "" : named;
  const auto refuse = [](const std::string& why) {
    throw Failure(Failure::environment, why + "; set TERM to what it is, as in TERM=xterm");
  };
  if (term.empty()) refuse("TERM is not set, so nothing is known of the terminal");
  int error = 0;
  if (::setupterm(term.c_str(), STDOUT_FILENO, &error) != OK) {
    refuse("TERM is " + safe::quoted(term) + ", and nothing is known of such a terminal");
  }
  const auto can = [](const char* capability) {
    const char* const how = ::tigetstr(capability);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): terminfo says so of a capability that is no string
    return how != nullptr && how != reinterpret_cast<const char*>(-1);
  };
  const bool shows = can("cup") && can("clear");
  ::del_curterm(::set_curterm(nullptr));  // ncurses makes its own
  if (!shows) {
    refuse("TERM is " + safe::quoted(term) + ": a terminal that cannot show a reader, as it moves no cursor");
  }
}

}  // namespace sesame::sim
