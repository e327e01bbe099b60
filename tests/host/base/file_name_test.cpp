#include "host/base/file_name.hpp"

#include <catch2/catch.hpp>

using sesame::has_extension;

TEST_CASE("a file is what its name says, in small letters or capitals") {
  for (const char* name : {"a.apdu", "A.APDU", "/tmp/x.Apdu", ".apdu", "a.toml.apdu"}) {
    CAPTURE(name);
    CHECK(has_extension(name, ".apdu"));
  }
  for (const char* name : {"", "apdu", "a.apdu ", "a.apd", "a.apdux", "a.toml", "a@apdu"}) {
    CAPTURE(name);
    CHECK_FALSE(has_extension(name, ".apdu"));
  }
}
