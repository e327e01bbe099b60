#include "host/ifd/features.hpp"

#include <catch2/catch.hpp>

#include "tests/host/ifd/machine.hpp"

namespace sesame::ifd {
namespace {

using namespace test;

TEST_CASE("the features are 6-byte TLVs with big-endian control codes") {
  CHECK(text(features()) ==
        "060442330006"
        "0A044233000A"
        "120442330012");
}

TEST_CASE("the PIN properties are those of the display and of the keys") {
  CHECK(text(pin_properties({2, 16})) == "10020701");
  CHECK(text(pin_properties({4, 20})) == "14040701");
}

TEST_CASE("the TLV properties have numbers of the size that each has, little-endian") {
  const std::string version = "Sésame " SESAME_VERSION;
  const std::string firmware = text(Octets(version.begin(), version.end()));
  CHECK(text(tlv_properties({2, 16})) ==
        "01021002"
        "020107"
        "030101"
        "060104"
        "07010C"
        "080D" +
            firmware +
            "090100"
            "0A0400000000");
}

}  // namespace
}  // namespace sesame::ifd
