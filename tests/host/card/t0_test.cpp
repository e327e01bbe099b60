// A T=0 card at the level of its answers: EMV 4.3 Book 1, 9.3.1.1 and annex A.
#include <catch2/catch.hpp>

#include "tests/host/card/fixture.hpp"

namespace sesame::card {
namespace {

using namespace test;

std::string get_response(std::string_view le) { return "00C00000" + std::string(le); }

TEST_CASE("a command with data is answered 61xx, and GET RESPONSE fetches the answer") {
  Terminal t1(personalization());
  Terminal t0(personalization(Protocol::t0));
  const std::string command = GENERATE(select(kCap), std::string("00A4040007A0000000048002"));
  const std::string whole = t1.send(command);
  const std::string length = two_digits(whole.size() / 2 - 2);
  CHECK(t0.send(command) == "61" + length);
  CHECK(t0.send(get_response(length)) == whole);
}

TEST_CASE("an answer may be fetched in pieces") {
  Terminal t0(personalization(Protocol::t0));
  const std::string fci = Terminal(personalization()).data(select(kCap));
  const std::size_t size = fci.size() / 2;
  REQUIRE(size == 0x2E);
  CHECK(t0.send(select(kCap)) == "612E");
  CHECK(t0.send(get_response("10")) == fci.substr(0, 0x20) + "611E");
  CHECK(t0.send(get_response("01")) == fci.substr(0x20, 2) + "611D");
  CHECK(t0.send(get_response("1D")) == fci.substr(0x22) + "9000");
  CHECK(t0.send(get_response("1D")) == "6985");
}

TEST_CASE("GET RESPONSE with a wrong length is told the right one, and loses nothing") {
  Terminal t0(personalization(Protocol::t0));
  const std::string whole = Terminal(personalization()).send(select(kCap));
  CHECK(t0.send(select(kCap)) == "612E");
  const std::string wrong =
      GENERATE(get_response("2F"), get_response("FF"), get_response("00"), get_response(""));
  CAPTURE(wrong);
  CHECK(t0.send(wrong) == "6C2E");
  CHECK(t0.send(get_response("2E")) == whole);
}

TEST_CASE("GET RESPONSE without anything waiting is 6985") {
  Terminal t0(personalization(Protocol::t0));
  SECTION("after a reset") {
    t0.send(select(kCap));
    t0.warm_reset();
  }
  SECTION("before any command") {}
  SECTION("after it was fetched") { t0.whole(select(kCap)); }
  SECTION("after another command") {
    t0.send(select(kCap));
    CHECK(t0.send(kGetAtc) == "6985");
  }
  SECTION("after what was no command") {
    t0.send(select(kCap));
    CHECK(t0.send("00A4") == "6700");
  }
  CHECK(t0.send(get_response("2E")) == "6985");
}

TEST_CASE("GET RESPONSE has no parameters") {
  const char* command = GENERATE("00C001002E", "00C000012E");
  Terminal t0(personalization(Protocol::t0));
  t0.send(select(kCap));
  CHECK(t0.send(command) == "6A86");
  CHECK(t0.send(get_response("2E")).size() == 2 * 0x30);
}

TEST_CASE("GET RESPONSE of another class is not known") {
  Terminal t0(personalization(Protocol::t0));
  t0.send(select(kCap));
  CHECK(t0.send("80C000002E") == "6D00");
  CHECK(t0.send("01C000002E") == "6E00");
}

TEST_CASE("a command without data is answered where Le is right, and else told what is right") {
  Terminal t0(personalization(Protocol::t0));
  t0.whole(select(kCap));
  t0.whole(kGpo);
  struct Row {
    const char* command;
    const char* answer;
  };
  const auto row = GENERATE(values<Row>({
      {"80CA9F3600", "6C05"},
      {"80CA9F3604", "6C05"},
      {"80CA9F3606", "6C05"},
      {"80CA9F36", "6C05"},
      {"80CA9F3605", "9F360200019000"},
      {"80CA9F1704", "9F1701039000"},
      {"00B2051C00", "6C1B"},
      {"00B2051C1B", "70199F5501009F561200001F00000000000FFFFF000000000080009000"},
      {"00B2061C00", "6A83"},  // an error needs no length
      {"80CA9F5500", "6A88"},
  }));
  CAPTURE(row.command);
  CHECK(t0.send(row.command) == row.answer);
}

TEST_CASE("an answer without data comes at once") {
  Terminal t0(personalization(Protocol::t0));
  CHECK(t0.send(select(kMastercard)) == "6A82");
  t0.whole(select(kCap));
  t0.whole(kGpo);
  CHECK(t0.send(verify("4321")) == "63C2");
  CHECK(t0.send(verify("1234")) == "9000");
}

TEST_CASE("a whole transaction gives the same over T=0 and T=1") {
  const auto format = GENERATE(AnswerFormat::format1, AnswerFormat::format2);
  Personalization zero = personalization(Protocol::t0), one = personalization(Protocol::t1);
  zero.applications[0].answer_format = one.applications[0].answer_format = format;
  Terminal t0(std::move(zero)), t1(std::move(one));
  for (const std::string& command : {kSelectPse, read_record(1, 1), select(kCap), kGpo, read_record(1, 1),
                                     read_record(1, 2), read_record(3, 5), kGetTries, verify("1111"),
                                     verify("1234"), kFirstAc, kSecondAc, kSecondAc, select(kMastercard)}) {
    CAPTURE(command);
    CHECK(t0.whole(command) == t1.send(command));
  }
}

// Template 70, its length in one to three bytes, tag 5F20.
TEST_CASE("a record may have up to 256 bytes") {
  const std::size_t content = GENERATE(1u, 120u, 121u, 128u, 248u, 249u);
  CAPTURE(content);
  const auto card = [&](Protocol protocol) {
    Personalization made = personalization(protocol);
    made.applications[0].records = {{1, 1, {tag::cardholder_name}}};
    made.applications[0].data[tag::cardholder_name] = ByteString(content, 0x41);
    return made;
  };
  Terminal t0(card(Protocol::t0)), t1(card(Protocol::t1));
  t0.whole(select(kCap));
  t0.whole(kGpo);
  t1.go_to(Stage::initiated);
  const std::string whole = t1.send(read_record(1, 1));
  CHECK(whole.size() / 2 <= emv::kMaxResponse);
  if (content == 249) CHECK(whole.size() / 2 == emv::kMaxResponse);
  CHECK(t0.whole(read_record(1, 1)) == whole);
  const std::string le = two_digits(whole.size() / 2 - 2);
  if (le != "00") CHECK(t0.send("00B2010C00") == "6C" + le);
  CHECK(t0.send("00B2010C" + le) == whole);
}

// An FCI of 256 bytes: 00 stands for that many, in 61xx, in 6Cxx and in Le.
TEST_CASE("an answer of 256 bytes is announced as 00") {
  Personalization card = personalization(Protocol::t0);
  card.applications[0].discretionary = {tag::cardholder_name};
  card.applications[0].data[tag::cardholder_name] = ByteString(256 - 49, 0x41);
  Terminal t0(std::move(card));
  REQUIRE(t0.send(select(kCap)) == "6100");
  CHECK(t0.send(get_response("")) == "6C00");
  SECTION("whole") { CHECK(t0.send(get_response("00")).size() / 2 == emv::kMaxResponse); }
  SECTION("in pieces") {
    CHECK(t0.send(get_response("01")) == "6F61FF");
    CHECK(t0.send(get_response("FE")).substr(2 * 0xFE) == "6101");
    CHECK(t0.send(get_response("01")) == "419000");
  }
}

TEST_CASE("a T=1 card never answers 61xx or 6Cxx") {
  Terminal t1(personalization());
  for (const std::string& command :
       {select(kCap), kGpo, read_record(1, 1), std::string("00B2010C01"), kGetAtc, std::string("80CA9F3601"),
        verify("1234"), kFirstAc, kSecondAc}) {
    CAPTURE(command);
    CHECK(t1.sw(command) == "9000");
  }
}

}  // namespace
}  // namespace sesame::card
