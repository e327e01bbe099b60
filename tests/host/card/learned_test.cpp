// Cards that behave as real ones were found to: the Mealy machines that Aarts, de Ruiter and Poll learned
// from bank cards (Formal models of bank cards for free, 2013), as tables of facts. Every one of their
// transitions.
#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <vector>

#include "firmware/core/emv/dol.hpp"
#include "host/card/file/card_file.hpp"
#include "tests/host/card/fixture.hpp"

namespace sesame::card {
namespace {

using namespace test;

// The commands of the study. A GENERATE AC has the data that CDOL1 asks for, or CDOL2.
struct Inputs {
  explicit Inputs(const Application& application) {
    const auto zeros = [](Bytes dol) { return std::string(2 * *emv::data_length(dol), '0'); };
    const std::string cdol1 = zeros(application.cdol1), cdol2 = zeros(application.cdol2);
    command = {
        {"SELECT", select(hex(application.aid))},
        {"GPO", kGpo},
        {"GPO, wrong data", "80A8000003 830100 00"},
        {"READ RECORD", read_record(1, 1)},
        {"READ RECORD, no such", read_record(9, 1)},
        {"GET DATA", kGetAtc},
        {"GET DATA, no such", "80CA9F4F00"},
        {"VERIFY", verify("1234")},
        {"INTERNAL AUTHENTICATE", "0088000004 01020304 00"},
        {"AAC, CDOL1", generate_ac("00", cdol1)},
        {"AAC, CDOL2", generate_ac("00", cdol2)},
        {"TC, CDOL1", generate_ac("40", cdol1)},
        {"TC, CDOL2", generate_ac("40", cdol2)},
        {"ARQC, CDOL1", generate_ac("80", cdol1)},
        {"ARQC, CDOL2", generate_ac("80", cdol2)},
    };
  }

  std::map<std::string, std::string> command;
};

// A row: what a command is answered in each state, and the state that it leads to where that is another.
// A cryptogram is named; it comes with 9000. State 0 is the card after a reset.
struct Row {
  std::string input;
  std::vector<std::string> by_state;
};

struct Transition {
  std::string answer;
  std::size_t next;
};

struct Machine {
  const char* card;
  std::vector<Row> rows;

  std::size_t states() const { return rows[0].by_state.size(); }
  Transition at(std::size_t row, std::size_t state) const {
    const std::string& text = rows[row].by_state[state];
    const std::size_t arrow = text.find(" > ");
    if (arrow == std::string::npos) return {text, state};
    return {text.substr(0, arrow), static_cast<std::size_t>(text[arrow + 3] - '0')};
  }
};

const Machine kDutch{
    "rabobank-like",
    {
        // nothing selected, selected, initiated, PIN verified, over, ARQC given
        {"SELECT", {"9000 > 1", "9000", "9000 > 1", "9000 > 1", "9000 > 1", "9000 > 1"}},
        {"GPO", {"6D00", "9000 > 2", "6985 > 1", "6985 > 1", "6985 > 1", "6985 > 1"}},
        {"GPO, wrong data", {"6D00", "6985", "6985 > 1", "6985 > 1", "6985 > 1", "6985 > 1"}},
        {"READ RECORD", {"6E00", "9000", "9000", "9000", "6985 > 1", "6985 > 1"}},
        {"READ RECORD, no such", {"6E00", "6A82", "6A82 > 1", "6A82 > 1", "6985 > 1", "6985 > 1"}},
        {"GET DATA", {"6A88", "9000", "9000", "9000", "6985 > 1", "6985 > 1"}},
        {"GET DATA, no such", {"6A88", "6A88", "6A88 > 1", "6A88 > 1", "6985 > 1", "6985 > 1"}},
        {"VERIFY", {"6E00", "6985", "9000 > 3", "9000", "6985 > 1", "6985 > 1"}},
        {"INTERNAL AUTHENTICATE", {"6E00", "6985", "6987 > 1", "6987 > 1", "6985 > 1", "6985 > 1"}},
        {"AAC, CDOL1", {"6D00", "6985", "AAC > 4", "AAC > 4", "6985 > 1", "6700 > 1"}},
        {"AAC, CDOL2", {"6D00", "6985", "6700 > 1", "6700 > 1", "6985 > 1", "AAC > 4"}},
        {"TC, CDOL1", {"6D00", "6985", "AAC > 4", "TC > 4", "6985 > 1", "6700 > 1"}},
        {"TC, CDOL2", {"6D00", "6985", "6700 > 1", "6700 > 1", "6985 > 1", "AAC > 4"}},
        {"ARQC, CDOL1", {"6D00", "6985", "AAC > 4", "ARQC > 5", "6985 > 1", "6A86 > 1"}},
        {"ARQC, CDOL2", {"6D00", "6985", "6700 > 1", "6700 > 1", "6985 > 1", "6A86 > 1"}},
    }};

const Machine kGerman{
    "maestro-like",
    {
        // nothing selected, selected, initiated, authenticated, over, ARQC given, over and authenticated
        {"SELECT", {"9000 > 1", "9000", "9000 > 1", "9000 > 1", "9000 > 1", "9000 > 1", "9000 > 1"}},
        {"GPO", {"6982", "9000 > 2", "6985 > 4", "6985 > 6", "9000 > 2", "6985 > 6", "9000 > 2"}},
        {"GPO, wrong data", {"6A80", "6A80", "6985 > 4", "6985 > 6", "6A80", "6985 > 6", "6A80"}},
        {"READ RECORD", {"6982", "9000", "9000", "9000", "9000", "9000", "9000"}},
        {"READ RECORD, no such", {"6A82", "6A82", "6A82", "6A82", "6A82", "6A82", "6A82"}},
        {"GET DATA", {"6982", "9000", "9000", "9000", "9000", "9000", "9000"}},
        {"GET DATA, no such", {"6982", "6A86", "6A86", "6A86", "6A86", "6A86", "6A86"}},
        {"INTERNAL AUTHENTICATE", {"6A86", "6A88", "9000 > 3", "6985", "9000 > 6", "6985", "6985"}},
        {"AAC, CDOL1", {"6985", "6985", "6985 > 4", "AAC > 6", "6985", "6700 > 6", "6985"}},
        {"AAC, CDOL2", {"6985", "6985", "6A80 > 4", "6A80 > 6", "6985", "AAC > 6", "6985"}},
        {"TC, CDOL1", {"6985", "6985", "6985 > 4", "ARQC > 5", "6985", "6700 > 6", "6985"}},
        {"TC, CDOL2", {"6985", "6985", "6A80 > 4", "6A80 > 6", "6985", "TC > 6", "6985"}},
        {"ARQC, CDOL1", {"6985", "6985", "6985 > 4", "ARQC > 5", "6985", "6A86 > 6", "6985"}},
        {"ARQC, CDOL2", {"6985", "6985", "6A80 > 4", "6A80 > 6", "6985", "6A86 > 6", "6985"}},
    }};

// A card in the states of a machine.
class Learned {
 public:
  explicit Learned(const Machine& machine)
      : machine_(machine),
        personalization_(load_card(machine.card)),
        terminal_(load_card(machine.card)),
        inputs_(personalization_.applications[0]) {
    find_ways();
  }

  // From a reset on, by the shortest way.
  void go_to(std::size_t state) {
    terminal_.cold_reset();
    for (const std::size_t row : ways_.at(state)) send(row);
  }

  // The answer as a table has it.
  std::string send(std::size_t row) {
    const std::string& command = inputs_.command.at(machine_.rows[row].input);
    const std::string answer = terminal_.whole(command);
    const std::string status = answer.substr(answer.size() - 4);
    if (command.substr(0, 4) != "80AE" || status != "9000") return status;
    const bool format1 = personalization_.applications[0].answer_format == AnswerFormat::format1;
    const std::string cid = answer.substr(format1 ? 4 : 10, 2);
    return cid == "80" ? "ARQC" : cid == "40" ? "TC" : cid == "00" ? "AAC" : cid;
  }

 private:
  void find_ways() {
    ways_[0] = {};
    std::vector<std::size_t> found{0};
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (std::size_t row = 0; row < machine_.rows.size(); ++row) {
        const std::size_t next = machine_.at(row, found[i]).next;
        if (ways_.count(next) != 0) continue;
        ways_[next] = ways_[found[i]];
        ways_[next].push_back(row);
        found.push_back(next);
      }
    }
  }

  const Machine& machine_;
  Personalization personalization_;
  Terminal terminal_;
  Inputs inputs_;
  std::map<std::size_t, std::vector<std::size_t>> ways_;
};

// That it leads to the state that it should is seen by what every command is answered there.
std::size_t transitions_as_learned(const Machine& machine) {
  Learned card(machine);
  std::size_t as_learned = 0;
  for (std::size_t state = 0; state < machine.states(); ++state) {
    for (std::size_t row = 0; row < machine.rows.size(); ++row) {
      const Transition expected = machine.at(row, state);
      bool same = true;
      for (std::size_t after = 0; after < machine.rows.size(); ++after) {
        card.go_to(state);
        const std::string answer = card.send(row);
        const std::string answer_after = card.send(after);
        CAPTURE(machine.card, state, machine.rows[row].input, machine.rows[after].input);
        CHECK(answer == expected.answer);
        CHECK(answer_after == machine.at(after, expected.next).answer);
        same = same && answer == expected.answer && answer_after == machine.at(after, expected.next).answer;
      }
      as_learned += same ? 1 : 0;
    }
  }
  return as_learned;
}

TEST_CASE("the Dutch card answers 90 of 90 transitions as the real one, the German one 98 of 98") {
  CHECK(transitions_as_learned(kDutch) == 90);
  CHECK(transitions_as_learned(kGerman) == 98);
}

TEST_CASE("both answer as the real ones however long one goes on") {
  for (const Machine* machine : {&kDutch, &kGerman}) {
    Learned card(*machine);
    std::mt19937 random(13);
    card.go_to(0);
    std::size_t state = 0;
    for (int i = 0; i < 20'000; ++i) {
      const std::size_t row = random() % machine->rows.size();
      const Transition expected = machine->at(row, state);
      CAPTURE(machine->card, i, state, machine->rows[row].input);
      REQUIRE(card.send(row) == expected.answer);
      state = expected.next;
    }
  }
}

}  // namespace
}  // namespace sesame::card
