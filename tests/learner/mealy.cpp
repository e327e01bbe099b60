#include "tests/learner/mealy.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <sstream>
#include <utility>

namespace sesame::learner {

Mealy in_order(const Mealy& machine) {
  Mealy out{machine.inputs, {}};
  std::map<std::size_t, std::size_t> number{{0, 0}};
  std::vector<std::size_t> found{0};
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto& state = out.states.emplace_back(machine.states[found[i]]);
    for (Mealy::Transition& transition : state) {
      if (number.emplace(transition.next, found.size()).second) found.push_back(transition.next);
      transition.next = number[transition.next];
    }
  }
  return out;
}

std::string to_dot(const Mealy& machine, const std::string& name) {
  std::ostringstream out;
  out << "digraph \"" << name << "\" {\n";
  for (std::size_t state = 0; state < machine.states.size(); ++state) {
    for (std::size_t input = 0; input < machine.inputs.size(); ++input) {
      const Mealy::Transition& transition = machine.states[state][input];
      out << "s" << state << " -> s" << transition.next << " [label=\"" << machine.inputs[input] << " / "
          << transition.output << "\"]\n";
    }
  }
  out << "}\n";
  return out.str();
}

namespace {

// What stands between two texts, of which the first begins at `from`; `from` is after the second then.
std::optional<std::string> between(const std::string& line, std::size_t& from, const std::string& before,
                                   const std::string& after) {
  if (line.compare(from, before.size(), before) != 0) return std::nullopt;
  const std::size_t begin = from + before.size();
  const std::size_t end = line.find(after, begin);
  if (end == std::string::npos) return std::nullopt;
  from = end;
  return line.substr(begin, end - begin);
}

std::optional<std::size_t> number(const std::optional<std::string>& digits) {
  if (!digits || digits->empty() || digits->size() > 6) return std::nullopt;
  if (digits->find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  return std::stoul(*digits);
}

bool complete(const Mealy& machine) {
  return !machine.states.empty() &&
         std::all_of(machine.states.begin(), machine.states.end(), [&](const auto& state) {
           return state.size() == machine.inputs.size() &&
                  std::all_of(state.begin(), state.end(), [&](const Mealy::Transition& transition) {
                    return transition.next < machine.states.size();
                  });
         });
}

}  // namespace

std::optional<Mealy> from_dot(const std::string& text) {
  Mealy machine;
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && line != "}") {
    std::size_t at = 0;
    const auto from = number(between(line, at, "s", " -> "));
    const auto to = from ? number(between(line, at, " -> s", " [label=")) : std::nullopt;
    const auto input = to ? between(line, at, " [label=\"", " / ") : std::nullopt;
    const auto output = input ? between(line, at, " / ", "\"]") : std::nullopt;
    if (!output) return std::nullopt;
    if (*from == machine.states.size()) machine.states.emplace_back();
    if (*from + 1 != machine.states.size()) return std::nullopt;
    auto& state = machine.states.back();
    if (*from == 0) machine.inputs.push_back(*input);
    if (state.size() == machine.inputs.size() || machine.inputs[state.size()] != *input) return std::nullopt;
    state.push_back({*output, *to});
  }
  if (!complete(machine)) return std::nullopt;
  return machine;
}

std::optional<std::string> difference(const Mealy& now, const Mealy& before) {
  if (now.inputs != before.inputs) return "other inputs";
  using Pair = std::pair<std::size_t, std::size_t>;
  std::deque<std::pair<Pair, std::string>> open{{{0, 0}, ""}};
  std::set<Pair> seen{{0, 0}};
  while (!open.empty()) {
    const auto [states, way] = open.front();
    open.pop_front();
    for (std::size_t input = 0; input < now.inputs.size(); ++input) {
      const Mealy::Transition& one = now.states[states.first][input];
      const Mealy::Transition& other = before.states[states.second][input];
      if (one.output != other.output) {
        return (way.empty() ? "at first" : "after " + way) + ": " + now.inputs[input] + " gives " +
               one.output + ", gave " + other.output;
      }
      const Pair next{one.next, other.next};
      if (!seen.insert(next).second) continue;
      open.push_back({next, way + (way.empty() ? "" : "; ") + now.inputs[input]});
    }
  }
  return std::nullopt;
}

}  // namespace sesame::learner
