#include "host/base/safe_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace sesame;
using Json = nlohmann::ordered_json;

TEST_CASE("any bytes make valid JSON, on one line or indented, and nothing of a control is lost") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const int indent : {-1, 2}) {
    const std::string text = safe::json(Json{{all, {all, "Été"}}}, indent);
    CHECK(Json::accept(text));
    for (const char c : text) CHECK((c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)));
  }
  const std::string controls = "\x1B[31m \x7F \xC2\x9B \xE2\x80\xAE\n";
  const std::string text = safe::json(Json{{"card", controls}});
  CHECK(text == R"({"card":"\u001b[31m \u007f \u009b \u202e\n"})");
  CHECK(Json::parse(text)["card"] == controls);
}

TEST_CASE("letters stay as they are, and Latin-1 becomes the replacement character") {
  CHECK(safe::json(Json{{"a", "é🙂"}, {"b", "caf\xE9"}}) ==
        "{\"a\":\"é🙂\",\"b\":\"caf\xEF\xBF\xBD\"}");
}
