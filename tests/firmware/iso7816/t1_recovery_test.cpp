// The block protocol T=1 where something goes wrong: the rules of ISO 7816-3:2006, 11.6.3, in situations like
// those of its annex A.
#include <catch2/catch.hpp>

#include "tests/firmware/iso7816/blocks.hpp"

using namespace sesame;
using namespace sesame::iso7816;
using namespace sesame::test;

namespace {

std::string many(std::string_view hex, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += hex;
  return result;
}

// At the moment when the card has the first command.
struct Asked : T1Tester {
  Asked() {
    first(kCommand);
    hears(i_block(0, false, kCommand));
  }
};

// A command of three blocks, of which the first is out.
struct Chained : T1Tester {
  Chained() : T1Tester(with_tck("80 81 31 0A 48")) {
    first(command());
    hears(i_block(0, true, part(0)));
  }
  static std::string command() { return "00DA000014101112131415161718191A1B1C1D1E1F20212223"; }
  static std::string part(int which) { return command().substr(static_cast<std::size_t>(which) * 20, 20); }
};

}  // namespace

TEST_CASE("an answer with a flaw is asked for again, once the line is quiet") {
  struct Row {
    const char* what;
    std::string answer;
    int flaw;
  };
  const Row row = GENERATE(values<Row>({
      {"a wrong LRC", spoiled(i_block(0, false, "9000")), 1},
      {"a wrong LRC, and more after it", spoiled(i_block(0, false, "9000")) + "1234", 1},
      {"the sequence number of the block before", i_block(1, false, "9000"), 2},
      {"an NAD", "10 00 02 90 00 82", 2},
      {"a length beyond all lengths", i_block(0, false, many("90", 255)), 2},
      {"a block that breaks off", "00 00 04 90 00", 2},
      {"an I-block with reserved bits", block(0x04, "9000"), 2},
      {"an R-block with reserved bits", block(0x84), 2},
      {"an R-block with information", block(0x80, "00"), 2},
      {"an S-block with reserved bits", block(0xC7), 2},
      {"an S-block of an unknown kind", block(0xC5), 2},
      {"an S-response that was not asked for", s_response("IFS", "FE"), 2},
      {"a RESYNCH, which is not the card's to ask for", s_request("RESYNCH"), 2},
      {"a WTX of nothing", s_request("WTX", "00"), 2},
      {"a WTX without a value", s_request("WTX"), 2},
      {"an IFS of 0", s_request("IFS", "00"), 2},
      {"an IFS of 255", s_request("IFS", "FF"), 2},
      {"an IFS of two bytes", s_request("IFS", "0010"), 2},
      {"an ABORT with information", s_request("ABORT", "00"), 2},
  }));
  INFO(row.what);
  Asked tester;
  tester.says_badly(row.answer);
  tester.hears(r_block(0, row.flaw));
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("a wrong parity anywhere in a block spoils it") {
  const ByteVector answer = bytes(i_block(0, false, "9000"));
  for (std::size_t wrong = 0; wrong < answer.size(); ++wrong) {
    Asked tester;
    for (std::size_t i = 0; i < answer.size(); ++i) tester.says_one(answer[i], i != wrong);
    CHECK(tester.silence() == T1Tester::kCwt + 1 + Link::kSlack);
    tester.hears(r_block(0, 1));
    tester.says(hex(answer));
    CHECK(tester.outcome() == "9000");
  }
}

TEST_CASE("what a bad block brought is not part of the answer") {
  Asked tester;
  tester.says(i_block(0, true, "1111"));
  tester.hears(r_block(1));
  tester.says_badly(spoiled(i_block(1, false, "22229000")));
  tester.hears(r_block(1, 1));
  tester.says(i_block(1, false, "22229000"));
  CHECK(tester.outcome() == "111122229000");
}

TEST_CASE("a bad block that would not fit is only a bad block") {
  Asked tester;
  const std::string long_part = many("77", 254);
  tester.says(i_block(0, true, long_part));
  tester.hears(r_block(1));
  tester.says_badly(spoiled(i_block(1, false, long_part)));
  tester.hears(r_block(1, 1));
  tester.says(i_block(1, false, "9000"));
  CHECK(tester.outcome() == long_part + "9000");
}

TEST_CASE("a command that the card did not get is sent again, as the card asks for it") {
  Asked tester;
  SECTION("at once") { tester.says(r_block(0, 1)); }
  SECTION("after a silence") {
    tester.never_answers();
    tester.hears(r_block(0, 2));
    tester.says(r_block(0, 2));
  }
  SECTION("after an answer that was bad as well") {
    tester.says_badly(spoiled(r_block(0, 1)));
    tester.hears(r_block(0, 1));
    tester.says(r_block(0, 1));
  }
  tester.hears(i_block(0, false, kCommand));
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("an answer that was lost is asked for again, and the command is not") {
  Asked tester;
  tester.never_answers();
  tester.hears(r_block(0, 2));
  SECTION("and comes") {}
  SECTION("and the card did not get the question") {
    tester.says(r_block(1, 1));  // it has the command, and waits for the next
    tester.hears(r_block(0, 2));
  }
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("a chain to the card goes on where it was broken") {
  Chained tester;
  SECTION("the card did not get the first block") {
    tester.says(r_block(0, 1));
    tester.hears(i_block(0, true, Chained::part(0)));
    tester.says(r_block(1));
  }
  SECTION("the card's acknowledgement was bad") {
    tester.says_badly(spoiled(r_block(1)));
    tester.hears(r_block(0, 1));
    tester.says(r_block(1));
  }
  SECTION("the card's acknowledgement was lost") {
    tester.never_answers();
    tester.hears(r_block(0, 2));
    tester.says(r_block(1));
  }
  SECTION("the card answers before it has all") {
    tester.says_badly(i_block(0, false, "6700"));
    tester.hears(r_block(0, 2));
    tester.says(r_block(1));
  }
  tester.hears(i_block(1, true, Chained::part(1)));
  tester.says(r_block(1, 1));
  tester.hears(i_block(1, true, Chained::part(1)));
  tester.says(r_block(0));
  tester.hears(i_block(0, false, Chained::part(2)));
  tester.says(r_block(0, 2));
  tester.hears(i_block(0, false, Chained::part(2)));
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("a block is sent again as it was, though the card has changed the length of its blocks") {
  Chained tester;
  tester.says(s_request("IFS", "20"));
  tester.hears(s_response("IFS", "20"));
  tester.says(r_block(0, 1));
  tester.hears(i_block(0, true, Chained::part(0)));
  tester.says(r_block(1));
  tester.hears(i_block(1, false, Chained::part(1) + Chained::part(2)));
}

TEST_CASE("a chain from the card goes on where it was broken") {
  Asked tester;
  tester.says(i_block(0, true, "1111"));
  tester.hears(r_block(1));
  SECTION("the card did not get the acknowledgement") {
    tester.says(r_block(1, 1));
    tester.hears(r_block(1, 2));
  }
  SECTION("the card's next block was lost") {
    tester.never_answers();
    tester.hears(r_block(1, 2));
  }
  SECTION("the card sends the block before again") {
    tester.says_badly(i_block(0, true, "1111"));
    tester.hears(r_block(1, 2));
  }
  tester.says(i_block(1, false, "9000"));
  CHECK(tester.outcome() == "11119000");
}

TEST_CASE("S(IFS request) is sent again until the card has answered it") {
  T1Tester tester;
  tester.transmit(kCommand);
  tester.hears(s_request("IFS", "FE"));
  SECTION("the card did not get it") { tester.says(r_block(0, 1)); }
  SECTION("its answer was bad") { tester.says_badly(spoiled(s_response("IFS", "FE"))); }
  SECTION("its answer was lost") { tester.never_answers(); }
  SECTION("its answer names another length") { tester.says_badly(s_response("IFS", "80")); }
  SECTION("it sends a block of information") { tester.says_badly(i_block(0, false, "9000")); }
  tester.hears(s_request("IFS", "FE"));
  tester.says(s_response("IFS", "FE"));
  tester.hears(i_block(0, false, kCommand));
}

TEST_CASE("an S-response that the card did not get is asked for again by the card") {
  Asked tester;
  tester.says(s_request("WTX", "02"));
  tester.hears(s_response("WTX", "02"));
  tester.says(s_request("WTX", "02"));
  tester.hears(s_response("WTX", "02"));
  SECTION("and what follows may be bad") {
    tester.says_badly(spoiled(i_block(0, false, "9000")));
    tester.hears(r_block(0, 1));
  }
  SECTION("or not") {}
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("errors are counted from the last block that was good") {
  Asked tester;
  for (int block = 0; block < 4; ++block) {
    for (int i = 0; i < T1::kMaxRepeats; ++i) {
      tester.says_badly(spoiled(i_block(block % 2, true, "11")));
      tester.hears(r_block(block % 2, 1));
    }
    tester.says(i_block(block % 2, true, "11"));
    tester.hears(r_block((block + 1) % 2));
  }
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "111111119000");
}

TEST_CASE("an acknowledgement is a good block, too") {
  Chained tester;
  for (int part = 0; part < 3; ++part) {
    const bool more = part < 2;
    if (part > 0) tester.hears(i_block(part % 2, more, Chained::part(part)));
    for (int i = 0; i < T1::kMaxRepeats; ++i) {
      tester.says(r_block(part % 2, 1));
      tester.hears(i_block(part % 2, more, Chained::part(part)));
    }
    if (more) tester.says(r_block((part + 1) % 2));
  }
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("resynchronized, blocks have the length of the answer to reset again") {
  Chained tester;
  tester.says(s_request("IFS", "05"));
  tester.hears(s_response("IFS", "05"));
  for (int i = 0; i < T1::kMaxRepeats; ++i) {
    tester.says(r_block(0, 1));
    tester.hears(i_block(0, true, Chained::part(0)));
  }
  tester.says(r_block(0, 1));
  tester.hears(s_request("RESYNCH"));
  tester.says(s_response("RESYNCH"));
  tester.hears(i_block(0, true, Chained::part(0)));
}

TEST_CASE("a card that may have acted on a command is not sent it a second time") {
  Asked tester;
  SECTION("it is silent") {
    for (int i = 0; i < T1::kMaxRepeats; ++i) {
      tester.never_answers();
      tester.hears(r_block(0, 2));
    }
    tester.never_answers();
    CHECK(tester.outcome() == kMute);
  }
  SECTION("its answers are bad") {
    for (int i = 0; i < T1::kMaxRepeats; ++i) {
      tester.says_badly(spoiled(i_block(0, false, "9000")));
      tester.hears(r_block(0, 1));
    }
    tester.says_badly(spoiled(i_block(0, false, "9000")));
    CHECK(tester.outcome() == kProtocol);
  }
  tester.transmit(kCommand);
  CHECK(tester.outcome() == kMute);
}

TEST_CASE(
    "a card that cannot have acted on the command is resynchronized, and sent it from its first block") {
  Chained tester;
  tester.says(r_block(1));
  for (int i = 0; i < T1::kMaxRepeats; ++i) {
    tester.hears(i_block(1, true, Chained::part(1)));
    tester.says(r_block(1, 1));
  }
  tester.hears(i_block(1, true, Chained::part(1)));
  tester.says(r_block(1, 1));
  tester.hears("00 C0 00 C0");

  SECTION("at the first attempt") { tester.says("00 E0 00 E0"); }
  SECTION("at the third, with all that can go wrong") {
    tester.never_answers();
    tester.hears(s_request("RESYNCH"));
    tester.says_badly(r_block(0));
    tester.hears(s_request("RESYNCH"));
    tester.says(s_response("RESYNCH"));
  }
  SECTION("or never") {
    tester.never_answers();
    tester.hears(s_request("RESYNCH"));
    tester.says_badly(s_request("WTX", "01"));
    tester.hears(s_request("RESYNCH"));
    SECTION("a silent card") {
      tester.never_answers();
      CHECK(tester.outcome() == kMute);
    }
    SECTION("a confused one") {
      tester.says_badly(s_response("RESYNCH", "00"));
      CHECK(tester.outcome() == kProtocol);
    }
    return;
  }
  tester.hears(i_block(0, true, Chained::part(0)));
  tester.says(r_block(1));
  tester.hears(i_block(1, true, Chained::part(1)));
  tester.says(r_block(0));
  tester.hears(i_block(0, false, Chained::part(2)));
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("a card that asks again and again for the command is resynchronized, once") {
  Asked tester;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < T1::kMaxRepeats; ++i) {
      tester.says(r_block(0, 1));
      tester.hears(i_block(0, false, kCommand));
    }
    tester.says(r_block(0, 1));
    if (round == 1) break;
    tester.hears(s_request("RESYNCH"));
    tester.says(s_response("RESYNCH"));
    tester.hears(i_block(0, false, kCommand));
  }
  CHECK(tester.outcome() == kProtocol);
}

TEST_CASE("a card that does not know S(IFS request) is resynchronized, and then spoken to without") {
  T1Tester tester;
  tester.transmit(kCommand);
  for (int i = 0; i <= T1::kMaxRepeats; ++i) {
    tester.hears(s_request("IFS", "FE"));
    tester.says(r_block(0, 2));
  }
  tester.hears(s_request("RESYNCH"));
  tester.says(s_response("RESYNCH"));
  tester.hears(i_block(0, false, kCommand));
  tester.says(i_block(0, false, "9000"));
  CHECK(tester.outcome() == "9000");
}

TEST_CASE("a line that is never quiet does not keep the reader forever") {
  Asked tester;
  int count = 0;
  while (!tester.link.outcome()) {
    tester.link.received(0xA5, true, tester.now);
    REQUIRE(++count <= Link::kMostCharacters + 1);
  }
  CHECK(tester.outcome() == kProtocol);
}
