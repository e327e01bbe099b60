// The screen as the LCD looks.
#include "sim/lcd/picture.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <vector>

#include "host/profile/shipped.hpp"
#include "tests/sim/reader/readers.hpp"

namespace sesame::sim {
namespace {

using namespace test;

// All of the Basic Multilingual Plane, as the loader of texts sees to.
std::u16string characters(std::string_view utf8) {
  std::u16string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto byte = [&](std::size_t at) {
      return static_cast<unsigned>(static_cast<unsigned char>(utf8[at]));
    };
    const unsigned lead = byte(i);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : 3;
    unsigned c = size == 1 ? lead : size == 2 ? lead & 0x1F : lead & 0x0F;
    for (std::size_t k = 1; k < size; ++k) c = c << 6 | (byte(i + k) & 0x3F);
    out += static_cast<char16_t>(c);
    i += size;
  }
  return out;
}

TEST_CASE("every character that a shipped reader can show has a glyph") {
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::readers)) {
    const auto reader = model(name);
    for (const Language& language : reader->profile().languages) {
      std::vector<std::string_view> texts(language.messages.begin(), language.messages.end());
      texts.push_back(reader->low_battery(language));
      for (const std::string_view text : texts) {
        for (const char16_t c : characters(text)) {
          CAPTURE(name, text, static_cast<unsigned>(c));
          CHECK((c == u'\n' || glyph(c)));
        }
      }
    }
  }
  for (const char16_t c : std::u16string_view(u"0123456789.*•—éèêëàâäçîïôöùûüœÉÀÇ€")) {
    CAPTURE(static_cast<unsigned>(c));
    CHECK(glyph(c));
  }
}

TEST_CASE("no two characters that can be printed look alike, but the blank is empty") {
  std::set<Glyph> seen;
  for (char16_t c = u' '; c <= u'~'; ++c) {
    CAPTURE(static_cast<unsigned>(c));
    const auto shape = glyph(c);
    REQUIRE(shape);
    CHECK(seen.insert(*shape).second);
    for (const std::uint8_t row : *shape) CHECK(row < 0x20);
  }
  CHECK(*glyph(u' ') == Glyph{});
  CHECK(*glyph(u'é') != *glyph(u'è'));
  CHECK(*glyph(u'é') != *glyph(u'e'));
  CHECK(*glyph(u'É') != *glyph(u'E'));
  CHECK_FALSE(glyph(u'\u4E2D'));
}

TEST_CASE("the text of a screen has no blanks at the ends, its rows are as wide as the display") {
  TestReader reader;
  reader.press("CODE");
  CHECK(to_text(reader->screen()) == "Code secret ?");
  const auto rows = to_rows(reader->screen());
  CHECK(rows == std::vector<std::string>{"Code secret ?   ", std::string(16, ' ')});
  CHECK(split_rows("Code secret ?   \n" + std::string(16, ' ')) == rows);
  CHECK(split_rows("").empty());
  reader->advance(30'000);
  CHECK(to_text(reader->screen()).empty());
  CHECK(to_rows(reader->screen()).empty());
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST_CASE("an SVG has a dot for each dot of the display, and says its text") {
  TestReader reader;
  reader.ask_code();
  const std::string svg = to_svg(reader->screen());
  CHECK(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  CHECK(svg.find("<title>Code Sésame\n" + reader.text().substr(reader.text().find('\n') + 1) + "</title>") !=
        std::string::npos);
  CHECK(count(svg, "h.88v.88") == 2 * 16 * 5 * 8);
  CHECK(count(to_svg(Screen{}), "h.88") == 0);
}

TEST_CASE("a screen with the characters of XML makes a whole SVG") {
  Screen screen;
  screen.lit = true;
  screen.rows = 1;
  screen.columns = 3;
  screen.cells[0] = {u'<', u'&', u'>'};
  CHECK(to_svg(screen).find("<title>&lt;&amp;&gt;</title>") != std::string::npos);
}

TEST_CASE("a PNG has the size of the display, and differs with what is shown") {
  TestReader reader;
  const auto lit = to_png(reader->screen());
  constexpr std::array<std::uint8_t, 8> kSignature{0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
  REQUIRE(lit.size() > 24);
  CHECK(starts_with(lit, kSignature));
  const auto number = [&](std::size_t at) {
    return lit[at] << 24 | lit[at + 1] << 16 | lit[at + 2] << 8 | lit[at + 3];
  };
  CHECK(number(16) == 4 * (16 * 6 - 1 + 6));
  CHECK(number(20) == 4 * (2 * 9 - 1 + 6));
  CHECK(to_png(reader->screen()) == lit);
  reader.press("CODE");
  CHECK(to_png(reader->screen()) != lit);
  reader->advance(30'000);
  CHECK(to_png(reader->screen()) != lit);
}

}  // namespace
}  // namespace sesame::sim
