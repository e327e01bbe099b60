// explore [MODEL] [--program] [--transitions N]
//
// Walks all that can happen to a reader, and says how far it got. MODEL: sesame (the default), vasco,
// pinsentry, all, menu (of tests/firmware/core/profiles.hpp). With --program there is one on the computer,
// too.
// After N transitions it stops; without, it goes on until there is nothing new:
//
//   sesame                 36,134 states, 1,303,582 transitions    four seconds
//   sesame --program       48,726 states, 2,577,176 transitions    eight seconds
//
// The others have numbers to type, and are for hours and for as much memory as there is. Exit status: 0; 1
// where a rule is broken, with a shortest way to it; 2 usage.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tests/explorer/reader_machine.hpp"
#include "tests/explorer/search.hpp"
#include "tests/firmware/core/profiles.hpp"

using namespace sesame;
using namespace sesame::explorer;

namespace {

struct Options {
  const ReaderProfile* profile = &test::kSesame;
  bool program = false;
  std::uint64_t transitions = std::numeric_limits<std::uint64_t>::max();
};

bool read_number(std::string_view text, std::uint64_t& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

std::optional<Options> options(std::span<char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    const auto named = [&](const ReaderProfile* profile) { return profile->name == argument; };
    const auto model = std::find_if(std::begin(test::kProfiles), std::end(test::kProfiles), named);
    if (argument == "--program") {
      options.program = true;
    } else if (argument == "--transitions" && i + 1 < arguments.size()) {
      if (!read_number(arguments[++i], options.transitions)) return std::nullopt;
    } else if (model != std::end(test::kProfiles)) {
      options.profile = *model;
    } else {
      return std::nullopt;
    }
  }
  return options;
}

void print(const Outcome& outcome, std::FILE* to) {
  std::fprintf(to, "depth %zu: %zu states, %llu transitions\n", outcome.depth, outcome.states,
               static_cast<unsigned long long>(outcome.transitions));
}

void print(const Counterexample& broken) {
  std::printf("broken: %s\n%s\n", broken.rule.c_str(), in_a_line(broken).c_str());
  for (const Step& step : broken.steps) std::printf("  %-40s %s\n", step.move.c_str(), step.state.c_str());
}

// Else the moves do not lead where they should, and that no rule is broken says nothing.
bool visited_all(const ReaderMachine& machine, const Options& options) {
  bool all = true;
  for (int i = 0; i <= static_cast<int>(State::host_pin); ++i) {
    const auto state = static_cast<State>(i);
    const bool programs = state == State::connected || state == State::host_pin;
    const bool asks = options.profile != &test::kSesame || state != State::prompt;
    const bool has_menu = options.profile == &test::kMenu || state != State::menu;
    if ((programs && !options.program) || !asks || !has_menu || machine.visited().count(state) != 0) continue;
    std::printf("never reached: %s\n", std::string(to_string(state)).c_str());
    all = false;
  }
  return all;
}

}  // namespace

int main(int count, char** arguments) {
  const auto given = options({arguments + 1, static_cast<std::size_t>(count - 1)});
  if (!given) {
    std::fprintf(stderr, "explore [sesame|vasco|pinsentry|all|menu] [--program] [--transitions N]\n");
    return 2;
  }
  ReaderMachine machine(*given->profile, given->program);
  const Outcome outcome =
      Search(machine).run(given->transitions, [](const Outcome& far) { print(far, stderr); });
  std::printf("%s%s, %s: ", std::string(given->profile->name).c_str(),
              given->program ? " with a program" : "",
              outcome.exhausted ? "exhausted" : "as far as was asked for");
  print(outcome, stdout);
  if (outcome.broken) print(*outcome.broken);
  return !outcome.broken && (!outcome.exhausted || visited_all(machine, *given)) ? 0 : 1;
}
