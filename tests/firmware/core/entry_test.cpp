#include "firmware/core/entry.hpp"

#include <catch2/catch.hpp>

#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using test::hex;
using test::text;

namespace {

Prompt prompt(PromptKind kind, int max_digits, bool optional = false) {
  Prompt result;
  result.kind = kind;
  result.max_digits = static_cast<std::uint8_t>(max_digits);
  result.optional = optional;
  return result;
}

// Types key by key; a key that is not accepted is dropped, as the reader does.
std::string typed(const Prompt& prompt, std::string_view keys, int exponent = 2) {
  std::string shown;
  for (const char key : keys) {
    if (accepts(prompt, static_cast<std::uint8_t>(exponent), shown, key)) shown += key;
    REQUIRE(shown.size() <= kMaxEntry);
  }
  return shown;
}

}  // namespace

TEST_CASE("a challenge, a reference and a number to sign are digits, up to so many") {
  CHECK(typed(prompt(PromptKind::challenge, 8), "1234") == "1234");
  CHECK(typed(prompt(PromptKind::challenge, 8), "00000000") == "00000000");
  CHECK(typed(prompt(PromptKind::challenge, 8), "123456789") == "12345678");
  CHECK(typed(prompt(PromptKind::reference, 4), "98765") == "9876");
  CHECK(typed(prompt(PromptKind::tds, 10), "12345678901") == "1234567890");
  CHECK(typed(prompt(PromptKind::challenge, 8), "1.2.") == "12");
  CHECK(typed(prompt(PromptKind::tds, 10), ".") == "");
}

TEST_CASE("an amount has one point, a digit before it, and as many after it as the currency has") {
  struct Row {
    const char* keys;
    int exponent;
    const char* shown;
    bool complete;
  };
  const Row rows[] = {
      {"12.34", 2, "12.34", true},
      {"12", 2, "12", true},
      {"12.3", 2, "12.3", true},
      {"12.", 2, "12.", false},
      {".5", 2, "5", true},  // the point before any digit is refused
      {"0.5", 2, "0.5", true},
      {"12.345", 2, "12.34", true},
      {"1.2.3", 2, "1.23", true},
      {"12.34", 0, "1234", true},  // a currency without decimals
      {"1.2345", 3, "1.234", true},
      {"12345678901", 2, "1234567890", true},  // twelve digits in minor units
      {"12345678901.23", 2, "1234567890.23", true},
      {"1234567890123", 0, "123456789012", true},
      {"1234567890.123", 3, "123456789.123", true},
      {"", 2, "", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.keys, row.exponent);
    const Prompt amount = prompt(PromptKind::amount, 12);
    const std::string shown = typed(amount, row.keys, row.exponent);
    CHECK(shown == row.shown);
    CHECK(complete(amount, shown) == row.complete);
  }
}

TEST_CASE("only digits and the point are ever accepted") {
  for (int c = 0; c < 256; ++c) {
    const auto key = static_cast<char>(c);
    const bool digit = key >= '0' && key <= '9';
    CHECK(accepts(prompt(PromptKind::challenge, 8), 2, {}, key) == digit);
    CHECK(accepts(prompt(PromptKind::amount, 12), 2, std::string("1"), key) == (digit || key == '.'));
  }
}

TEST_CASE("an empty field is complete where the prompt is optional") {
  CHECK(complete(prompt(PromptKind::challenge, 8, true), {}));
  CHECK_FALSE(complete(prompt(PromptKind::challenge, 8, false), {}));
  CHECK(complete(prompt(PromptKind::challenge, 8, false), std::string("0")));
  CHECK_FALSE(complete(prompt(PromptKind::amount, 12, true), std::string("1.")));
}

TEST_CASE("digits are packed right-justified") {
  CHECK(hex(to_bcd<4>(std::string("1234"))) == "00001234");
  CHECK(hex(to_bcd<4>(std::string("123"))) == "00000123");
  CHECK(hex(to_bcd<4>(std::string(""))) == "00000000");
  CHECK(hex(to_bcd<4>(std::string("87654321"))) == "87654321");
  CHECK(hex(to_bcd<4>(std::string("12345678901234567890"))) == "34567890");  // the last count
  CHECK(hex(to_bcd<6>(std::string("009"))) == "000000000009");
}

TEST_CASE("an amount goes to the card in minor units") {
  struct Row {
    const char* typed;
    int exponent;
    const char* bcd;
  };
  const Row rows[] = {
      {"12.34", 2, "000000001234"},
      {"12.3", 2, "000000001230"},
      {"12", 2, "000000001200"},
      {"0.05", 2, "000000000005"},
      {"0", 2, "000000000000"},
      {"12", 0, "000000000012"},
      {"1.234", 3, "000000001234"},
      {"1234567890.12", 2, "123456789012"},
      {"", 2, "000000000000"},
      {"007", 2, "000000000700"},
      {"123456789012", 0, "123456789012"},
      {"9876543212345678.9", 2, "321234567890"},  // the last twelve digits count
  };
  for (const Row& row : rows) {
    CAPTURE(row.typed, row.exponent);
    CHECK(hex(amount_bcd(std::string(row.typed), static_cast<std::uint8_t>(row.exponent))) == row.bcd);
  }
}
