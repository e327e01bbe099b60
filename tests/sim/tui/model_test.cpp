#include "sim/tui/model.hpp"

#include <catch2/catch.hpp>

#include <string>

#include "host/base/failure.hpp"
#include "host/profile/shipped.hpp"
#include "sim/tui/view.hpp"

namespace sesame::sim {

namespace {

using Catch::Contains;
using namespace std::chrono_literals;

TuiOptions with_profile(const std::string& profile) {
  TuiOptions options;
  options.profile = profile;
  return options;
}

TuiOptions with_card(const std::string& card) {
  TuiOptions options;
  options.card = card;
  return options;
}

// A user, and the time.
class Person {
 public:
  explicit Person(TuiOptions options = {}) : model(options, now) {}

  bool type(const std::string& characters) {
    for (const char c : characters) {
      if (!model.type({Typed::Kind::character, c}, now)) return false;
    }
    return true;
  }
  void press(Typed::Kind kind, std::size_t function = 0) { model.type({kind, 0, function}, now); }
  void wait(std::chrono::milliseconds time) {
    now += time;
    model.pass(now);
  }
  std::string sees(std::size_t rows = 24, std::size_t columns = 80, bool ascii = false) const {
    return draw(model, rows, columns, ascii).text();
  }

  TuiModel::Clock::time_point now{1h};
  TuiModel model;
};

}  // namespace

TEST_CASE("the reader begins dark, with its card beside it") {
  const Person person;
  CHECK_THAT(person.sees(), Contains("Sésame") && Contains("i: put sesame-card in") && Contains("[CODE]"));
  CHECK_THAT(person.sees(), Contains("│                │"));
}

TEST_CASE("a code is made with the keys, and the card's answers are listed by name") {
  Person person;
  person.type("ia1234\n");
  CHECK_THAT(person.sees(), Contains("│Code Sésame     │"));
  CHECK_THAT(person.sees(), Contains("GENERATE AC for an ARQC") && Contains("VERIFY") && Contains("9000"));
  CHECK(person.model.reader().reader().state() == State::code);
}

TEST_CASE("F1 is the first function, too") {
  Person person;
  person.type("i");
  person.press(Typed::Kind::function, 0);
  CHECK(person.model.reader().reader().state() == State::pin);
  person.press(Typed::Kind::function, 5);
  CHECK(person.model.reader().reader().state() == State::pin);
}

TEST_CASE("a PIN is never on the terminal") {
  Person person;
  person.type("ia9753");
  CHECK_THAT(person.sees(), Contains("│****            │"));
  person.type("\nx");
  CHECK_THAT(person.sees(), Contains("> 0020008008****") && !Contains("9753"));
}

TEST_CASE("with a real clock the code disappears after 35 seconds") {
  Person person;
  person.type("ia1234\n");
  REQUIRE(person.model.deadline());
  CHECK(*person.model.deadline() == person.now + 35s);
  person.wait(34'999ms);
  CHECK_THAT(person.sees(), Contains("Code Sésame"));
  person.wait(1ms);
  CHECK_THAT(person.sees(), !Contains("Code Sésame"));
  CHECK_FALSE(person.model.deadline());
}

TEST_CASE("a clock that stands is moved by hand") {
  TuiOptions options;
  options.clock = ClockKind::virtual_time;
  Person person(options);
  person.type("ia1234\n");
  person.wait(1h);
  CHECK(person.model.reader().reader().state() == State::code);
  CHECK_FALSE(person.model.deadline());
  person.type("+");
  CHECK_THAT(person.sees(), Contains("next in 34 s"));
  person.type(">");
  CHECK(person.model.reader().reader().state() == State::off);
  person.type("5n");
  CHECK(person.model.reader().reader().state() == State::off);
}

TEST_CASE("a clock that stood goes on from there") {
  Person person;
  person.type("ia1234\nt");
  person.wait(1h);
  person.type("t");
  person.wait(34s);
  CHECK(person.model.reader().reader().state() == State::code);
  person.wait(1s);
  CHECK(person.model.reader().reader().state() == State::off);
}

TEST_CASE("the card comes out and keeps its tries") {
  Person person;
  person.type("ia9753\n");
  CHECK_THAT(person.sees(), Contains("Reste 2 essais"));
  person.type("e");
  CHECK_THAT(person.sees(), Contains("Carte retirée") && Contains("out"));
  person.type("ia9753\n");
  CHECK_THAT(person.sees(), Contains("Reste 1 essai"));
}

TEST_CASE("another card is chosen from a list, and takes the place of the first") {
  Person person;
  person.type("im");
  CHECK_THAT(person.sees(), Contains("Which card?") && Contains("bank-card") && Contains("▸ 6 sesame-card"));
  for (int i = 0; i < 4; ++i) person.press(Typed::Kind::up);
  person.press(Typed::Kind::down);
  person.press(Typed::Kind::up);
  person.type("\n");
  CHECK(person.model.card_name() == "bank-card");
  CHECK(person.model.card_is_in());
  CHECK_FALSE(person.model.menu());
}

TEST_CASE("another reader is chosen by its number, and the card comes out") {
  Person person;
  person.type("ip");
  const std::string list = person.sees();
  const std::size_t place = list.find(" natwest");
  REQUIRE((place != std::string::npos && place > 0));
  person.type(list.substr(place - 1, 1));
  CHECK_THAT(person.sees(), Contains("NatWest") && Contains("a [IDENTIFY]") && Contains("b [RESPOND]"));
  CHECK_FALSE(person.model.card_is_in());
  person.type("ib1234\n");
  CHECK_THAT(person.sees(), Contains("ENTER NUMBER"));
}

TEST_CASE("a list is left with Esc, and nothing is chosen") {
  Person person;
  person.type("m1");
  person.type("m");
  person.press(Typed::Kind::escape);
  CHECK_FALSE(person.model.menu());
  CHECK(person.model.card_name() == "aes-card");
}

TEST_CASE("q ends it, and so does ^C; in a list q closes the list") {
  Person person;
  CHECK_FALSE(person.type("q"));
  CHECK_FALSE(person.type("\x03"));
  CHECK(person.type("mq"));
}

TEST_CASE("in ASCII there is nothing else") {
  Person person;
  person.type("i");
  for (const char* keys : {"a1234\n", "e", "m"}) {
    person.type(keys);
    for (const char c : person.sees(24, 80, true)) CHECK((c == '\n' || (c >= ' ' && c < 127)));
  }
  CHECK_THAT(person.sees(24, 80, true), Contains("Sesame") && Contains("+------"));
}

TEST_CASE("in any window nothing is drawn beyond it, and in a small one that is said") {
  Person person;
  person.type("ia1234\nm");
  for (const std::size_t rows : {0U, 1U, 2U, 10U, 21U, 22U, 24U, 60U}) {
    for (const std::size_t columns : {0U, 1U, 20U, 31U, 32U, 50U, 62U, 80U, 200U}) {
      const Canvas canvas = draw(person.model, rows, columns, false);
      CHECK(canvas.rows() == rows);
      CHECK(canvas.columns() == columns);
    }
  }
  CHECK_THAT(person.sees(10, 60), Contains("60 columns and 10 rows"));
  CHECK_THAT(person.sees(24, 40), !Contains("│ Card"));
}

TEST_CASE("a card or a profile that there is not is refused at the start") {
  CHECK_THROWS_AS(Person(with_card("no-such")), Failure);
  CHECK_THROWS_AS(Person(with_profile("no-such")), Failure);
}

TEST_CASE("the keys of every shipped reader fit the drawing") {
  for (const std::string_view profile : profile::shipped_names(profile::ProfileKind::readers)) {
    const Person person(with_profile(std::string(profile)));
    for (const Function& function : person.model.reader().profile().functions) {
      const bool drawn = person.sees().find("[" + std::string(function.key) + "]") != std::string::npos;
      CHECK(drawn != function.on_insertion);  // which has no key
    }
  }
}

}  // namespace sesame::sim
