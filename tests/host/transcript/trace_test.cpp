// What `--trace` writes, and that it replays.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <string>

#include "host/transcript/trace_writer.hpp"
#include "host/transcript/tracing_slot.hpp"
#include "tests/host/transcript/support.hpp"

using namespace sesame;
using namespace sesame::transcript;
using namespace sesame::transcript::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;

namespace {

void activate(CardSlot& slot) {
  emv::ResponseBuffer atr;
  static_cast<void>(slot.activate(atr));
}

void warm_reset(CardSlot& slot) {
  emv::ResponseBuffer atr;
  static_cast<void>(slot.warm_reset(atr));
}

// The trace of a dialogue with a card that follows the script.
std::string traced(std::vector<Step> steps, const std::function<void(CardSlot&)>& dialogue,
                   std::vector<Step> resets = {Step{"", "3B00"}}) {
  const sesame::test::TemporaryFolder directory;
  ScriptedSlot card(std::move(steps), std::move(resets));
  {
    TraceWriter trace(directory.file("trace.apdu"), "test");
    TracingSlot slot(card, trace);
    dialogue(slot);
  }
  CHECK(card.at_end());
  return sesame::test::content(directory.file("trace.apdu"));
}

unsigned mode(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777u;
}

// No file of this process grows beyond `bytes` while this lives: a disk that is full.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    handler_ = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("a T=0 dialogue is recorded as whole pairs, the PIN masked") {
  const std::string trace = traced(
      {
          {"00A4040001AA00", "6104"},
          {"00C0000004", "6F0284009000"},
          {"80A800000283 0000", "6103"},
          {"00C0000003", "80016102"},
          {"00C0000002", "AABB9000"},
          {"00B2010C00", "6C05"},
          {"00B2010C05", "70035A01019000"},
          {"80CA9F1700", "6D00"},
          {"0020008008249753FFFFFFFFFF", "63C2"},
          {"0020008008241357FFFFFFFFFF", "9000"},
          {"80AE80000212 3400", "6C02"},
          {"80AE80000212 3402", "6102"},
          {"00C0000002", "6C01"},
          {"00C0000001", "779000"},
      },
      [](CardSlot& slot) {
        activate(slot);
        CHECK(ask_through(slot, "00A4040001AA00") == "6F0284009000");
        CHECK(ask_through(slot, "80A80000028300 00") == "8001AABB9000");
        CHECK(ask_through(slot, "00B2010C00") == "70035A01019000");
        CHECK(ask_through(slot, "80CA9F1700") == "6D00");
        CHECK(ask_through(slot, "0020008008249753FFFFFFFFFF") == "63C2");
        CHECK(ask_through(slot, "0020008008241357FFFFFFFFFF") == "9000");
        CHECK(ask_through(slot, "80AE800002123400") == "779000");
        slot.deactivate();
      },
      {{"", "3B67000000000000009000"}});
  CHECK(trace ==
        "# test\n"
        "atr 3B67000000000000009000\n"
        "> 00A4040001AA00\n"
        "< 6F0284009000\n"
        "> 80A8000002830000\n"
        "< 8001AABB9000\n"
        "> 00B2010C00\n"
        "< 70035A01019000\n"
        "> 80CA9F1700\n"
        "< 6D00\n"
        "> 0020008008****************\n"
        "< 63C2\n"
        "> 0020008008****************\n"
        "< 9000\n"
        "> 80AE800002123400\n"
        "< 779000\n");

  auto replayed = recorded(trace);
  CHECK(ask(replayed, "00A4040001AA00") == "6F0284009000");
  CHECK(ask(replayed, "00B2010C") == "70035A01019000");
  CHECK(ask(replayed, "0020008008249753FFFFFFFFFF") == "63C2");
  CHECK(ask(replayed, "0020008008241357FFFFFFFFFF") == "9000");
  CHECK(ask(replayed, "80AE8000021234") == "779000");
}

TEST_CASE("a PIN typed at the slot's own pinpad is recorded as any other, masked") {
  const std::string verify = "002000800820FFFFFFFFFFFFFF";
  const std::string trace = traced(
      {{verify, "63C2", SlotStatus::ok, true}, {verify, "", SlotStatus::mute, true}}, [&](CardSlot& slot) {
        emv::ResponseBuffer answer;
        CHECK(slot.verify_on_pad(bytes(verify), answer) == SlotStatus::ok);
        CHECK(hex(answer) == "63C2");
        CHECK(slot.verify_on_pad(bytes(verify), answer) == SlotStatus::mute);
      });
  CHECK_THAT(trace, Contains("> 0020008008****************\n< 63C2\n"));
  CHECK_THAT(trace, EndsWith("> 0020008008****************\n< mute\n"));
}

TEST_CASE("every answer is in the file before it is handed on") {
  const sesame::test::TemporaryFolder directory;
  ScriptedSlot card(
      {{"00A4040001AA00", "6102"}, {"00C0000002", "6F009000"}, {"0020008008249753FFFFFFFFFF", "9000"}});
  TraceWriter trace(directory.file("trace.apdu"), "test");
  TracingSlot slot(card, trace);
  const auto file = [&] { return sesame::test::content(directory.file("trace.apdu")); };
  CHECK(file() == "# test\n");
  activate(slot);
  CHECK(file() == "# test\natr 3B00\n");
  ask(slot, "00A4040001AA00");
  CHECK(file() == "# test\natr 3B00\n");  // 61xx: more to come
  ask(slot, "00C0000002");
  CHECK(file() == "# test\natr 3B00\n> 00A4040001AA00\n< 6F009000\n");
  ask(slot, "0020008008249753FFFFFFFFFF");
  CHECK_THAT(file(), EndsWith("> 0020008008****************\n< 9000\n"));
  trace.comment("the unknown tag DF3B was answered with zeros");
  CHECK_THAT(file(), EndsWith("< 9000\n# the unknown tag DF3B was answered with zeros\n"));
  CHECK(Transcript::load(directory.file("trace.apdu")).size() == 2);
}

TEST_CASE("an exchange that does not end is recorded piece by piece") {
  SECTION("as another command comes first") {
    CHECK(traced(
              {{"00A4040001AA00", "6102"}, {"00B2010C00", "6C02"}, {"00840000", "9000"}}, [](CardSlot& slot) {
                activate(slot);
                ask(slot, "00A4040001AA00");
                ask(slot, "00B2010C00");
                ask(slot, "00840000");
              }) == "# test\natr 3B00\n> 00A4040001AA00\n< 6102\n> 00B2010C00\n< 6C02\n> 00840000\n< 9000\n");
  }
  SECTION("as a reset comes first") {
    CHECK(traced({{"00A4040001AA00", "6102"}, {"00C0000002", "AA6101"}}, [](CardSlot& slot) {
            activate(slot);
            ask(slot, "00A4040001AA00");
            ask(slot, "00C0000002");
            warm_reset(slot);
          }) == "# test\natr 3B00\n> 00A4040001AA00\n< 6102\n> 00C0000002\n< AA6101\n");
  }
  SECTION("as the card is powered down, or is no longer asked") {
    const bool powered_down = GENERATE(true, false);
    CHECK(traced({{"00A4040001AA00", "6102"}}, [&](CardSlot& slot) {
            activate(slot);
            ask(slot, "00A4040001AA00");
            if (powered_down) slot.deactivate();
          }) == "# test\natr 3B00\n> 00A4040001AA00\n< 6102\n");
  }
  SECTION("as the card has no end of it, which replays the same way") {
    std::vector<Step> steps{{"00840000", "6101"}};
    for (int i = 1; i < emv::T0Exchange::kMaxExchanges; ++i) steps.push_back({"00C0000001", "AA6101"});
    const std::string trace = traced(steps, [](CardSlot& slot) {
      activate(slot);
      CHECK(ask_through(slot, "00840000") == "61xx or 6Cxx again and again");
    });
    auto replayed = recorded(trace);
    CHECK(ask_through(replayed, "00840000") == "61xx or 6Cxx again and again");
  }
  SECTION("as the answer is longer than a transcript can have") {
    const std::string half = repeated("AA", 200);
    const std::string trace =
        traced({{"00840000", half + "61C8"}, {"00C00000C8", half + "9000"}}, [](CardSlot& slot) {
          activate(slot);
          CHECK(ask_through(slot, "00840000") == "more data than an answer can have");
        });
    auto replayed = recorded(trace);
    CHECK(ask_through(replayed, "00840000") == "more data than an answer can have");
  }
}

TEST_CASE("6Cxx to a command without Le is its answer") {
  CHECK(traced({{"0020008008249753FFFFFFFFFF", "6C00"}, {"00B2010C", "6C05"}, {"00B2010C05", "9000"}},
               [](CardSlot& slot) {
                 activate(slot);
                 ask(slot, "0020008008249753FFFFFFFFFF");
                 ask(slot, "00B2010C");
                 ask(slot, "00B2010C05");
               }) ==
        "# test\natr 3B00\n> 0020008008****************\n< 6C00\n> 00B2010C\n< 6C05\n> 00B2010C05\n< "
        "9000\n");
}

TEST_CASE("silence is recorded as silence, and a card pulled out is a comment") {
  const std::string trace = traced({{"00A4040001AA00", "6102"},
                                    {"00C0000002", "", SlotStatus::mute},
                                    {"0020008008249753FFFFFFFFFF", "", SlotStatus::removed},
                                    {"00840000", "AABBCC", SlotStatus::garbled},
                                    {"00840000", "9000"},
                                    {"00B2", "", SlotStatus::mute}},
                                   [](CardSlot& slot) {
                                     activate(slot);
                                     warm_reset(slot);
                                     ask(slot, "00A4040001AA00");
                                     ask(slot, "00C0000002");
                                     ask(slot, "0020008008249753FFFFFFFFFF");
                                     ask(slot, "00840000");
                                     ask(slot, "00840000");
                                     ask(slot, "00B2");
                                   },
                                   {{"", "", SlotStatus::mute}, {"", "3B00"}});
  CHECK(trace ==
        "# test\n"
        "# cold reset: no answer\n"
        "atr 3B00\n"
        "> 00A4040001AA00\n"
        "< 6102\n"
        "> 00C0000002\n"
        "< mute\n"
        "# > 0020008008****************: the card is gone\n"
        "> 00840000\n"
        "< garbled\n"
        "> 00840000\n"
        "< 9000\n"
        "# > 00B2: no answer\n");
  auto replayed = recorded(trace);
  emv::ResponseBuffer answer;
  CHECK(replayed.transmit(bytes("00A4040001AA00"), answer) == SlotStatus::ok);
  CHECK(replayed.transmit(bytes("00C0000002"), answer) == SlotStatus::mute);
  CHECK(answer.empty());
  CHECK(replayed.transmit(bytes("00840000"), answer) == SlotStatus::garbled);
  CHECK(replayed.transmit(bytes("00840000"), answer) == SlotStatus::ok);
  CHECK(hex(answer) == "9000");
}

TEST_CASE("what is no APDU is a comment, and a PIN in it is masked") {
  CHECK(traced({{"00B2", "6700"},
                {"0020008008249753", "6700"},
                {"00840000", "90"},
                {"80AE" + repeated("00", 260), "6700"},
                {"00840000", "9000"}},
               [](CardSlot& slot) {
                 activate(slot);
                 ask(slot, "00B2");
                 ask(slot, "0020008008249753");
                 ask(slot, "00840000");
                 ask(slot, "80AE" + repeated("00", 260));
                 ask(slot, "00840000");
               }) ==
        "# test\natr 3B00\n"
        "# > 00B2\n# < 6700\n"
        "# > 00200080********\n# < 6700\n"
        "# > 00840000\n# < 90\n"
        "# > 80AE" +
            repeated("00", 260) +
            "\n# < 6700\n"
            "> 00840000\n< 9000\n");
}

TEST_CASE("the first ATR is the transcript's, others are comments") {
  const std::string long_atr = repeated("00", 34);
  CHECK(traced({},
               [](CardSlot& slot) {
                 for (int i = 0; i < 6; ++i) activate(slot);
               },
               {{"", ""}, {"", "3F65"}, {"", "3F65"}, {"", "3B00"}, {"", "3F65"}, {"", long_atr}}) ==
        "# test\n# no ATR: \natr 3F65\n# then another ATR: 3B00\n# no ATR: " + long_atr + "\n");
}

TEST_CASE("a comment stays a comment, whatever is in it") {
  const sesame::test::TemporaryFolder directory;
  TraceWriter trace(directory.file("trace.apdu"), "caf\xC3\xA9\n> 00B2\r\x1B[31m");
  trace.comment("");
  CHECK(sesame::test::content(directory.file("trace.apdu")) == "# caf\xC3\xA9\n# > 00B2??[31m\n# \n");
}

TEST_CASE("a trace is for its owner alone, and replaces what was there") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("trace.apdu");
  { TraceWriter trace(path, "first, and longer"); }
  CHECK(mode(path) == 0600);
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  { TraceWriter trace(path, "second"); }
  CHECK(sesame::test::content(path) == "# second\n");
  CHECK(mode(path) == 0600);
}

TEST_CASE("a trace that cannot be written is an error of the environment") {
  const sesame::test::TemporaryFolder directory;
  const auto write = [](const std::string& path) {
    return outcome([&] { TraceWriter trace(path, "test"); });
  };
  CHECK(write("/dev/full") == "environment /dev/full: cannot be written: No space left on device");
  CHECK(write("/dev/null") == "ok");
  CHECK(write(directory.file("")) ==
        "environment " + (directory.file("")) + ": cannot be written: Is a directory");
  CHECK(write(directory.file("none/trace.apdu")) == "environment " + (directory.file("none/trace.apdu")) +
                                                        ": cannot be written: No such file or directory");
}

TEST_CASE("a disk that fills up ends the dialogue, and leaves whole pairs") {
  const std::string first = "# test\natr 3B00\n> 00840000\n< AABB9000\n";
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("trace.apdu");
  std::string result;
  for (std::size_t room = 0; room < 24; ++room) {
    ScriptedSlot card({Step{"00840000", "AABB9000"}, Step{"00B2010C00", "70009000"}});
    TraceWriter trace(path, "test");
    TracingSlot slot(card, trace);
    activate(slot);
    ask(slot, "00840000");
    {
      const SmallDisk disk(first.size() + room);
      result = ask(slot, "00B2010C00");
    }
    CHECK(result == "environment " + path + ": cannot be written: File too large");
    CHECK(sesame::test::content(path) == first);
    trace.comment("there is room again");
    CHECK(sesame::test::content(path) == first + "# there is room again\n");
  }
  CHECK(std::string("> 00B2010C00\n< 70009000\n").size() == 24);
}

TEST_CASE("a trace of a replayed transcript replays, again and again") {
  const std::string name = GENERATE(as<std::string>{}, "cap_be.apdu", "visa_dpa_fr.apdu");
  const sesame::test::TemporaryFolder directory;
  std::string path = shipped(name);
  std::string before;
  for (const char* next : {"1.apdu", "2.apdu", "3.apdu"}) {
    TranscriptSlot card(std::make_shared<const Transcript>(Transcript::load(path)));
    path = directory.file(next);
    TraceWriter trace(path, "replayed");
    TracingSlot slot(card, trace);
    activate(slot);
    std::istringstream lines(sesame::test::content(shipped(name)));
    for (std::string line; std::getline(lines, line);) {
      if (line[0] == '>') CHECK(ask(slot, line.substr(2)).size() >= 4);
    }
    const std::string text = sesame::test::content(path);
    CHECK_THAT(text, Contains("> 0020008008****************\n< 9000\n"));
    CHECK((before.empty() || text == before));
    before = text;
  }
}

TEST_CASE("a PIN is in no trace and in no message") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("trace.apdu");
  const std::string commands[] = {"0020008008249753FFFFFFFFFF", "0020008008249753FFFFFFFFFF00",
                                  "002000800439373533",         "00200080029753",
                                  "0020008808259753",           "0020008000249753FFFFFFFFFF",
                                  "0024000008249753FFFFFFFFFF", "00240000089753111122229753",
                                  "8024000008249753FFFFFFFFFF", "002C000008249753FFFFFFFFFF",
                                  "0C20008008249753FFFFFFFFFF", "0026008008249753FFFFFFFFFF"};
  std::string seen;
  TraceWriter trace(path, "test");
  for (const std::string& command : commands) {
    auto unknown = recorded("> 00840000\n< 9000\n");
    TracingSlot refusing(unknown, trace);
    seen += ask(refusing, command) + "\n";
    ScriptedSlot card(
        {{command, "6101"}, {command, "6C08"}, {command, "9000"}, {command, "", SlotStatus::mute}});
    TracingSlot slot(card, trace);
    for (int i = 0; i < 4; ++i) seen += ask(slot, command) + "\n";
  }
  seen += sesame::test::content(path);
  CHECK(seen.size() > 2000);
  CHECK(seen.find("9753") == std::string::npos);
  CHECK(seen.find("39373533") == std::string::npos);
  CHECK(outcome([&] { Transcript::load(path); }) == "ok");
}

TEST_CASE("the card is powered down, and what it cannot do is passed on") {
  const sesame::test::TemporaryFolder directory;
  TraceWriter trace(directory.file("trace.apdu"), "test");
  ScriptedSlot card(std::vector<Step>{});
  {
    TracingSlot slot(card, trace);
    slot.deactivate();
  }
  CHECK(card.deactivations() == 1);
  auto unknown = recorded("> 00840000\n< 9000\n");
  TracingSlot slot(unknown, trace);
  CHECK_THAT(ask(slot, "00B2010C00"),
             Contains("invalid READ RECORD 1, SFI 1 (00B2010C00) is not in card.apdu"));
  CHECK(ask(slot, "00840000") == "9000");
}
