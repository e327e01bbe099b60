#include "host/base/utf8.hpp"

#include <catch2/catch.hpp>

using namespace sesame;

TEST_CASE("every character of UTF-8 is read and written, and what is not one has no length") {
  struct Row {
    const char* bytes;
    char32_t code;
    std::size_t length;
  };
  const Row rows[] = {
      {"A", 'A', 1},
      {"\x7F", 0x7F, 1},
      {"\xC2\x80", 0x80, 2},
      {"\xC3\xA9x", 0xE9, 2},
      {"\xDF\xBF", 0x7FF, 2},
      {"\xE0\xA0\x80", 0x800, 3},
      {"\xED\x9F\xBF", 0xD7FF, 3},
      {"\xEE\x80\x80", 0xE000, 3},
      {"\xEF\xBF\xBF", 0xFFFF, 3},
      {"\xF0\x90\x80\x80", 0x10000, 4},
      {"\xF4\x8F\xBF\xBF", 0x10FFFF, 4},
      {"\xE9", 0, 0},              // Latin-1
      {"\x80", 0, 0},              // the middle of one
      {"\xC0\xAF", 0, 0},          // overlong
      {"\xC1\xBF", 0, 0},          // overlong
      {"\xE0\x9F\xBF", 0, 0},      // overlong
      {"\xF0\x8F\xBF\xBF", 0, 0},  // overlong
      {"\xED\xA0\x80", 0, 0},      // a surrogate
      {"\xF4\x90\x80\x80", 0, 0},  // beyond Unicode
      {"\xF5\x80\x80\x80", 0, 0},
      {"\xE2\x82", 0, 0},  // cut short
      {"\xE2\x82x", 0, 0},
      {"\xFF", 0, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    const utf8::Character c = utf8::first_character(row.bytes);
    CHECK(c.length == row.length);
    CHECK(c.code == row.code);
    if (c.length == 0) continue;
    std::string written;
    utf8::append(written, row.code);
    CHECK(written == std::string(row.bytes).substr(0, row.length));
  }
}

TEST_CASE("what is no character is written as one that says so") {
  for (const char32_t code : {char32_t{0xD800}, char32_t{0xDFFF}, char32_t{0x110000}}) {
    std::string written;
    utf8::append(written, code);
    CHECK(written == "\xEF\xBF\xBD");
  }
}

TEST_CASE("Latin-1 becomes UTF-8, and a text is as long as it has characters") {
  CHECK(utf8::from_latin1("Caf\xE9 \xA3 \xFF") == "Café £ ÿ");
  CHECK(utf8::length("Café £ ÿ") == 8);
  CHECK(utf8::length("") == 0);
}
