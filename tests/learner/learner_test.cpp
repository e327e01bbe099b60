#include <catch2/catch.hpp>
#include <random>

#include "host/card/file/card_file.hpp"
#include "host/profile/shipped.hpp"
#include "tests/learner/subjects.hpp"

namespace sesame::learner {
namespace {

// A machine as something to learn.
class Known final : public Subject {
 public:
  explicit Known(const Mealy& machine) : machine_(machine) {}
  const std::vector<std::string>& inputs() const override { return machine_.inputs; }
  void reset() override { state_ = 0; }
  std::string answer(std::size_t input) override {
    const Mealy::Transition& transition = machine_.states[state_][input];
    state_ = transition.next;
    return transition.output;
  }

 private:
  const Mealy& machine_;
  std::size_t state_ = 0;
};

Mealy any_machine(std::uint32_t seed) {
  std::mt19937 random(seed);
  Mealy machine{{"a", "b", "c"}, {}};
  const std::size_t states = 1 + random() % 20;
  for (std::size_t i = 0; i < states; ++i) {
    auto& state = machine.states.emplace_back();
    for (int input = 0; input < 3; ++input) {
      state.push_back({random() % 4 == 0 ? "yes" : "no", random() % states});
    }
  }
  return machine;
}

TEST_CASE("what is learned of a machine answers as the machine, with no more states") {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    const Mealy machine = any_machine(seed);
    Known subject(machine);
    const Mealy learned = learn(subject);
    CHECK_FALSE(difference(learned, machine));
    CHECK(learned.states.size() <= machine.states.size());
    // It is minimal: to learn it again finds the same.
    Known again(learned);
    CHECK(to_dot(learn(again), "x") == to_dot(learned, "x"));
  }
}

TEST_CASE("a machine is read as it was written, and nothing else is read") {
  const Mealy machine = in_order(any_machine(7));
  const std::string text = to_dot(machine, "x");
  REQUIRE(from_dot(text));
  CHECK(to_dot(*from_dot(text), "x") == text);
  CHECK_FALSE(from_dot(""));
  CHECK_FALSE(from_dot("digraph \"x\" {\n}\n"));
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    const auto cut = from_dot(text.substr(0, size));
    if (cut) CHECK(cut->states.size() <= machine.states.size());
  }
}

TEST_CASE("a difference is told by the shortest way there") {
  const Mealy one{{"a", "b"}, {{{"x", 1}, {"x", 0}}, {{"y", 1}, {"z", 0}}}};
  Mealy other = one;
  CHECK_FALSE(difference(one, other));
  other.states[1][1].output = "w";
  CHECK(difference(one, other) == "after a: b gives z, gave w");
  other = one;
  other.states[1][1].next = 1;
  CHECK(difference(one, other) == "after a; b: a gives x, gave y");
  other.inputs[0] = "c";
  CHECK(difference(one, other) == "other inputs");
}

TEST_CASE("a change of what a card answers is seen") {
  std::string text(*profile::shipped_text(profile::ProfileKind::cards, "sesame-card"));
  const Mealy before = learn(*card_of(card::read_card(text, "card")));
  CHECK(before.states.size() == 7);
  text += "\n[behavior.first_ac]\nget_data = \"6985\"\n";
  CHECK(difference(learn(*card_of(card::read_card(text, "card"))), before) ==
        "after SELECT; GET PROCESSING OPTIONS; VERIFY; GENERATE AC (TC), CDOL1: GET DATA gives 6985, gave "
        "9000");
}

}  // namespace
}  // namespace sesame::learner
