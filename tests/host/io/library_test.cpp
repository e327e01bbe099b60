#include "host/io/library.hpp"

#include <catch2/catch.hpp>

#include <string>

#include "tests/host/io/failures.hpp"

using namespace sesame;
using Catch::Matchers::Contains;
using io::Library;
using test::said_by;

TEST_CASE("a library that is not installed is named, with what has it") {
  const auto said =
      said_by([] { Library("libnowhere.so.7", "Nowhere", "libnowhere7", Library::Scope::own); });
  CHECK_THAT(said, Contains("the library of Nowhere cannot be loaded (libnowhere.so.7: ") &&
                       Contains("): install libnowhere7"));
}

TEST_CASE("a library that lacks a function is not taken") {
  const Library library("libz.so.1", "zlib", "zlib1g", Library::Scope::own);
  const char* (*version)() = nullptr;
  library.find("zlibVersion", version);
  CHECK(version()[0] == '1');
  CHECK_THAT(said_by([&] { library.find("zlibNothing", version); }),
             Contains("undefined symbol: zlibNothing"));
}
