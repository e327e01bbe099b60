#include "sim/tui/terminal.hpp"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <clocale>

#include "host/base/failure.hpp"
#include "sim/tui/terminal_check.hpp"

namespace sesame::sim {

struct Terminal::Library {
  SCREEN* screen = nullptr;
  bool colors = false;
};

namespace {

constexpr short kDisplayColors = 1;

attr_t attributes(Style style, bool colors) {
  switch (style) {
    case Style::plain: return A_NORMAL;
    case Style::strong: return A_BOLD;
    case Style::faint: return A_DIM;
    case Style::bar: return A_REVERSE;
    case Style::display: return colors ? A_NORMAL : A_REVERSE;
  }
  return A_NORMAL;
}

}  // namespace

Terminal::Terminal() : library_(std::make_unique<Library>()) {
  check_terminal();
  std::setlocale(LC_CTYPE, "");
  library_->screen = ::newterm(nullptr, stdout, stdin);
  if (library_->screen == nullptr) throw Failure(Failure::environment, "the terminal cannot be taken over");
  ::raw();
  ::noecho();
  ::nonl();
  ::keypad(::stdscr, TRUE);
  ::nodelay(::stdscr, TRUE);
  ::set_escdelay(25);
  ::curs_set(0);
  if (::has_colors()) {
    ::start_color();
    library_->colors = ::init_pair(kDisplayColors, COLOR_BLACK, COLOR_GREEN) == OK;
  }
}

Terminal::~Terminal() {
  ::endwin();
  ::delscreen(library_->screen);
}

bool Terminal::shows_unicode() const { return std::string_view(::nl_langinfo(CODESET)) == "UTF-8"; }
std::size_t Terminal::rows() const { return static_cast<std::size_t>(std::max(::getmaxy(::stdscr), 0)); }
std::size_t Terminal::columns() const { return static_cast<std::size_t>(std::max(::getmaxx(::stdscr), 0)); }

void Terminal::show(const Canvas& canvas) {
  ::erase();
  for (std::size_t row = 0; row < canvas.rows(); ++row) {
    for (std::size_t column = 0; column < canvas.columns(); ++column) {
      const Canvas::Cell& cell = canvas.at(row, column);
      const std::array<wchar_t, 2> text{static_cast<wchar_t>(cell.character), 0};
      const bool lit = cell.style == Style::display && library_->colors;
      cchar_t character{};
      ::setcchar(&character, text.data(), attributes(cell.style, library_->colors),
                 lit ? kDisplayColors : short{0}, nullptr);
      ::mvadd_wch(static_cast<int>(row), static_cast<int>(column), &character);
    }
  }
  ::refresh();
}

std::optional<Typed> Terminal::typed() {
  wint_t c = 0;
  for (int kind = 0; (kind = ::get_wch(&c)) != ERR;) {
    if (kind == OK && c == 27) return Typed{Typed::Kind::escape};
    if (kind == OK && c < 0x80) return Typed{Typed::Kind::character, static_cast<char>(c)};
    if (kind != KEY_CODE_YES) continue;
    if (c == KEY_ENTER) return Typed{Typed::Kind::character, '\n'};
    if (c == KEY_BACKSPACE) return Typed{Typed::Kind::character, '\b'};
    if (c == KEY_UP) return Typed{Typed::Kind::up};
    if (c == KEY_DOWN) return Typed{Typed::Kind::down};
    if (c >= KEY_F(1) && c <= KEY_F(8)) return Typed{Typed::Kind::function, 0, c - KEY_F(1)};
  }
  return std::nullopt;
}

void Terminal::resized() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return;
  ::resizeterm(size.ws_row, size.ws_col);
  ::clear();
}

}  // namespace sesame::sim
