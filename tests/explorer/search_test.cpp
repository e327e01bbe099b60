// The search itself, on machines of which everything is known.
#include "tests/explorer/search.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

namespace sesame::explorer {
namespace {

// Two jugs, of 3 and of 5 liters, and a tap: the rule is that no one measures so many liters in the larger
// one.
class Jugs {
 public:
  explicit Jugs(int forbidden) : forbidden_(forbidden) {}

  void reset() { small_ = large_ = 0; }
  void load(std::span<const std::uint64_t> state) {
    loaded_small_ = static_cast<int>(state[0]);
    loaded_large_ = static_cast<int>(state[1]);
  }
  std::size_t moves() const { return 6; }
  std::optional<std::string> make(std::size_t move) {
    small_ = loaded_small_;
    large_ = loaded_large_;
    switch (move) {
      case 0: small_ = 3; break;
      case 1: large_ = 5; break;
      case 2: small_ = 0; break;
      case 3: large_ = 0; break;
      case 4: pour(small_, large_, 5); break;
      default: pour(large_, small_, 3); break;
    }
    ++made_[{small_, large_}];
    if (large_ == forbidden_) return "it was measured";
    return std::nullopt;
  }
  std::uint64_t key() const { return static_cast<std::uint64_t>(small_ * 10 + large_); }
  void save(std::vector<std::uint64_t>& state) const {
    state.push_back(static_cast<std::uint64_t>(small_));
    state.push_back(static_cast<std::uint64_t>(large_));
  }
  std::string name(std::size_t move) const {
    const char* names[] = {"fill 3", "fill 5", "empty 3", "empty 5", "3 to 5", "5 to 3"};
    return names[move];
  }
  std::string description() const { return std::to_string(small_) + "+" + std::to_string(large_); }

  const std::map<std::pair<int, int>, int>& made() const { return made_; }

 private:
  static void pour(int& from, int& to, int size) {
    const int much = std::min(from, size - to);
    from -= much;
    to += much;
  }

  int forbidden_;
  int small_ = 0, large_ = 0, loaded_small_ = 0, loaded_large_ = 0;
  std::map<std::pair<int, int>, int> made_;
};

}  // namespace

TEST_CASE("every state is found, and every move made from each of them once") {
  Jugs jugs(-1);
  const Outcome outcome = Search(jugs).run();
  CHECK(outcome.exhausted);
  CHECK_FALSE(outcome.broken);
  CHECK(outcome.states == 16);  // those in which a jug is full or empty
  CHECK(outcome.transitions == 16 * 6);
  CHECK(jugs.made().size() == 16);
}

TEST_CASE("a broken rule comes with a shortest way to it, in words") {
  Jugs jugs(4);
  const Outcome outcome = Search(jugs).run();
  CHECK_FALSE(outcome.exhausted);
  REQUIRE(outcome.broken);
  CHECK(outcome.broken->rule == "it was measured");
  CHECK(in_a_line(*outcome.broken) == "fill 5, 5 to 3, empty 3, 5 to 3, fill 5, 5 to 3");
  CHECK(outcome.broken->steps.front().state == "0+5");
  CHECK(outcome.broken->steps.back().state == "3+4");
}

TEST_CASE("what happens several times is counted in words") {
  CHECK(in_a_line({"", {{"a", ""}, {"b", ""}, {"b", ""}, {"b", ""}, {"a", ""}}}) == "a, 3 x b, a");
}

TEST_CASE("a search ends where it is told to, and says that there may be more") {
  for (const std::uint64_t most : {1U, 6U, 30U, 90U}) {
    Jugs jugs(-1);
    std::size_t depths = 0;
    const Outcome outcome = Search(jugs).run(most, [&](const Outcome& far) { CHECK(far.depth == depths++); });
    CHECK_FALSE(outcome.exhausted);
    CHECK(outcome.transitions >= most);
    CHECK(outcome.transitions < most + 6);
    CHECK(depths == outcome.depth);
  }
}

}  // namespace sesame::explorer
