#include "firmware/core/emv/tlv.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::emv;
using test::bytes;
using test::ByteVector;
using test::hex;

TEST_CASE("a data object is read with tags of one to four bytes and lengths of one to three") {
  struct Row {
    const char* input;
    Tag tag;
    const char* value;
    std::size_t header;
    bool constructed;
  };
  const std::string of128(256, '0');
  const std::string of256(512, '0');
  const std::string long1 = "578180" + of128;
  const std::string long2 = "70820100" + of256;
  const Row rows[] = {
      {"9500", 0x95, "", 2, false},
      {"5A021234", 0x5A, "1234", 2, false},
      {"9F3704DEADBEEF", 0x9F37, "DEADBEEF", 3, false},
      {"BF0C00", 0xBF0C, "", 3, true},
      {"DF810701AA", 0xDF8107, "AA", 4, false},
      {"DF81828301AA", 0, nullptr, 0, false},  // five bytes of tag
      {"DF81820301AA", 0xDF818203, "AA", 5, false},
      {"8181051122334455", 0x81, "1122334455", 3, false},  // longer than need be: allowed by BER
      {"8182000111", 0x81, "11", 4, false},
      {long1.c_str(), 0x57, of128.c_str(), 3, false},
      {long2.c_str(), 0x70, of256.c_str(), 4, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.input);
    const ByteVector input = bytes(row.input);
    TlvReader reader(input);
    REQUIRE(reader.more());
    const auto element = reader.next();
    REQUIRE(static_cast<bool>(element) == (row.value != nullptr));
    if (row.value == nullptr) continue;
    CHECK(element->tag == row.tag);
    CHECK(hex(element->value) == row.value);
    CHECK(element->header == row.header);
    CHECK(element->constructed() == row.constructed);
    CHECK(test::points_into(element->value, input));
    CHECK_FALSE(reader.more());
  }
}

TEST_CASE("each way of not being TLV has its name, and the place where the bad object begins") {
  struct Row {
    const char* input;
    TlvError error;
    std::size_t offset;
  };
  const Row rows[] = {
      {"9F", TlvError::truncated_tag, 0},
      {"9F81", TlvError::truncated_tag, 0},
      {"5A01115F", TlvError::truncated_tag, 3},
      {"9F81818101", TlvError::tag_too_long, 0},
      {"5A", TlvError::missing_length, 0},
      {"9F37", TlvError::missing_length, 0},
      {"5A81", TlvError::truncated_length, 0},
      {"5A8201", TlvError::truncated_length, 0},
      {"708000", TlvError::indefinite_length, 0},
      {"7083000001AA", TlvError::length_too_long, 0},
      {"70FF", TlvError::length_too_long, 0},
      {"5A0211", TlvError::truncated_value, 0},
      {"5A82FFFF11", TlvError::truncated_value, 0},
      {"5A0111 5A0211", TlvError::truncated_value, 3},
      {"7004 5A011100 9505", TlvError::truncated_value, 6},
      {"7006 5A0111 9F3702", TlvError::truncated_value, 5},      // inside a template
      {"0000 7006 00 A503 5A02", TlvError::truncated_value, 2},  // the outer template is too short
      {"00 7006 00 A503 5A0211", TlvError::truncated_value, 6},
  };
  for (const Row& row : rows) {
    CAPTURE(row.input);
    const TlvCheck result = check(bytes(row.input));
    REQUIRE(result.error);
    CHECK(to_string(*result.error) == to_string(row.error));
    CHECK(result.offset == row.offset);
  }
}

TEST_CASE("after an error the reader stands where the bad object begins") {
  const ByteVector input = bytes("5A0111 5A0211");
  TlvReader reader(input);
  REQUIRE(reader.next());
  REQUIRE_FALSE(reader.next());
  CHECK(reader.offset() == 3);
  CHECK(reader.more());
}

TEST_CASE("padding of 00 and FF before, between and after objects is skipped") {
  for (const char* input : {"00 5A0111 00FF00 950122 FFFF", "5A0111 950122", "FF5A0111950122"}) {
    CAPTURE(input);
    const ByteVector all = bytes(input);
    CHECK_FALSE(check(all).error);
    TlvReader reader(all);
    CHECK(reader.next()->tag == 0x5A);
    CHECK(reader.next()->tag == 0x95);
    CHECK_FALSE(reader.more());
  }
  CHECK_FALSE(TlvReader(bytes("0000FF")).more());
  CHECK_FALSE(check({}).error);
}

TEST_CASE("FF begins a private object where one fits, and is padding where none does") {
  struct Row {
    const char* input;
    std::vector<Tag> tags;
  };
  const Row rows[] = {
      {"FF8106 08 5A0112 9F36020001", {0xFF8106}},
      {"FF8106 08 5A0112 9F36020001 9500", {0xFF8106, 0x95}},
      {"5A0112 FF8106 00 9500", {0x5A, 0xFF8106, 0x95}},
      {"FF1F 00", {0xFF1F}},
      {"FF7F 02 5000", {0xFF7F}},
      {"FF8106 81 80 508180", {}},                  // whose value does not fit: padding, then a wrong length
      {"FF8106 05 00 5A0112 FF", {0xFF8106}},       // with padding in it
      {"FF8106 06 FF8107 02 5000", {0xFF8106}},     // with another in it
      {"FF 5A0112 9500", {0x5A, 0x95}},             // 12 is no object
      {"FF 9F3704 DEADBEEF 9500", {0x9F37, 0x95}},  // nor is DEADBEEF
      {"FF 9F3704 00000000 9500", {0x9F37, 0x95}},  // nor are zeros
      {"FFFF 5A0112 9500", {0x5A, 0x95}},
      {"FFFFFF 7003 5A0112", {0xFF70}},         // two of padding; what the third begins fits
      {"FF 9505 00 5A0112", {0xFF9505, 0x5A}},  // 95 is the second byte of a tag that goes on
      {"FF 00 5A0112", {0x5A}},
      {"FF 1E 01 11", {0x1E}},  // 00 to 1E is no second byte
      {"5A0112 FF", {0x5A}},
      {"5A0112 FF8106", {0x5A}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.input);
    const ByteVector input = bytes(row.input);
    std::vector<Tag> tags;
    for (TlvReader reader(input); reader.more();) {
      const auto element = reader.next();
      if (!element) break;
      tags.push_back(element->tag);
    }
    CHECK(tags == row.tags);
  }
}

namespace {

// What read_objects() says of 5A and 9F56: "5A=11 9F56=AA", "9F56 twice", or the error.
std::string objects(std::string_view input) {
  static constexpr std::array<ShortTag, 2> kTags{0x5A, 0x9F56};
  std::array<Bytes, 2> values;
  const ByteVector content = bytes(input);
  const auto redundant = read_objects(content, kTags, values);
  if (!redundant) return std::string(to_string(redundant.error()));
  std::string text;
  if (!values[0].empty()) text += " 5A=" + hex(values[0]);
  if (!values[1].empty()) text += " 9F56=" + hex(values[1]);
  for (const Bytes value : values) CHECK(test::points_into(value, content));
  if (*redundant != 0) text += *redundant == 0x5A ? " 5A twice" : " 9F56 twice";
  return text.empty() ? text : text.substr(1);
}

}  // namespace

TEST_CASE("the objects of a template are those that stand in it themselves") {
  struct Row {
    const char* input;
    const char* objects;
  };
  const Row rows[] = {
      {"", ""},
      {"950122", ""},
      {"5A0111 9F5601AA", "5A=11 9F56=AA"},
      {"9F5601AA 950122 5A0111", "5A=11 9F56=AA"},
      {"00 5A0111 00FF00 9F5601AA FFFF", "5A=11 9F56=AA"},
      {"E004 9F560180 9F5601AA", "9F56=AA"},    // one in front, inside another object
      {"9F5601AA E004 9F560180", "9F56=AA"},    // or after
      {"E004 9F560180", ""},                    // or nowhere else
      {"E005 019081B084 9F5601AA", "9F56=AA"},  // what is not looked for need not be TLV
      {"5A0111 9F5600", "5A=11"},               // an empty one is as good as none
      {"5A00 5A0111 5A00", "5A=11"},
      {"5A0111 5A0111", "5A twice"},  // neither of the two counts, even if they are the same
      {"5A0111 9F5601AA 5A0112", "9F56=AA 5A twice"},
      {"5A0111 5A0112 5A0113", "5A twice"},
      {"5A0111 5A0112 9F5601AA 9F5601AB 5A0113", "5A twice"},  // the last is named
      {"5A0111 950122 950122", "5A=11"},
      {"5A0111 9F5602AA", "the value is shorter than its length says"},
      {"5A0111 95", "the tag has no length"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.input);
    CHECK(objects(row.input) == row.objects);
  }
}

TEST_CASE("a template inside more than eight templates is refused, not followed") {
  std::string nested = "5A0111";
  for (int depth = 1; depth <= kMaxDepth; ++depth) {
    const ByteVector input = bytes(nested);
    CAPTURE(nested);
    CHECK_FALSE(check(input).error);
    nested = test::tlv("70", nested);
  }
  const ByteVector too_deep = bytes(nested);
  const TlvCheck result = check(too_deep);
  REQUIRE(result.error);
  CHECK(*result.error == TlvError::nested_too_deep);
  CHECK(result.offset == 2 * kMaxDepth);
}

TEST_CASE("a header is written with the shortest length") {
  struct Row {
    Tag tag;
    std::size_t length;
    const char* header;
  };
  const Row rows[] = {
      {0x5A, 0, "5A00"},
      {0x9F37, 4, "9F3704"},
      {0xBF0C, 127, "BF0C7F"},
      {0xDF8107, 128, "DF81078180"},
      {0x70, 255, "7081FF"},
      {0x70, 256, "70820100"},
      {0xDF818203, 65535, "DF81820382FFFF"},
      {0x1F00, 1, "1F0001"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.header);
    Buffer<16> out;
    CHECK(append_header(out, row.tag, row.length));
    CHECK(hex(out) == row.header);
  }
  Buffer<16> out;
  CHECK_FALSE(append_header(out, 0x70, 65536));
}

TEST_CASE("what does not fit is not written") {
  Buffer<3> exact;
  CHECK(append_tlv(exact, 0x5A, bytes("11")));
  Buffer<2> value_missing;
  CHECK_FALSE(append_tlv(value_missing, 0x5A, bytes("11")));
  Buffer<1> length_missing;
  CHECK_FALSE(append_tlv(length_missing, 0x5A, {}));
  Buffer<1> tag_missing;
  CHECK_FALSE(append_tlv(tag_missing, 0x9F37, {}));
}

TEST_CASE("what was written is read back, at every length around a change of form") {
  for (const std::size_t length : {0U, 1U, 126U, 127U, 128U, 129U, 254U, 255U, 256U, 257U, 600U}) {
    CAPTURE(length);
    const ByteVector value(length, 0xA5);
    Buffer<700> out;
    REQUIRE(append_tlv(out, 0x9F10, value));
    TlvReader reader(out);
    const auto element = reader.next();
    REQUIRE(element);
    CHECK(element->tag == 0x9F10);
    CHECK(equal(element->value, value));
    CHECK_FALSE(reader.more());
  }
}

TEST_CASE("every TLV error has a text of its own") {
  std::set<std::string_view> texts;
  for (int i = 0; i <= static_cast<int>(TlvError::nested_too_deep); ++i) {
    texts.insert(to_string(static_cast<TlvError>(i)));
  }
  CHECK(texts.size() == static_cast<std::size_t>(TlvError::nested_too_deep) + 1);
}
