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
    if (const auto walked = walk(machine)) return shortest(machine, *walked);
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {
      Word word(30);
      for (std::size_t& input : word) input = random() % inputs();
      if (auto wrong = compare(machine, word)) return wrong;
    }
    return std::nullopt;
  }

  // Every word of three inputs from every state, as one walk where each input ends another of these words: a
  // word by itself would be to reset the subject, and to go there, for each. What was walked since the last
  // reset, where an answer is another one.
  std::optional<Word> walk(const Mealy& machine) {
    const std::size_t words = inputs() * inputs() * inputs();
    std::vector<std::vector<bool>> done(machine.states.size(), std::vector<bool>(words, false));
    std::vector<std::size_t> left(machine.states.size(), words);
    Word walked;
    std::vector<std::size_t> states{0};  // before each input of it, and now
    const auto reset = [&] {
      subject_.reset();
      walked.clear();
      states = {0};
    };
    const auto go = [&](std::size_t input) {
      const Mealy::Transition& expected = machine.states[states.back()][input];
      walked.push_back(input);
      const bool as_expected = subject_.answer(input) == expected.output;
      states.push_back(expected.next);
      if (walked.size() < 3) return as_expected;
      const std::size_t at = walked.size() - 3;
      auto word = done[states[at]].begin() +
                  static_cast<std::ptrdiff_t>((walked[at] * inputs() + walked[at + 1]) * inputs() + input);
      if (!*word) --left[states[at]];
      *word = true;
      return as_expected;
    };
    reset();
    for (;;) {
      Word next = to_new_word(machine, done, left, walked, states);
      if (next.empty()) {
        if (std::all_of(left.begin(), left.end(), [](std::size_t each) { return each == 0; }))
          return std::nullopt;
        if (walked.empty()) return std::nullopt;  // the rest cannot be reached
        reset();
        continue;
      }
      for (const std::size_t input : next) {
        if (!go(input)) return walked;
      }
    }
  }

  // What leads to a word that was not walked yet: one input that ends one, or the way to a state with one,
  // and that. Nothing: there is no way without a reset.
  Word to_new_word(const Mealy& machine, const std::vector<std::vector<bool>>& done,
                   const std::vector<std::size_t>& left, const Word& walked,
                   const std::vector<std::size_t>& states) const {
    if (walked.size() >= 2) {
      const std::size_t at = walked.size() - 2;
      const std::size_t first = (walked[at] * inputs() + walked[at + 1]) * inputs();
      for (std::size_t input = 0; input < inputs(); ++input) {
        if (!done[states[at]][first + input]) return {input};
      }
    }
    std::vector<std::optional<std::pair<std::size_t, std::size_t>>> from(machine.states.size());
    std::vector<std::size_t> queue{states.back()};
    from[states.back()] = {states.back(), inputs()};
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const std::size_t state = queue[i];
      if (left[state] != 0) {
        const auto word = static_cast<std::size_t>(std::find(done[state].begin(), done[state].end(), false) -
                                                   done[state].begin());
        Word way{word / inputs() / inputs(), word / inputs() % inputs(), word % inputs()};
        for (std::size_t back = state; from[back]->second != inputs(); back = from[back]->first) {
          way.insert(way.begin(), from[back]->second);
        }
        return way;
      }
      for (std::size_t input = 0; input < inputs(); ++input) {
        const std::size_t next = machine.states[state][input].next;
        if (from[next]) continue;
        from[next] = {state, input};
        queue.push_back(next);
      }
    }
    return {};
  }

  // Of a walk that ends in another answer: the way to a state on it, and as little of the rest as that takes.
  std::optional<Word> shortest(const Mealy& machine, const Word& walked) {
    std::vector<std::size_t> states{0};
    for (const std::size_t input : walked) states.push_back(machine.states[states.back()][input].next);
    for (std::size_t from = walked.size(); from-- > 0;) {
      const Word rest(walked.begin() + static_cast<std::ptrdiff_t>(from), walked.end());
      if (auto wrong = compare(machine, joined(ways_[states[from]], rest))) return wrong;
    }
    return walked;
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
