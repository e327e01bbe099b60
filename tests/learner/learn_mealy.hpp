// Learns the Mealy machine of a thing from outside: inputs in, outputs out, and a reset. The observation
// table of Angluin's L*, with the suffixes of each counterexample as new columns; the counterexamples come
// from every word of two inputs after every transition, in one long walk, and from long words at random,
// always the same.
#pragma once

#include <string>
#include <vector>

#include "tests/learner/mealy.hpp"

namespace sesame::learner {

class Subject {
 public:
  virtual ~Subject() = default;
  virtual const std::vector<std::string>& inputs() const = 0;
  virtual void reset() = 0;
  virtual std::string answer(std::size_t input) = 0;
};

// Minimal, and in_order(). Throws std::runtime_error where there are more states than `most`.
Mealy learn(Subject& subject, std::size_t most = 500);

}  // namespace sesame::learner
