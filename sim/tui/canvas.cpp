#include "sim/tui/canvas.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "host/base/safe_text.hpp"
#include "host/base/utf8.hpp"
#include "host/terminal/output.hpp"

namespace sesame::sim {

namespace {

// The characters of the texts and boxes there are, as a poor terminal can show them.
char16_t in_ascii(char16_t c) {
  if (c >= u' ' && c < 0x7F) return c;
  static constexpr std::pair<std::u16string_view, char16_t> kAlike[] = {
      {u"àáâãäå", u'a'}, {u"ÀÁÂÃÄÅ", u'A'}, {u"ç", u'c'},  {u"Ç", u'C'}, {u"èéêë", u'e'},   {u"ÈÉÊË", u'E'},
      {u"ìíîï", u'i'},   {u"ÌÍÎÏ", u'I'},   {u"ñ", u'n'},  {u"Ñ", u'N'}, {u"òóôõöœ", u'o'}, {u"ÒÓÔÕÖŒ", u'O'},
      {u"ùúûü", u'u'},   {u"ÙÚÛÜ", u'U'},   {u"─═", u'-'}, {u"│", u'|'}, {u"┌┐└┘", u'+'},   {u"…", u'.'},
      {u"•", u'*'},      {u"▸", u'>'},      {u"’", u'\''}, {u"–", u'-'}};
  for (const auto& [alike, plain] : kAlike) {
    if (alike.find(c) != std::u16string_view::npos) return plain;
  }
  return u'?';
}

// The next character of the Basic Multilingual Plane; '?' for what is not one.
char16_t next(std::string_view& text) {
  const utf8::Character c = utf8::first_character(text);
  text.remove_prefix(std::max<std::size_t>(c.length, 1));
  return c.length == 0 || c.code > 0xFFFF ? u'?' : static_cast<char16_t>(c.code);
}

}  // namespace

void Canvas::put(std::size_t row, std::size_t column, char16_t character, Style style) {
  if (row >= rows_ || column >= columns_) return;
  cells_[row * columns_ + column] = {ascii_ ? in_ascii(character) : character, style};
}

std::size_t Canvas::put(std::size_t row, std::size_t column, std::string_view text, Style style,
                        std::size_t most) {
  const std::string harmless = safe::one_line(text);
  for (std::string_view rest = harmless; !rest.empty() && most > 0; --most) {
    put(row, column++, next(rest), style);
  }
  return column;
}

void Canvas::box(std::size_t row, std::size_t column, std::size_t height, std::size_t width,
                 std::string_view title, Style style) {
  const std::size_t bottom = row + height - 1, right = column + width - 1;
  for (std::size_t y = row; y <= bottom; ++y) {
    for (std::size_t x = column; x <= right; ++x) {
      const bool top_or_bottom = y == row || y == bottom, side = x == column || x == right;
      put(y, x, side ? u'│' : top_or_bottom ? u'─' : u' ', style);
    }
  }
  put(row, column, u'┌', style);
  put(row, right, u'┐', style);
  put(bottom, column, u'└', style);
  put(bottom, right, u'┘', style);
  if (!title.empty()) {
    const std::size_t end = put(row, column + 3, title, Style::strong, width - 6);
    put(row, column + 2, u' ', style);
    put(row, end, u' ', style);
  }
}

std::string Canvas::text() const {
  std::string all;
  for (std::size_t row = 0; row < rows_; ++row) {
    std::u16string line;
    for (std::size_t column = 0; column < columns_; ++column) line += at(row, column).character;
    line.erase(line.find_last_not_of(u' ') + 1);
    all += terminal::utf8(line) + "\n";
  }
  return all;
}

}  // namespace sesame::sim
