// Every state that a machine can get into, and every move from each of them: an explicit-state search,
// breadth first, so that the first broken rule comes with a shortest sequence of moves.
//
// A Machine has one current state, and
//
//   void reset();                              to the state in which it begins
//   void load(std::span<const std::uint64_t>); to one that save() gave
//   std::size_t moves();                       how many there are from the state loaded last
//   std::optional<std::string> make(move);     makes one, from the state loaded last; the rule that it breaks
//   std::uint64_t key() const;                 of the current state: the same where what follows is the same
//   void save(std::vector<std::uint64_t>&);    appends the current state
//   std::string name(move);                    of a move from the state loaded last, in words
//   std::string description() const;           of the current state, in words
//
// States are known again by 64 bits of hash: that two of a million differ and are taken for one has a chance
// of one to 37 million.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace sesame::explorer {

struct Step {
  std::string move;
  std::string state;  // that it leads to
};

struct Counterexample {
  std::string rule;
  std::vector<Step> steps;
};

// "insert, ATR, FCI, CODE, 4 x digit, OK"
inline std::string in_a_line(const Counterexample& broken) {
  std::string line;
  for (std::size_t i = 0; i < broken.steps.size();) {
    const std::string& move = broken.steps[i].move;
    std::size_t times = 0;
    for (; i < broken.steps.size() && broken.steps[i].move == move; ++i) ++times;
    line += (line.empty() ? "" : ", ") + (times > 1 ? std::to_string(times) + " x " : "") + move;
  }
  return line;
}

struct Outcome {
  std::size_t states = 0;
  std::uint64_t transitions = 0;
  std::size_t depth = 0;   // moves from the beginning to the states that were visited last
  bool exhausted = false;  // there are no others
  std::optional<Counterexample> broken;
};

// What is known after each depth, for a progress report.
using Progress = std::function<void(const Outcome&)>;

template <class Machine>
class Search {
 public:
  explicit Search(Machine& machine) : machine_(machine) {}

  // Stops at the first broken rule, or after so many transitions.
  Outcome run(std::uint64_t most_transitions = std::numeric_limits<std::uint64_t>::max(),
              const Progress& progress = {}) {
    machine_.reset();
    if (is_new()) keep(0, 0);
    for (; !next_.empty(); ++outcome_.depth) {
      const Level level = std::exchange(next_, {});
      const std::size_t first = nodes_.size() - level.size();
      for (std::size_t i = 0; i < level.size(); ++i) {
        if (outcome_.transitions >= most_transitions) return outcome_;
        if (!expand(first + i, level.state(i))) return outcome_;
      }
      if (progress) progress(outcome_);
    }
    outcome_.exhausted = true;
    return outcome_;
  }

 private:
  using State = std::span<const std::uint64_t>;

  // The states of one depth, in one piece of memory.
  class Level {
   public:
    std::size_t size() const { return ends_.size(); }
    bool empty() const { return ends_.empty(); }
    State state(std::size_t i) const {
      const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
      return {words_.data() + begin, ends_[i] - begin};
    }
    void add(Machine& machine) {
      machine.save(words_);
      ends_.push_back(words_.size());
    }

   private:
    std::vector<std::uint64_t> words_;
    std::vector<std::size_t> ends_;
  };

  struct Node {
    std::uint32_t parent;
    std::uint16_t move;
  };

  bool expand(std::size_t node, State state) {
    machine_.load(state);
    const std::size_t moves = machine_.moves();
    for (std::size_t move = 0; move < moves; ++move) {
      ++outcome_.transitions;
      if (auto rule = machine_.make(move)) {
        outcome_.broken = Counterexample{std::move(*rule), way(node, move)};
        return false;
      }
      if (is_new()) keep(node, move);
    }
    return true;
  }

  bool is_new() { return seen_.insert(machine_.key()).second; }

  void keep(std::size_t parent, std::size_t move) {
    nodes_.push_back({static_cast<std::uint32_t>(parent), static_cast<std::uint16_t>(move)});
    next_.add(machine_);
    outcome_.states = nodes_.size();
  }

  // From the beginning to the node, and one move further.
  std::vector<Step> way(std::size_t node, std::size_t last) {
    std::vector<std::size_t> moves{last};
    for (; node != 0; node = nodes_[node].parent) moves.push_back(nodes_[node].move);
    machine_.reset();
    std::vector<Step> steps;
    for (auto move = moves.rbegin(); move != moves.rend(); ++move) {
      std::vector<std::uint64_t> state;
      machine_.save(state);
      machine_.load(state);
      std::string name = machine_.name(*move);
      static_cast<void>(machine_.make(*move));
      steps.push_back({std::move(name), machine_.description()});
    }
    return steps;
  }

  // A key is a hash already.
  struct AsItIs {
    std::size_t operator()(std::uint64_t key) const { return static_cast<std::size_t>(key); }
  };

  Machine& machine_;
  Outcome outcome_;
  std::unordered_set<std::uint64_t, AsItIs> seen_;
  std::vector<Node> nodes_;  // in the order in which they were found; the first is its own parent
  Level next_;
};

}  // namespace sesame::explorer
