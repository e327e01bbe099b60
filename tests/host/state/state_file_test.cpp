#include "host/state/state_file.hpp"

#include <catch2/catch.hpp>

#include "host/base/failure.hpp"

using namespace sesame;
using namespace sesame::state;

namespace {

const Records two_records = {
    {"0A", Counters{{"atc", 0xB4}, {"tries", 3}, {"blocked", 0}}},
    {"0B", Counters{{"unknown-yet", 0xFFFFFFFF}, {"five", 0x12345}}},
};

// CRC-32 as computed by zlib.
const char* const two_records_text =
    "sesame-state 1\n"
    "0A atc=00B4 tries=0003 blocked=0000\n"
    "0B unknown-yet=FFFFFFFF five=12345\n"
    "end A81A53E3\n";

std::string refusal(const std::string& text) {
  try {
    from_text(text, "cards.state");
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::invalid);
    return failure.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a state file can be read by a person, and its checksum computed elsewhere") {
  CHECK(to_text(two_records) == two_records_text);
  CHECK(to_text({}) == "sesame-state 1\nend 444A4462\n");
}

TEST_CASE("what was written is read back") {
  CHECK(to_text(from_text(two_records_text, "cards.state")) == two_records_text);
  CHECK(from_text(to_text({}), "cards.state").empty());
  CHECK(from_text(two_records_text, "x").at("0B").find("five") == 0x12345u);
}

TEST_CASE("a damaged state file is refused with the line at fault") {
  struct Case {
    const char* text;
    const char* line;
    const char* why;
  };
  const Case cases[] = {
      {"", "cards.state:1: ", "the end of the file is missing"},
      {"sesame-state 2\n", "cards.state:1: ", "does not start with \"sesame-state 1\""},
      {"sesame-state 1\n", "cards.state:2: ", "the end of the file is missing"},
      {"sesame-state 1\nend 00000000\n", "cards.state:2: ", "the checksum does not match"},
      {"sesame-state 1\n0a atc=0001\n", "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n\n", "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n0A atc\n", "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n0A atc=001\n", "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n0A atc=000000001\n", "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n0A atc=00G0\n", "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n0A atc=0x10\n", "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n0A  atc=0001\n", "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n0A atc=0001=2\n", "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n0A atc=0001 atc=0002\n", "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n0A a=0001 b=0001 c=0001 d=0001 e=0001 f=0001 g=0001 h=0001 i=0001 j=0001 "
       "k=0001 l=0001 m=0001 n=0001 o=0001 p=0001 q=0001\n",
       "cards.state:2: ", "is not a record"},
      {"sesame-state 1\n0A atc=0001\n0A atc=0002\n", "cards.state:3: ", "a second record"},
      {"sesame-state 1\nend 444A4462\n0A atc=0001\n", "cards.state:2: ", "goes on after"},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const std::string line = refusal(c.text);
    CHECK_THAT(line, Catch::Matchers::StartsWith(c.line));
    CHECK_THAT(line, Catch::Matchers::Contains(c.why));
    CHECK_THAT(line, Catch::Matchers::Contains("restore it from a copy"));
    CHECK(line.find('\n') == std::string::npos);
  }
}

TEST_CASE("a state file cut short anywhere is refused") {
  const std::string text = two_records_text;
  for (std::size_t size = 0; size < text.size(); ++size) {
    INFO(size);
    CHECK_THAT(refusal(text.substr(0, size)), Catch::Matchers::StartsWith("cards.state:"));
  }
}

TEST_CASE("a state file with any one bit changed is refused") {
  const std::string text = two_records_text;
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    INFO(bit);
    CHECK_THAT(refusal(changed), Catch::Matchers::StartsWith("cards.state:"));
  }
}
