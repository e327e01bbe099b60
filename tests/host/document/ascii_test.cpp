#include "host/document/ascii.hpp"

#include "host/document/toml.hpp"
#include "tests/support/broken.hpp"

namespace sesame::document {
namespace {

TEST_CASE("a document in ASCII stays as it is, but for strings in ''") {
  const std::string_view same =
      "# c\n[a]\nb = 1 # \"x\nc = \"d\\\"e\\\\\"\nd = \"\"\"x\n\"\" \\\n  y\"\"\"\"\"\n\"k\".l = true\n";
  CHECK(to_ascii(same, "f") == same);
  CHECK(to_ascii("a = '\\d\"e'\nb = ''\n", "f") == "a = \"\\\\d\\\"e\"\nb = \"\"\n");
  CHECK(to_ascii("a = '''\n\\''\"b'''''\n", "f") == "a = \"\"\"\n\\\\''\\\"b''\"\"\"\n");
}

TEST_CASE("strings say the same in ASCII, and comments need not") {
  CHECK(to_ascii("# é…\n", "f") == "# ??\n");
  CHECK(to_ascii("a = \"é\"", "f") == "a = \"\\U000000E9\"");
  CHECK(to_ascii("a = '…😀'", "f") == "a = \"\\U00002026\\U0001F600\"");
  CHECK(to_ascii("\"é\" = 1", "f") == "\"\\U000000E9\" = 1");
}

TEST_CASE("a string means what TOML says, whatever its quotes") {
  const auto [toml, text] = GENERATE(table<const char*, const char*>({
      {"\"é\\u00e9\"", "éé"},
      {"'é\\u00e9'", "é\\u00e9"},
      {"\"\"\"\né\\\n   é\"\"\"", "éé"},
      {"'''\né\\\n   é'''", "é\\\n   é"},
      {"\"\"\"\"\"é\"\"\"\"\"", "\"\"é\"\""},
      {"'''''é'''''", "''é''"},
      {"''", ""},
      {"''''''", ""},
      {"\"\\\"\"", "\""},
      {"'a\\'", "a\\"},
  }));
  CAPTURE(toml);
  const std::string document = std::string("a = ") + toml + " # end\nb = 1\n";
  const Node root = parse_toml(document, "f");
  REQUIRE(root.items.size() == 2);
  CHECK(root.items[0].text.view() == text);
}

TEST_CASE("what is no TOML does not become TOML") {
  const char* toml =
      GENERATE("a = \"\\é\"", "a = \"\"\"\\é\"\"\"", "a = 7\"é\"", "a = 'b\nc'", "a = \"b\nc\"", "a = \"é",
               "a = 'é", "a = '''é", "a = \"\\", "a = \"\\\n\"", "a = \"\x7F\"", "a = '\x01'", "a = ''''a'",
               "a = \"\"\"\"\"\"\"\"\"", "é = 1", "a = é", "a = 1\xC2\xA0",
               "\xE3\x80\x80"
               "a = 1");
  CAPTURE(toml);
  const std::string message = test::failure_of([&] { return parse_toml(toml, "f"); });
  CAPTURE(message);
  CHECK(message.find(": not TOML: ") != std::string::npos);
}

}  // namespace
}  // namespace sesame::document
