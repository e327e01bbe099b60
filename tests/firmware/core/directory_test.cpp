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

// The answers to SELECT and to READ RECORD 1, 2, …; after the last, 6A83. Returns the commands.
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

std::string fci(const std::string& proprietary) {
  return tlv("6F", tlv("84", "315041592E5359532E4444463031") + tlv("A5", proprietary)) + "9000";
}
const std::string kFci = fci(tlv("88", "01"));

// The names of the entries, in their order.
std::vector<std::string> names(const Directory& directory) {
  std::vector<std::string> all;
  for (const DirectoryEntry& entry : directory.entries()) all.push_back(hex(entry.aid));
  return all;
}

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
  const auto commands = list(directory, {fci(tlv("88", "0A"))});
  CHECK(commands == std::vector<std::string>{kSelectPse, "00B2015400"});
}

TEST_CASE("a card without a directory lists nothing") {
  for (const std::string& answer :
       {std::string("6A82"), std::string("6283"), std::string("9000"), fci(tlv("88", "00")),
        fci(tlv("88", "0B")), fci(tlv("50", "41")), fci(tlv("88", "01") + tlv("88", "01")),
        fci(tlv("E0", tlv("88", "01"))), std::string("6F059000")}) {
    CAPTURE(answer);
    Directory directory;
    CHECK(list(directory, {answer}).size() == 1);
    CHECK(directory.entries().empty());
  }
}

TEST_CASE("an invalid record ends the list, and what was found stays") {
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

TEST_CASE("an FCI that does not name the directory is not the directory's") {
  const std::string proprietary = tlv("A5", tlv("88", "01"));
  for (const std::string& content :
       {proprietary, tlv("84", "") + proprietary, tlv("84", "A0000000048002") + proprietary,
        tlv("84", "315041592E5359532E44444630") + proprietary,
        tlv("84", "325041592E5359532E4444463031") + proprietary}) {
    CAPTURE(content);
    Directory directory;
    CHECK(list(directory, {tlv("6F", content) + "9000"}).size() == 1);
  }
}

TEST_CASE("the applications stand in the order of their priority, those without one last") {
  struct Row {
    const char* what;
    std::vector<std::string> priorities;  // of A0000000x0, as listed; "-": none
    std::string order;                    // x
  };
  const Row rows[] = {
      {"two", {"02", "01"}, "10"},
      {"as it should be", {"01", "02", "03"}, "012"},
      {"15 is a priority, 0 is not", {"00", "0F", "01"}, "210"},
      {"none last", {"-", "05", "-", "01"}, "3102"},
      {"the same: as listed", {"01", "01", "01"}, "012"},
      {"the same, among others", {"02", "01", "02", "01"}, "1302"},
      {"no priority at all", {"-", "00", "-"}, "012"},
      {"bit 8 asks for confirmation, and is no part of it", {"03", "81", "02"}, "120"},
      {"nor are the bits that are reserved", {"03", "72", "F1"}, "210"},
      {"one of two bytes is no priority", {"0101", "0F", "02"}, "210"},
      {"nor is an empty one", {"", "0F"}, "10"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const auto entry = [&](std::size_t i) {
      const std::string name = tlv("4F", "A0000000" + std::to_string(i) + "0");
      return tlv("61", row.priorities[i] == "-" ? name : name + tlv("87", row.priorities[i]));
    };
    std::string together;
    std::vector<std::string> one_each{kFci};
    for (std::size_t i = 0; i < row.priorities.size(); ++i) {
      together += entry(i);
      one_each.push_back(tlv("70", entry(i)) + "9000");
    }
    for (const std::vector<std::string>& answers : {one_each, {kFci, tlv("70", together) + "9000"}}) {
      Directory directory;
      list(directory, answers);
      std::string order;
      for (const std::string& name : names(directory)) order += name[8];
      CHECK(order == row.order);
    }
  }
}

TEST_CASE("in an entry, too, objects count at their place, and once") {
  const std::string name = tlv("4F", "A000000003");
  struct Row {
    const char* what;
    std::string entry;
    std::size_t found;
  };
  const Row rows[] = {
      {"a name inside another object", tlv("73", tlv("4F", "A000000004")), 0},
      {"a name inside another object in front", tlv("73", tlv("4F", "A000000004")) + name, 1},
      {"two names", name + tlv("4F", "A000000004"), 0},
      {"an object that is no TLV", tlv("73", "9F") + name, 1},
      {"an entry that is no TLV", name + "9F", 0},
      {"two labels", name + tlv("50", "41") + tlv("50", "42"), 1},
      {"two priorities", name + tlv("87", "01") + tlv("87", "01"), 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Directory directory;
    list(directory, {kFci, tlv("70", tlv("61", row.entry) + tlv("61", tlv("4F", "A0000000FF"))) + "9000"});
    REQUIRE(directory.entries().size() == row.found + 1);
    const DirectoryEntry& first = directory.entries()[0];
    CHECK(hex(first.aid) == (row.found == 1 ? "A000000003" : "A0000000FF"));
    CHECK(first.label.empty());
    CHECK_FALSE(first.priority);
  }
}

TEST_CASE("a listing can be started again, after its end or in the middle of it") {
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
