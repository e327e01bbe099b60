#include "firmware/drivers/font.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

namespace sesame::drivers {
namespace {

Glyph drawn(char16_t character) { return glyph(font_code(character)); }

// Eight rows of five characters: what one sees.
std::string picture(char16_t character) {
  const Glyph dots = drawn(character);
  std::string rows;
  for (int y = 0; y < 8; ++y) {
    for (const auto column : dots) rows += (column >> y & 1) != 0 ? '#' : '.';
    rows += '\n';
  }
  return rows;
}

constexpr std::u16string_view kAccented = u"àâäèéêëîïôöùûüçñÀÂÉÈÊËÎÏÔÙÛÜÇ";
constexpr std::u16string_view kOthers = u"…€«»°œß£";

TEST_CASE("every character of ASCII, every French and Dutch accent has a glyph of its own") {
  std::set<Glyph> seen;
  std::u16string all;
  for (char16_t c = u' '; c <= u'~'; ++c) all += c;
  all += kAccented;
  all += kOthers;
  for (const char16_t c : all) {
    INFO("U+" << std::hex << static_cast<unsigned>(c));
    CHECK(font_code(c) != 0);
    CHECK(seen.insert(drawn(c)).second);
  }
}

TEST_CASE("a small letter has its accent over it, a capital is lowered for it, a cedilla hangs below") {
  CHECK(picture(u'é') == "...#.\n..#..\n.###.\n#...#\n#####\n#....\n.###.\n.....\n");
  CHECK(picture(u'É') == "...#.\n.....\n#####\n#....\n####.\n#....\n#....\n#####\n");
  CHECK(picture(u'ç') == ".....\n.....\n.###.\n#....\n#....\n#...#\n.###.\n..#..\n");
  CHECK(picture(u'ï') == ".#.#.\n.....\n.##..\n..#..\n..#..\n..#..\n.###.\n.....\n");
}

TEST_CASE("without its accent a letter is the letter") {
  const std::u16string_view accented = u"éèêëàâçôîïûùÉÇÿñ", plain = u"eeeeaacoiiuuECyn";
  for (std::size_t i = 0; i < accented.size(); ++i) {
    CHECK(nearest_ascii(font_code(accented[i])) == static_cast<char>(plain[i]));
  }
  CHECK(nearest_ascii(font_code(u'…')) == '.');
  CHECK(nearest_ascii(font_code(u'A')) == 'A');
  CHECK(drawn(u'’') == drawn(u'\''));
}

TEST_CASE("what the font does not have is a question mark") {
  for (const char16_t c : {u'\0', u'\x1F', u'\x7F', u'\x80', u'\xA0', u'×', u'Å', u'Ω', u'中', u'\xFFFF'}) {
    INFO("U+" << std::hex << static_cast<unsigned>(c));
    CHECK(font_code(c) == 0);
  }
  CHECK(glyph(0) == drawn(u'?'));
  CHECK(nearest_ascii(0) == '?');
  CHECK(glyph(0xBF) == drawn(u'?'));
}

}  // namespace
}  // namespace sesame::drivers
