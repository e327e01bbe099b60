// What [behavior] of a card file makes of a card. The cards of learned_test.cpp are the large examples.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "firmware/core/names.hpp"
#include "host/card/file/card_file.hpp"
#include "host/profile/shipped.hpp"
#include "tests/host/card/fixture.hpp"
#include "tests/host/card/watched_card.hpp"

namespace sesame::card {
namespace {

using namespace test;

constexpr std::string_view kSesame = "sesame-card", kAes = "aes-card";

Personalization with_behavior(std::string_view behavior, std::string_view name = kSesame) {
  std::string text(*profile::shipped_text(profile::ProfileKind::cards, name));
  text += behavior;
  return read_card(text, "behavior.toml");
}

// Status words, of commands one after the other, from a reset on; after the last 9000 the type of cryptogram.
std::vector<std::string> answers(std::string_view behavior, const std::vector<std::string>& commands) {
  Terminal terminal(with_behavior(behavior));
  terminal.cold_reset();
  std::vector<std::string> all;
  for (const std::string& command : commands) {
    const std::string answer = terminal.whole(command);
    all.push_back(answer.substr(answer.size() - 4));
  }
  return all;
}

using Answers = std::vector<std::string>;
const std::string kSelect = select(kCap), kRecord = read_record(1, 1), kPin = verify("1234");
const std::string kAuthenticate = "0088000004 01020304 00";

TEST_CASE("a refused command leads where after_error says, a wrong PIN and a warning do not") {
  const std::string after_error = "[behavior]\nafter_error = \"selected\"\n";
  CHECK(answers(after_error, {kSelect, kGpo, kAuthenticate, kGpo}) ==
        Answers{"9000", "9000", "6D00", "9000"});
  CHECK(answers(after_error, {kSelect, kGpo, verify("4321"), kPin, kFirstAc}) ==
        Answers{"9000", "9000", "63C2", "9000", "9000"});
  CHECK(answers(after_error, {kSelect, kGpo, "00A404", kGpo}) == Answers{"9000", "9000", "6700", "9000"});
  CHECK(answers(after_error, {kSelect, kGpo, "FF000000", kGpo}) == Answers{"9000", "9000", "6E00", "9000"});
  CHECK(answers(after_error, {kSelect, "80A80000", kGpo}) == Answers{"9000", "6700", "9000"});
  // of one state
  CHECK(answers("[behavior.first_ac]\nafter_error = \"nothing_selected\"\n",
                {kSelect, kGpo, kAuthenticate, kPin, kFirstAc, kAuthenticate, kSecondAc}) ==
        Answers{"9000", "9000", "6D00", "9000", "9000", "6D00", "6985"});
  // what it leads to may be said of one command
  CHECK(answers(after_error + "[behavior.initiated]\n"
                              "internal_authenticate = { answer = \"6985\", then = \"initiated\" }\n",
                {kSelect, kGpo, kAuthenticate, kPin}) == Answers{"9000", "9000", "6985", "9000"});
}

TEST_CASE(
    "a PIN that was verified is worth nothing after an error that ends the transaction, nor after GPO") {
  const std::string behavior =
      "[behavior]\nafter_error = \"selected\"\n[behavior.initiated]\n"
      "get_processing_options = \"processed\"\n";
  const bool by_error = GENERATE(true, false);
  Terminal terminal(with_behavior(behavior));
  terminal.cold_reset();
  for (const std::string& command : {kSelect, kGpo, kPin}) terminal.whole(command);
  if (by_error) terminal.whole(kAuthenticate);
  CHECK(terminal.whole(kGpo) ==
        "8006100008010200"
        "9000");
  CHECK(terminal.whole(kFirstAc).substr(4, 2) == "00");
}

TEST_CASE("a status word is answered whatever is in the command, `wrong` where it is wrong") {
  const std::string bad_record = read_record(9, 1);
  CHECK(answers("[behavior.initiated]\nread_record = \"6982\"\n", {kSelect, kGpo, kRecord, bad_record}) ==
        Answers{"9000", "9000", "6982", "6982"});
  CHECK(answers("[behavior.initiated]\nread_record = { right = \"6982\" }\n",
                {kSelect, kGpo, kRecord, bad_record}) == Answers{"9000", "9000", "6982", "6982"});
  CHECK(answers("[behavior.initiated]\nread_record = { wrong = \"6F00\" }\n",
                {kSelect, kGpo, kRecord, bad_record}) == Answers{"9000", "9000", "9000", "6F00"});
  CHECK(answers("[behavior.selected]\nread_record = { right = \"processed\", wrong = \"6F00\" }\n",
                {kSelect, kRecord, bad_record}) == Answers{"9000", "9000", "6F00"});
  CHECK(answers("[behavior.selected]\nread_record = \"processed\"\n", {kSelect, kRecord, bad_record}) ==
        Answers{"9000", "9000", "6A82"});
  CHECK(answers("[behavior.wrong]\nread_record = \"6F00\"\n", {kSelect, bad_record, kGpo, bad_record}) ==
        Answers{"9000", "6985", "9000", "6F00"});
  CHECK(answers("[behavior.wrong]\nselect = \"6A81\"\n", {select("A000000099"), kGpo}) ==
        Answers{"6A81", "6985"});
}

TEST_CASE("what is said of a type of cryptogram comes before what is said of GENERATE AC") {
  const std::string arqc_of_28 = generate_ac("80", std::string(56, '0'));
  const std::string tc_of_28 = generate_ac("40", std::string(56, '0'));
  const std::string behavior =
      "[behavior.initiated]\ngenerate_ac_arqc = \"6A86\"\n"
      "generate_ac = { wrong = \"6A80\" }\n";
  for (const auto& [command, status] :
       {std::pair{kFirstAc, "6A86"}, std::pair{arqc_of_28, "6A86"}, std::pair{tc_of_28, "6A80"},
        std::pair{generate_ac("40", kZeros29), "9000"}}) {
    CHECK(answers(behavior, {kSelect, kGpo, command}).back() == status);
  }
}

TEST_CASE("a cryptogram is what the file says, and an AAC without a PIN") {
  const std::string behavior =
      "[behavior.initiated]\ngenerate_ac_tc = \"tc\"\n"
      "[behavior.first_ac]\ngenerate_ac_tc = \"tc\"\n";
  const auto given = [&](const std::vector<std::string>& commands) {
    Terminal terminal(with_behavior(behavior));
    terminal.cold_reset();
    std::string last;
    for (const std::string& command : commands) last = terminal.whole(command);
    return last.substr(4, 2);
  };
  const std::string tc = generate_ac("40", kZeros29), second_tc = generate_ac("40", kZeros31);
  CHECK(given({kSelect, kGpo, kPin, tc}) == "40");
  CHECK(given({kSelect, kGpo, tc}) == "00");
  CHECK(given({kSelect, kGpo, kPin, kFirstAc, second_tc}) == "40");
  CHECK(given({kSelect, kGpo, kPin, kFirstAc, kSecondAc}) == "00");
}

TEST_CASE("a card may not look at the length of what it is sent") {
  const std::string behavior =
      "[behavior.selected]\nget_processing_options = { wrong = \"accepted\" }\n"
      "[behavior.initiated]\ngenerate_ac = { wrong = \"arqc\" }\n"
      "[behavior.first_ac]\ngenerate_ac = { wrong = \"accepted\" }\n";
  for (const unsigned length : {1U, 28U, 29U, 30U, 200U}) {
    const std::string zeros(std::size_t{2} * length, '0');
    CHECK(answers(behavior, {kSelect, "80A8000003 830100 00", kPin, generate_ac("80", zeros),
                             generate_ac("00", zeros)}) == Answers{"9000", "9000", "9000", "9000", "9000"});
  }
  CHECK(answers(behavior, {kSelect, "80A80000", kGpo, "80AE8000", generate_ac("C0", kZeros29)}) ==
        Answers{"9000", "6700", "9000", "6700", "6A86"});
}

TEST_CASE("a state of one's own begins as the one that it is like, and is reached by `then`") {
  const std::string behavior =
      "[behavior.initiated]\nget_data = \"6982\"\nread_record = \"6982\"\n"
      "verify = { then = \"verified\" }\n"
      "[behavior.verified]\nlike = \"initiated\"\nread_record = \"processed\"\n"
      "verify = \"6985\"\n";
  CHECK(answers(behavior, {kSelect, kGpo, kRecord, verify("4321"), kRecord, kPin, kRecord, kGetAtc, kPin}) ==
        Answers{"9000", "9000", "6982", "63C2", "6982", "9000", "9000", "6982", "6985"});
  CHECK(answers(behavior, {kSelect, kGpo, kPin, kFirstAc, kSecondAc}) ==
        Answers{"9000", "9000", "9000", "9000", "9000"});
}

TEST_CASE("with nothing selected a command may be the first application's") {
  const std::string behavior =
      "[behavior.nothing_selected]\nread_record = \"processed\"\n"
      "get_processing_options = \"processed\"\n";
  CHECK(answers(behavior, {kRecord, kGpo, kPin, kFirstAc}) == Answers{"9000", "9000", "9000", "9000"});
}

TEST_CASE("instructions that the card does not have are answered as the file says") {
  CHECK(answers("[behavior.nothing_selected]\nother = \"6E00\"\nget_challenge = \"6985\"\n"
                "[behavior.selected]\nexternal_authenticate = \"9000\"\n",
                {"00FF0000", "0084000008", kSelect, "0082000008 0000000000000000", "00FF0000"}) ==
        Answers{"6E00", "6985", "9000", "9000", "6D00"});
}

// 6Cxx is no answer yet (EMV 4.3 Book 1, 9.3.1.2).
TEST_CASE("a T=0 card that wants the command again has not left its state") {
  Terminal terminal(with_behavior("[behavior.initiated]\nget_data = { then = \"over\" }\n"));
  terminal.cold_reset();
  for (const std::string& command : {kSelect, kGpo}) terminal.whole(command);
  CHECK(terminal.send(kGetAtc) == "6C05");
  CHECK(terminal.send(kPin) == "9000");
  CHECK(terminal.whole(kGetAtc).substr(10) == "9000");
  CHECK(terminal.send(kPin) == "6985");
}

// ---- whatever a file says

class AnyBehavior {
 public:
  explicit AnyBehavior(std::uint32_t seed) : random_(seed) {}

  std::string text() {
    std::string out = "\n[behavior]\n";
    if (chance(2)) out += "after_error = \"" + state() + "\"\n";
    for (const std::string_view name : kStates) {
      out += "[behavior." + std::string(name) + "]\n";
      const auto phase = named<Phase>(name);
      phase_ = phase ? *phase : static_cast<Phase>(below(std::size(kPhaseNames)));
      if (!phase) out += "like = \"" + std::string(name_of(phase_)) + "\"\n";
      if (chance(4)) out += "after_error = \"" + state() + "\"\n";
      for (std::size_t i = 0; i < std::size(kCommandKindNames); ++i) {
        if (chance(2)) continue;
        out += std::string(kCommandKindNames[i]) + " = " + cell(static_cast<CommandKind>(i)) + "\n";
      }
    }
    return out;
  }

 private:
  static constexpr std::string_view kStates[] = {"nothing_selected", "directory", "selected", "initiated",
                                                 "first_ac",         "over",      "one",      "two"};

  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool chance(std::size_t of) { return below(of) == 0; }
  std::string state() { return std::string(kStates[below(std::size(kStates))]); }

  std::string cell(CommandKind kind) {
    if (!can_be_processed(kind) || chance(2)) return reply(kind);
    const bool accepts = kind == CommandKind::get_processing_options && chance(2);
    return "{ right = " + reply(kind) + ", wrong = " + (accepts ? "\"accepted\"" : reply(kind)) + " }";
  }
  std::string reply(CommandKind kind) {
    const std::string answer = '"' + this->answer(kind) + '"';
    return chance(2) ? answer : "{ answer = " + answer + ", then = \"" + state() + "\" }";
  }
  std::string answer(CommandKind kind) {
    if (!can_be_processed(kind)) return chance(2) ? "9000" : "6985";
    if (chance(4) || (is_generate_ac(kind) && phase_ < Phase::initiated)) return "6985";
    if (!is_generate_ac(kind) || chance(2)) return "processed";
    if (kind == CommandKind::generate_ac_tc && chance(2)) return "tc";
    return kind != CommandKind::generate_ac_aac && phase_ < Phase::first_ac ? "arqc" : "aac";
  }

  std::mt19937 random_;
  Phase phase_ = Phase::nothing_selected;
};

TEST_CASE("no behavior makes a card give two ARQCs under one ATC, an ARQC without a PIN, or a try back") {
  std::size_t cryptograms = 0, arqcs = 0;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    const std::string_view name = seed % 2 == 0 ? kAes : kSesame;
    const Personalization card = with_behavior(AnyBehavior(seed).text(), name);
    const std::vector<ByteString> commands = sensible_commands(card.applications[0]);
    state::EphemeralStore store;
    WatchedCard watched(card, store);
    std::mt19937 random(seed);
    std::size_t step = 0;
    for (int i = 0; i < 500; ++i) {
      if (random() % 50 == 0) watched.reset();
      const bool next = random() % 2 == 0;  // of a transaction
      const ByteString& command = commands[next ? step++ % 5 : random() % commands.size()];
      const char* fault = watched.transmit(command);
      if (fault != nullptr)
        FAIL("card " << seed << ", command " << i << ", " << hex(command) << ": " << fault);
      if (command[1] != 0xAE || watched.response().size() < 12) continue;
      ++cryptograms;
      arqcs += watched.response()[5] == 0x80 ? 1U : 0U;
    }
  }
  // So that the above has been somewhere.
  CHECK(cryptograms > 1000);
  CHECK(arqcs > 20);
}

}  // namespace
}  // namespace sesame::card
