#include "host/keys/scheme.hpp"

#include <catch2/catch.hpp>
#include <string_view>

namespace sesame::keys {
namespace {

TEST_CASE("a scheme is found under its name, with what its cards do") {
  struct Row {
    const char* name;
    Scheme scheme;
    MasterKeyOption option;
    SessionKeyMethod session_key;
    MacAlgorithm mac;
    Padding padding;
    bool needs_un;
  };
  constexpr auto retail = MacAlgorithm::tdes_retail;
  constexpr auto m1 = Padding::method1;
  constexpr auto m2 = Padding::method2;
  using Option = MasterKeyOption;
  using Method = SessionKeyMethod;
  const auto row = GENERATE_COPY(values<Row>({
      {"cvn10", Scheme::cvn10, Option::a, Method::none, retail, m1, false},
      {"cvn16", Scheme::cvn16, Option::a, Method::skd, retail, m2, true},
      {"cvn17", Scheme::cvn17, Option::a, Method::skd, retail, m2, true},
      {"cvn18", Scheme::cvn18, Option::b, Method::csk, retail, m2, false},
      {"cvn20", Scheme::cvn20, Option::a, Method::csk, retail, m2, false},
      {"cvn21", Scheme::cvn21, Option::a, Method::csk, retail, m2, false},
      {"ccd-3des", Scheme::ccd_3des, Option::b, Method::csk, retail, m2, false},
      {"ccd-aes", Scheme::ccd_aes, Option::c, Method::aes, MacAlgorithm::aes_cmac, m2, false},
      {"tree", Scheme::tree, Option::a, Method::tree, retail, m2, false},
  }));
  CAPTURE(row.name);
  const auto found = scheme_named(row.name);
  REQUIRE(found);
  CHECK(*found == row.scheme);
  CHECK(rules(*found).name == std::string_view(row.name));
  CHECK(rules(*found).scheme == row.scheme);
  CHECK(rules(*found).option == row.option);
  CHECK(rules(*found).session_key == row.session_key);
  CHECK(rules(*found).mac == row.mac);
  CHECK(rules(*found).padding == row.padding);
  CHECK(needs_un(rules(*found).session_key) == row.needs_un);
}

TEST_CASE("what is no scheme's name finds none") {
  const char* name = GENERATE("", "cvn", "cvn1", "cvn22", "CVN10", "ccd_aes", "tree ", "ccd");
  CAPTURE(name);
  CHECK_FALSE(scheme_named(name));
}

TEST_CASE("every scheme can be listed") { CHECK(schemes().size() == 9); }

}  // namespace
}  // namespace sesame::keys
