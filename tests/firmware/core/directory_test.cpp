#include "firmware/core/emv/directory.hpp"

#include <catch2/catch.hpp>

#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::emv;
using test::bytes;
using test::ByteVector;
using test::hex;
using test::text;
using test::tlv;

namespace {

const std::string kSelectPse = "00A404000E315041592E5359532E444446303100";

std::string application(const char* aid, const char* label, const char* priority) {
  return tlv("61", tlv("4F", aid) + tlv("50", label) + tlv("87", priority));
}

// The answers to SELECT and to READ RECORD 1, 2, …; behind the last, 6A83. Returns the commands.
std::vector<std::string> list(Directory& directory, const std::vector<std::string>& answers) {
  std::vector<std::string> commands;
  directory.start();
  while (directory.pending()) {
    commands.push_back(hex(directory.command()));
    const std::size_t i = commands.size() - 1;
    const ByteVector answer = bytes(i < answers.size() ? answers[i] : "6A83");
    REQUIRE(commands.size() <= 300);
    directory.answer(*parse_response(answer));
  }
  return commands;
}

const std::string kFci =
    tlv("6F", tlv("84", "315041592E5359532E4444463031") + tlv("A5", tlv("88", "01"))) + "9000";

}  // namespace

TEST_CASE("the payment system environment lists its applications, record by record") {
  Directory directory;
  const auto commands = list(directory, {kFci,
                                         tlv("70", application("A0000000421010", "4342", "01") +
                                                       application("A0000000031010", "56495341", "02")) +
                                             "9000",
                                         tlv("70", tlv("61", tlv("4F", "A0000000038002"))) + "9000"});
  CHECK(commands == std::vector<std::string>{kSelectPse, "00B2010C00", "00B2020C00", "00B2030C00"});
  REQUIRE(directory.entries().size() == 3);
  CHECK(hex(directory.entries()[0].aid) == "A0000000421010");
  CHECK(hex(directory.entries()[0].label) == "4342");
  CHECK(directory.entries()[0].priority == 1);
  CHECK(hex(directory.entries()[1].aid) == "A0000000031010");
  CHECK(hex(directory.entries()[2].aid) == "A0000000038002");
  CHECK(directory.entries()[2].label.empty());
  CHECK_FALSE(directory.entries()[2].priority);
}

TEST_CASE("the SFI of the directory file goes into READ RECORD") {
  Directory directory;
  const auto commands = list(directory, {tlv("6F", tlv("A5", tlv("88", "0A"))) + "9000"});
  CHECK(commands == std::vector<std::string>{kSelectPse, "00B2015400"});
}

TEST_CASE("a card without a directory lists nothing") {
  for (const std::string& answer :
       {std::string("6A82"), std::string("6283"), std::string("9000"),
        tlv("6F", tlv("A5", tlv("88", "00"))) + "9000", tlv("6F", tlv("A5", tlv("88", "0B"))) + "9000",
        tlv("6F", tlv("A5", tlv("50", "41"))) + "9000", std::string("6F059000")}) {
    CAPTURE(answer);
    Directory directory;
    CHECK(list(directory, {answer}).size() == 1);
    CHECK(directory.entries().empty());
  }
}

TEST_CASE("a record that is none ends the list, and what was found stays") {
  const std::string good = tlv("70", application("A0000000421010", "4342", "01")) + "9000";
  for (const char* bad : {"9000", "70056102", "77009000", "70036102009000", "6A82", "6981"}) {
    CAPTURE(bad);
    Directory directory;
    const auto commands = list(directory, {kFci, good, bad, good});
    CHECK(commands.size() == 3);
    CHECK(directory.entries().size() == 1);
  }
}

TEST_CASE("an application without an AID of 5 to 16 bytes is passed over") {
  Directory directory;
  list(directory,
       {kFci, tlv("70", tlv("61", tlv("50", "41")) + tlv("61", tlv("4F", "A0000000")) +
                            tlv("61", tlv("4F", "A0000000031010A0000000031010A00000")) +
                            tlv("73", tlv("4F", "A0000000031010")) + tlv("61", tlv("4F", "A000000003"))) +
                  "9000"});
  REQUIRE(directory.entries().size() == 1);
  CHECK(hex(directory.entries()[0].aid) == "A000000003");
}

TEST_CASE("a label that is too long is left out, and so is a priority of two bytes") {
  Directory directory;
  list(directory,
       {kFci, tlv("70", application("A000000003", "4141414141414141414141414141414141", "0102")) + "9000"});
  REQUIRE(directory.entries().size() == 1);
  CHECK(directory.entries()[0].label.empty());
  CHECK_FALSE(directory.entries()[0].priority);
}

TEST_CASE("a directory without end is listed up to sixteen applications, or 255 records") {
  const std::string one = tlv("70", application("A000000003", "41", "01")) + "9000";
  Directory full;
  const auto until_full = list(full, [&] {
    std::vector<std::string> answers(400, one);
    answers[0] = kFci;
    return answers;
  }());
  CHECK(full.entries().size() == Directory::kMaxEntries);
  CHECK(until_full.size() == 1 + Directory::kMaxEntries + 1);

  Directory empty;
  const auto until_the_last = list(empty, [&] {
    std::vector<std::string> answers(400, "70009000");
    answers[0] = kFci;
    return answers;
  }());
  CHECK(until_the_last.size() == 1 + 255);
  CHECK(until_the_last.back() == "00B2FF0C00");
}

TEST_CASE("a listing can be started again, behind its end or in the midst of it") {
  Directory directory;
  const std::string one = tlv("70", application("A000000003", "41", "01")) + "9000";
  for (int round = 0; round < 2; ++round) {
    CHECK(list(directory, {kFci, one}).size() == 3);
    CHECK(directory.entries().size() == 1);
  }
  directory.start();
  CHECK(list(directory, {"6A82"}) == std::vector<std::string>{kSelectPse});
  CHECK(directory.entries().empty());
}

TEST_CASE("a directory that is blocked is not read") {
  Directory directory;
  const std::string blocked = kFci.substr(0, kFci.size() - 4) + "6283";
  CHECK(list(directory, {blocked}).size() == 1);
  const std::string one = tlv("70", application("A000000003", "41", "01"));
  CHECK(list(directory, {kFci, one + "6283", one + "9000"}).size() == 2);
  CHECK(directory.entries().empty());
}
