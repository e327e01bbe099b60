#include "firmware/app/identity.hpp"

namespace sesame::app {

namespace {

// A key that was down when the board started is reported so much later at most.
constexpr Millis kAtStart = 500;
constexpr Millis kShownFor = 30'000;

void write(Screen& screen, std::size_t row, std::string_view text) {
  for (std::size_t i = 0; i < text.size() && i < screen.columns; ++i) {
    screen.cells[row][i] = static_cast<unsigned char>(text[i]);
  }
}

using Hex = std::array<char, 8>;
Hex hex(std::uint32_t value) {
  Hex digits{};
  for (std::size_t i = 0; i < digits.size(); ++i) digits[i] = "0123456789ABCDEF"[value >> (28 - 4 * i) & 0xF];
  return digits;
}

}  // namespace

bool Identity::take(const Event& event, Millis now) {
  const bool clear = event.key == Key::clear;
  if (!shown_until_) {
    if (!(clear && event.kind == Event::Kind::press && now < kAtStart)) return false;
    page_ = Page::software;
    shown_until_ = now + kShownFor;
    return true;
  }
  if (event.kind != Event::Kind::press) return true;  // it is still held
  if (clear || page_ == Page::board) {
    end();
  } else {
    page_ = static_cast<Page>(static_cast<std::uint8_t>(page_) + 1);
    shown_until_ = now + kShownFor;
  }
  return true;
}

// A value that is longer than a row takes the place of its title.
Screen Identity::screen() const {
  const Hex digest = hex(image_.digest);
  std::string_view value;
  switch (page_) {
    case Page::software: value = image_.software; break;
    case Page::revision: value = image_.revision; break;
    case Page::reader: value = profile_.name; break;
    case Page::digest: value = {digest.data(), digest.size()}; break;
    case Page::board: value = image_.board; break;
  }
  Screen screen;
  screen.lit = true;
  screen.rows = profile_.display.rows;
  screen.columns = profile_.display.columns;
  for (auto& row : screen.cells) row.fill(u' ');
  if (value.size() <= screen.columns) {
    write(screen, 0, kTitles[static_cast<std::size_t>(page_)]);
    write(screen, 1, value);
  } else {
    write(screen, 0, value);
    write(screen, 1, {value.data() + screen.columns, value.size() - screen.columns});
  }
  return screen;
}

}  // namespace sesame::app
