#include "tests/learner/learn_mealy.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>

namespace sesame::learner {

namespace {

using Outputs = std::vector<std::string>;

Word joined(const Word& a, const Word& b) {
  Word all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

class Learner {
 public:
  Learner(Subject& subject, std::size_t most) : subject_(subject), most_(most) {
    for (std::size_t i = 0; i < inputs(); ++i) columns_.push_back({i});
  }

  Mealy run() {
    for (;;) {
      const Mealy machine = close();
      const auto counterexample = find_counterexample(machine);
      if (!counterexample) return in_order(machine);
      // Every suffix of it: one of them tells two states apart that were one.
      for (std::size_t from = 1; from + 1 < counterexample->size(); ++from) {
        const Word suffix(counterexample->begin() + static_cast<std::ptrdiff_t>(from), counterexample->end());
        if (std::find(columns_.begin(), columns_.end(), suffix) == columns_.end()) columns_.push_back(suffix);
      }
    }
  }

 private:
  using Row = std::vector<Outputs>;

  std::size_t inputs() const { return subject_.inputs().size(); }

  // What the subject answers to the inputs of `word` after those of `prefix`.
  Outputs ask(const Word& prefix, const Word& word) {
    subject_.reset();
    for (const std::size_t input : prefix) subject_.answer(input);
    Outputs outputs;
    for (const std::size_t input : word) outputs.push_back(subject_.answer(input));
    return outputs;
  }

  const Row& row(const Word& prefix) {
    Row& known = rows_[prefix];
    while (known.size() < columns_.size()) known.push_back(ask(prefix, columns_[known.size()]));
    return known;
  }

  // A state for each row that differs; the table grows until every input leads to one.
  Mealy close() {
    Mealy machine{subject_.inputs(), {}};
    std::map<Row, std::size_t> number;
    ways_ = {{}};
    number[row({})] = 0;
    for (std::size_t state = 0; state < ways_.size(); ++state) {
      auto& transitions = machine.states.emplace_back();
      for (std::size_t input = 0; input < inputs(); ++input) {
        const Word way = joined(ways_[state], {input});
        const auto [found, is_new] = number.emplace(row(way), ways_.size());
        if (is_new) ways_.push_back(way);
        if (ways_.size() > most_) throw std::runtime_error("more states than expected");
        transitions.push_back({rows_[ways_[state]][input][0], found->second});
      }
    }
    return machine;
  }

  std::optional<Word> find_counterexample(const Mealy& machine) {
    for (const Word& way : ways_) {
      for (std::size_t i = 0; i < inputs() * inputs() * inputs(); ++i) {
        const Word word{i / inputs() / inputs(), i / inputs() % inputs(), i % inputs()};
        if (auto wrong = compare(machine, joined(way, word))) return wrong;
      }
    }
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {
      Word word(30);
      for (std::size_t& input : word) input = random() % inputs();
      if (auto wrong = compare(machine, word)) return wrong;
    }
    return std::nullopt;
  }

  // The part of the word up to the first answer that is another one.
  std::optional<Word> compare(const Mealy& machine, const Word& word) {
    subject_.reset();
    std::size_t state = 0;
    for (std::size_t i = 0; i < word.size(); ++i) {
      const Mealy::Transition& expected = machine.states[state][word[i]];
      if (subject_.answer(word[i]) != expected.output) {
        return Word(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      }
      state = expected.next;
    }
    return std::nullopt;
  }

  Subject& subject_;
  std::size_t most_;
  std::vector<Word> columns_;
  std::map<Word, Row> rows_;
  std::vector<Word> ways_;  // to each state, the first that was found
};

}  // namespace

Mealy learn(Subject& subject, std::size_t most) { return Learner(subject, most).run(); }

}  // namespace sesame::learner
