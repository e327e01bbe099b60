#include "host/document/toml.hpp"

#include "tests/support/broken.hpp"

namespace sesame::document {
namespace {

using namespace std::string_literals;

TEST_CASE("a document keeps the order and the lines of its file") {
  const Node root = parse_toml("b = 1\na = \"x\"\n\n[t]\nlist = [\n  true,\n  { k = 2 },\n]\n", "f");
  REQUIRE(root.items.size() == 3);
  CHECK(root.items[0].key == "b");
  CHECK(root.items[0].number == 1);
  CHECK(root.items[1].key == "a");
  CHECK(root.items[1].key_line == 2);
  CHECK(root.items[1].text.view() == "x");
  const Node& table = root.items[2];
  CHECK(table.kind == Node::Kind::table);
  CHECK(table.line == 4);
  const Node& list = table.items[0];
  CHECK(list.line == 5);
  REQUIRE(list.items.size() == 2);
  CHECK(list.items[0].kind == Node::Kind::boolean);
  CHECK(list.items[0].line == 6);
  CHECK(list.items[1].items[0].key_line == 7);
}

TEST_CASE("what is not TOML in UTF-8 is refused with its line") {
  struct Row {
    std::string text;
    std::size_t line;
    const char* words;
  };
  const auto row = GENERATE(values<Row>({
      {"a = 1\n\nb = \n", 3, "not TOML"},
      {"a = 1\nb = \"x\n", 2, "not TOML"},
      {"a = 1\n[!]\n", 2, "not TOML"},
      {"a = 1\n[a.!]\n", 2, "not TOML"},
      {"a = { ! = 1 }\n", 1, "not TOML"},
      {"a = 1\n\na = 2\n", 3, "cannot redefine"},
      {"[t]\n[t]\n", 2, "cannot redefine"},
      {"a = 1\n\n\xFF = 2\n", 3, "not UTF-8"},
      {"a = 1\n\x80", 2, "not UTF-8"},
      {"# \xC0\x80\n", 1, "not UTF-8"},          // overlong
      {"\n# \xED\xA0\x80\n", 2, "not UTF-8"},    // a surrogate
      {"# \xF4\x90\x80\x80\n", 1, "not UTF-8"},  // beyond U+10FFFF
      {"# \xE2\x82", 1, "not UTF-8"},            // cut short
      {"a = 1\n\0 = 2\n"s, 2, "not TOML"},
      {"a = 1\né = 2\n", 2, "a sign outside ASCII; allowed in quotes and comments"},
      {"a = \"\"\"\n\\\"\"\"\"\"\né", 3, "outside ASCII"},
      {"a = 'é\\'\n\u3001", 2, "outside ASCII"},
      {"a = é", 1, "outside ASCII"},
      {"a = 99999999999999999999\n", 1, "64 bits"},
      {"a = 1\n# " + std::string(kMaxLineSize, 'x'), 2, "the line is too long; at most 1024 bytes"},
      {"a = [[[[[[[[[[[[1]]]]]]]]]]]]", 1, "nested"},
      {"a.a.a.a.a.a.a.a.a.a.a.a = 1", 1, "nested too deep; at most 8 levels"},
  }));
  CAPTURE(row.text, row.line);
  const std::string message = test::failure_of([&] { return parse_toml(row.text, "f.toml"); });
  CAPTURE(message);
  CHECK(message.rfind("f.toml:" + std::to_string(row.line) + ": ", 0) == 0);
  CHECK(message.find(row.words) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
}

TEST_CASE("letters outside ASCII may stand in quotes and comments of every kind") {
  const Node root = parse_toml(
      "\xEF\xBB\xBF# é \" '\n"
      "\"é\\\"é\" = 'é\\' # é\n"
      "b = \"\"\"é\n\"\" é\\\"\"\"\"\"\n"
      "c = '''é'é\n'''\n"
      "d = \"\"\n",
      "f");
  REQUIRE(root.items.size() == 4);
  CHECK(root.items[0].key == "é\"é");
  CHECK(root.items[0].text.view() == "é\\");
  CHECK(root.items[1].text.view() == "é\n\"\" é\"\"");
  CHECK(root.items[2].text.view() == "é'é\n");
  CHECK(root.items[2].key_line == 5);
}

TEST_CASE("a hostile file costs an error, not the stack") {
  std::string path = "a";
  while (path.size() + 10 < kMaxLineSize / 2) path += ".a";
  std::string text = "[" + path + "]\n" + path + " = ";
  for (int i = 0; i < 3; ++i) text += "{" + path + " = [\n";
  text += "1";
  for (int i = 0; i < 3; ++i) text += "]}";
  const std::string message = test::failure_of([&] { return parse_toml(text, "f"); });
  CAPTURE(message);
  CHECK(message.find("nested") != std::string::npos);
}

TEST_CASE("quoted text fits one line of an error") {
  CHECK(quoted("CODE") == "\"CODE\"");
  CHECK(quoted("a\nb\x1B[0m") == "\"a?b?[0m\"");
  CHECK(quoted(std::string(39, 'x') + "éé") == "\"" + std::string(39, 'x') + "…\"");
}

}  // namespace
}  // namespace sesame::document
