#include <reader.h>

#include <catch2/catch.hpp>

#include "host/pcsc/features.hpp"
#include "host/pcsc/pin_verify.hpp"
#include "tests/host/pcsc/one_reader.hpp"

namespace sesame::pcsc {

TEST_CASE("features are objects of six bytes with a big-endian control code") {
  const Features features = parse_features(hex("06 04 42 33 00 06  0A 04 42 33 00 0A  12 04 42 33 00 12"));
  REQUIRE(features.size() == 3);
  CHECK(features[0].tag == FEATURE_VERIFY_PIN_DIRECT);
  CHECK(features[0].control == 0x42330006);
  CHECK(control_code(features, FEATURE_IFD_PIN_PROPERTIES) == 0x4233000A);
  CHECK(has_pinpad(features));
}

TEST_CASE("a reader that only describes itself has no pinpad") {
  CHECK_FALSE(has_pinpad(parse_features(hex("12 04 42 33 00 12"))));
  CHECK_FALSE(has_pinpad({}));
}

TEST_CASE("features end where they are no longer of that shape") {
  const struct {
    const char* answer;
    std::size_t features;
  } table[] = {
      {"", 0},
      {"06", 0},
      {"06 04 42 33 00", 0},
      {"06 04 42 33 00 06 0A", 1},
      {"06 04 42 33 00 06 0A 02 42 33 00 0A", 1},
      {"06 00 06 04 42 33 00 06", 0},
  };
  for (const auto& row : table) {
    INFO(row.answer);
    CHECK(parse_features(hex(row.answer)).size() == row.features);
  }
}

TEST_CASE("a feature has the name that part 10 gives it") {
  CHECK(feature_name(0x06) == "VERIFY_PIN_DIRECT");
  CHECK(feature_name(0x20) == "EXECUTE_PACE");
  CHECK(feature_name(0x7F) == "feature 7F");
}

TEST_CASE("the order to a pinpad describes EMV's PIN block of format 2, in the reader's language") {
  const auto verify = hex("00 20 00 80 08 20 FF FF FF FF FF FF FF");
  CHECK(copy(pin_verify_structure(verify, 0x040C)) ==
        hex("1E 1E 89 47 04 0C 04 02 01 0C 04 00 00 00 00 0D 00 00 00"
            "00 20 00 80 08 20 FF FF FF FF FF FF FF"));
  const auto language = [&](LanguageId id) {
    const auto order = copy(pin_verify_structure(verify, id));
    return order[9] | order[10] << 8;
  };
  CHECK(language(0x0413) == 0x0413);
  CHECK(language(0) == kEnglish);
}

}  // namespace sesame::pcsc
