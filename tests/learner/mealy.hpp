// A Mealy machine, and its file in Graphviz form: a line for each transition.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sesame::learner {

using Word = std::vector<std::size_t>;  // inputs, by their number

struct Mealy {
  struct Transition {
    std::string output;
    std::size_t next = 0;
  };
  std::vector<std::string> inputs;
  std::vector<std::vector<Transition>> states;  // by state and input; the first state is where it begins
};

// The same machine with its states in the order in which they are found, breadth first, in the order of the
// inputs: two minimal machines that answer alike are equal then.
Mealy in_order(const Mealy& machine);

std::string to_dot(const Mealy& machine, const std::string& name);
// Of what to_dot() wrote; inputs in the order in which the first state has them. Nothing: it is no such text.
std::optional<Mealy> from_dot(const std::string& text);

// The shortest word, if there is one, whose last input the two answer differently. An input that one of them
// does not have is a difference, too.
std::optional<std::string> difference(const Mealy& now, const Mealy& before);

}  // namespace sesame::learner
