// state_diagram [--check FILE | --write FILE]
//
// The reader's states as a Mermaid diagram, drawn from the tables of transitions (firmware/core/reader.cpp,
// pinpad/connection.cpp for a program on the computer, signing/link.cpp for one whose texts are signed). An
// action decides where its line leads, so the tool walks readers and looks. With --check the diagram
// between the marks in FILE must be this one; --write puts it there.
//
// Exit status: 0; 1 the diagram in FILE is another one, a line of a table is never
// taken, or a rule of tests/firmware/core/reader_watch.hpp is broken; 2 usage.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/explorer/link_machine.hpp"
#include "tests/explorer/reader_machine.hpp"
#include "tests/explorer/search.hpp"
#include "tests/firmware/core/profiles.hpp"

using namespace sesame;
using namespace sesame::explorer;

namespace {

// A reader that asks for nothing but the PIN, and has a menu, is walked to the end, one with every kind of
// prompt until it has asked for each, and one that begins by itself until it has done that: enough for every
// line of the tables, as the tool checks.
constexpr std::uint64_t kToTheEnd = std::numeric_limits<std::uint64_t>::max(), kToThePrompts = 100'000,
                        kToTheMenu = 100'000;
constexpr MenuItem kVersionOnly[] = {MenuItem::version};
constexpr Function kCodeAndMenu[] = {{"CODE", {}}, {"M", {}, kVersionOnly}};
constexpr const char* kBegin = "<!-- state diagram: tests/explorer/state_diagram.cpp -->\n";
constexpr const char* kEnd = "<!-- end of the state diagram -->\n";

// What a move means to the tables; none where it comes late, after a timeout, or as an answer to what was
// asked before.
std::optional<Signal> signal_of(const Move& move) {
  const bool late = move.when == When::at_deadline || move.when == When::five_s_after;
  if (move.kind == Event::Kind::tick) return late ? std::optional(Signal::timeout) : std::nullopt;
  if (late || move.stale) return std::nullopt;
  switch (move.kind) {
    case Event::Kind::inserted: return Signal::inserted;
    case Event::Kind::removed: return Signal::removed;
    case Event::Kind::answer: return Signal::answer;
    case Event::Kind::pin_on_pad: return Signal::pin_on_pad;
    case Event::Kind::host:
      switch (move.host) {
        case HostRequest::Kind::activate: return Signal::host_activate;
        case HostRequest::Kind::warm_reset:
        case HostRequest::Kind::transmit: return Signal::host_command;
        case HostRequest::Kind::verify_pin: return Signal::host_verify;
        case HostRequest::Kind::deactivate: return Signal::host_deactivate;
      }
      return std::nullopt;
    case Event::Kind::computer:
      switch (move.computer) {
        case ComputerCommand::Kind::pin: return Signal::computer_pin;
        case ComputerCommand::Kind::show: return Signal::computer_show;
        case ComputerCommand::Kind::sign: return Signal::computer_sign;
        case ComputerCommand::Kind::cryptogram: return Signal::computer_cryptogram;
        case ComputerCommand::Kind::unplug: return Signal::computer_unplug;
      }
      return std::nullopt;
    case Event::Kind::hold: return move.key == Key::clear ? std::optional(Signal::hold_clear) : std::nullopt;
    default: break;
  }
  if (move.key <= Key::point) return Signal::digit;
  if (move.key == Key::ok) return Signal::ok;
  return move.key == Key::clear ? Signal::clear : Signal::function;
}

// The lines of the tables, in the order in which they are asked, and where each was seen to lead.
class Manual {
 public:
  Manual() {
    for (const auto& line : pinpad::Connection::manual())
      lines_.push_back({line.state, line.signal, "connection"});
    for (const auto& line : signing::Link::manual()) lines_.push_back({line.state, line.signal, "link"});
    for (const auto& line : Reader::manual()) lines_.push_back({line.state, line.signal, "reader"});
  }

  void saw(State before, Signal signal, State after) {
    for (Line& line : lines_) {
      const Transition<int> transition{line.state, line.signal, 0};
      if (!transition.fits(before, signal)) continue;
      line.taken = true;
      if (after != before) line.to.insert(after);
      return;
    }
  }

  std::size_t never_taken() const {
    std::size_t count = 0;
    for (const Line& line : lines_) {
      if (line.taken) continue;
      ++count;
      std::fprintf(stderr, "never taken: %s\n", words(line).c_str());
    }
    return count;
  }

  // One arrow from a state to another, with all signals that lead there. What stays where it is is no arrow.
  std::string diagram() const {
    std::map<std::pair<std::string, State>, std::string> arrows;
    for (const Line& line : lines_) {
      const std::string from = line.state ? name(*line.state) : "any_state";
      for (const State to : line.to) {
        std::string& label = arrows[{from, to}];
        label += (label.empty() ? "" : ", ") + std::string(to_string(line.signal));
      }
    }
    std::string text = "```mermaid\nstateDiagram-v2\n  [*] --> off\n";
    for (const auto& [arrow, label] : arrows) {
      std::string plain = label;  // a colon begins a label in Mermaid
      for (std::size_t at; (at = plain.find(": ")) != std::string::npos;) plain.replace(at, 2, " ");
      text += "  " + arrow.first + " --> " + name(arrow.second) + " : " + plain + "\n";
    }
    return text + "```\n";
  }

 private:
  struct Line {
    std::optional<State> state;
    Signal signal;
    const char* table;
    std::set<State> to = {};  // where it does not stay
    bool taken = false;
  };

  static std::string name(State state) { return std::string(to_string(state)); }
  static std::string words(const Line& line) {
    return line.table + std::string(": ") + (line.state ? name(*line.state) : "any state") + ", " +
           std::string(to_string(line.signal));
  }

  std::vector<Line> lines_;
};

// A machine of the explorer, of which each move is noted.
template <class Machine>
class Noted {
 public:
  Noted(Machine& machine, Manual& manual) : machine_(machine), manual_(manual) {}

  void reset() { machine_.reset(); }
  void load(std::span<const std::uint64_t> state) {
    machine_.load(state);
    before_ = machine_.reader().state();
  }
  std::size_t moves() const { return machine_.moves(); }
  std::optional<std::string> make(std::size_t move) {
    auto broken = machine_.make(move);
    if (const auto signal = signal_of(machine_.move(move))) {
      manual_.saw(before_, *signal, machine_.reader().state());
    }
    return broken;
  }
  std::uint64_t key() const { return machine_.key(); }
  void save(std::vector<std::uint64_t>& state) { machine_.save(state); }
  std::string name(std::size_t move) const { return machine_.name(move); }
  std::string description() const { return machine_.description(); }

 private:
  Machine& machine_;
  Manual& manual_;
  State before_ = State::off;
};

// Whether it came to its end: a broken rule is told.
template <class Machine>
bool walk(Machine&& machine, std::uint64_t transitions, Manual& manual) {
  Noted noted(machine, manual);
  const Outcome outcome = Search(noted).run(transitions);
  if (!outcome.broken) return true;
  std::fprintf(stderr, "state_diagram: a rule is broken: %s\n  by: %s\n", outcome.broken->rule.c_str(),
               in_a_line(*outcome.broken).c_str());
  return false;
}

// The text of a file, and where in it the diagram is.
struct Page {
  std::string text;
  std::size_t begin = 0, size = 0;
};

std::optional<Page> page(const char* file) {
  std::ostringstream all;
  all << std::ifstream(file).rdbuf();
  Page page{all.str()};
  const auto begin = page.text.find(kBegin);
  const auto end = page.text.find(kEnd);
  if (begin == std::string::npos || end == std::string::npos) return std::nullopt;
  page.begin = begin + std::strlen(kBegin);
  page.size = end - page.begin;
  return page;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string option = count == 3 ? arguments[1] : "";
  if (count != 1 && option != "--check" && option != "--write") {
    std::fprintf(stderr, "state_diagram [--check FILE | --write FILE]\n");
    return 2;
  }
  Manual manual;
  ReaderProfile with_menu = test::kSesame;
  with_menu.functions = kCodeAndMenu;
  if (!walk(ReaderMachine(with_menu, true), kToTheEnd, manual)) return 1;
  if (!walk(ReaderMachine(test::kAllPlaces, true), kToThePrompts, manual)) return 1;
  if (!walk(ReaderMachine(test::kMenu, true), kToTheMenu, manual)) return 1;
  if (!walk(LinkMachine(with_menu), kToTheEnd, manual)) return 1;
  if (!walk(LinkMachine(test::kMenu), kToTheMenu, manual)) return 1;
  if (manual.never_taken() != 0) return 1;
  const std::string diagram = manual.diagram();
  if (count == 1) {
    std::fputs(diagram.c_str(), stdout);
    return 0;
  }
  auto there = page(arguments[2]);
  if (!there) {
    std::fprintf(stderr, "state_diagram: %s has no place for the diagram, which begins with\n%s",
                 arguments[2], kBegin);
    return 1;
  }
  if (there->text.substr(there->begin, there->size) == diagram) return 0;
  if (option == "--write") {
    there->text.replace(there->begin, there->size, diagram);
    std::ofstream(arguments[2]) << there->text;
    return 0;
  }
  std::fprintf(stderr, "state_diagram: the diagram in %s is of other tables: state_diagram --write %s\n",
               arguments[2], arguments[2]);
  return 1;
}
