#include "sim/tui/view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "host/terminal/keyboard.hpp"
#include "host/terminal/output.hpp"

namespace sesame::sim {

namespace {

constexpr std::size_t kReaderWidth = 32, kReaderHeight = 19, kLeastLog = 30;
constexpr std::size_t kLeastRows = kReaderHeight + 3, kLeastColumns = kReaderWidth;

std::string seconds(Millis millis) { return fmt::format("{}.{} s", millis / 1000, millis % 1000 / 100); }

std::string title(const TuiModel& model) {
  std::string text =
      fmt::format(" {}   card: {}, {}   clock: {}, {}", model.reader().profile().title, model.card_name(),
                  model.card_is_in() ? "in" : "out", model.clock() == ClockKind::real ? "real" : "stands",
                  seconds(model.reader().now()));
  if (const auto deadline = model.reader().deadline(); deadline && *deadline > model.reader().now()) {
    text += fmt::format(", next in {} s", (*deadline - model.reader().now() + 999) / 1000);
  }
  return text;
}

void draw_display(Canvas& canvas, const Screen& screen, std::size_t row, std::size_t left) {
  canvas.box(row, left, screen.rows + 2U, screen.columns + 2U);
  for (std::size_t y = 0; y < screen.rows; ++y) {
    const auto cells = screen.row(y);
    for (std::size_t x = 0; x < screen.columns; ++x) {
      canvas.put(row + 1 + y, left + 1 + x, screen.lit ? cells[x] : u' ',
                 screen.lit ? Style::display : Style::plain);
    }
  }
}

// The letter of function `i`, as the keyboard has it.
char function_letter(std::size_t i) {
  for (char c = 'a'; c <= 'z'; ++c) {
    const auto action = terminal::action_of(c, i + 1);
    if (action && action->kind == terminal::UserAction::Kind::press && action->key == function_key(i))
      return c;
  }
  return ' ';
}

// "a [CODE]", two beside each other.
void draw_functions(Canvas& canvas, const ReaderProfile& profile, std::size_t row, std::size_t left) {
  for (std::size_t i = 0; i < profile.functions.size(); ++i) {
    if (profile.functions[i].on_insertion) continue;  // it has no key
    const std::size_t x = left + (i % 2) * 13;
    canvas.put(row + i / 2, x, fmt::format("{} [", function_letter(i)));
    const std::size_t end = canvas.put(row + i / 2, x + 3, profile.functions[i].key, Style::strong);
    canvas.put(row + i / 2, end, "]");
  }
}

void draw_keypad(Canvas& canvas, std::size_t row, std::size_t left) {
  constexpr std::array<std::string_view, 4> kRows{"[1]  [2]  [3]", "[4]  [5]  [6]", "[7]  [8]  [9]",
                                                  "[.]  [0]"};
  for (std::size_t i = 0; i < kRows.size(); ++i) canvas.put(row + i, left, kRows[i]);
  canvas.put(row, left + 17, "c [C]");
  canvas.put(row + 3, left + 14, "Enter [OK]", Style::strong);
}

void draw_slot(Canvas& canvas, const TuiModel& model, std::size_t row) {
  const std::string card = fmt::format("▸ {} ", model.card_name());
  if (model.card_is_in()) {
    canvas.put(row, 3, card, Style::bar, kReaderWidth - 6);
  } else {
    canvas.put(row, 3, fmt::format("i: put {} in", model.card_name()), Style::faint, kReaderWidth - 6);
  }
}

void draw_reader(Canvas& canvas, const TuiModel& model) {
  const ReaderProfile& profile = model.reader().profile();
  const Screen screen = model.reader().screen();
  canvas.box(1, 0, kReaderHeight, kReaderWidth, profile.title);
  draw_display(canvas, screen, 2, (kReaderWidth - screen.columns - 2) / 2);
  draw_functions(canvas, profile, 9, 3);
  draw_keypad(canvas, 13, 3);
  draw_slot(canvas, model, 18);
}

void draw_log(Canvas& canvas, const TuiModel& model, std::size_t height) {
  const std::size_t left = kReaderWidth + 1, width = canvas.columns() - left;
  canvas.box(1, left, height, width, model.hex() ? "Card, in hexadecimal" : "Card");
  std::size_t row = height - 1;  // upwards, the newest at the foot
  const std::size_t inside = width - 4;
  for (auto entry = model.log().rbegin(); entry != model.log().rend() && row > 1; ++entry) {
    if (model.hex() && !entry->command.empty()) {
      canvas.put(row--, left + 2, "< " + (entry->response.empty() ? "nothing" : entry->response),
                 Style::faint, inside);
      if (row == 1) break;
      canvas.put(row--, left + 2, "> " + entry->command, Style::plain, inside);
      continue;
    }
    const std::string note = entry->note();
    const bool well = note.empty() || note == "9000" || note.starts_with("61");
    canvas.put(row, left + 2, entry->name, Style::plain, inside > 10 ? inside - 10 : inside);
    canvas.put(row--, left + width - 2 - note.size(), note, well ? Style::faint : Style::strong);
  }
}

void draw_keys(Canvas& canvas, std::size_t row) {
  canvas.put(row, 1, "0-9 . Enter   c C   C C held   i card in   e card out   m cards   p readers");
  canvas.put(row + 1, 1, "t clock stands   + 1 s   > 35 s   n next   x hex   q end");
}

void draw_menu(Canvas& canvas, const TuiModel::Menu& menu) {
  const std::size_t height = menu.entries.size() + 4, width = std::min<std::size_t>(canvas.columns(), 66);
  const std::size_t top = canvas.rows() > height ? (canvas.rows() - height) / 2 : 0;
  const std::size_t left = (canvas.columns() - width) / 2;
  canvas.box(top, left, height, width,
             menu.of == TuiModel::Menu::Of::cards ? "Which card?" : "Which reader?");
  for (std::size_t i = 0; i < menu.entries.size(); ++i) {
    const auto& entry = menu.entries[i];
    const bool chosen = i == menu.chosen;
    canvas.put(top + 1 + i, left + 2,
               fmt::format("{} {} {:<14} {}", chosen ? "▸" : " ", i + 1, entry.name, entry.title),
               chosen ? Style::bar : Style::plain, width - 4);
  }
  canvas.put(top + height - 2, left + 2, "arrows and Enter, or its number; Esc: none", Style::faint,
             width - 4);
}

}  // namespace

Canvas draw(const TuiModel& model, std::size_t rows, std::size_t columns, bool ascii) {
  Canvas canvas(rows, columns, ascii);
  if (rows < kLeastRows || columns < kLeastColumns) {
    canvas.put(0, 0, fmt::format("This window has {} columns and {} rows;", columns, rows));
    canvas.put(1, 0, fmt::format("the reader needs {} and {}.", kLeastColumns, kLeastRows));
    return canvas;
  }
  for (std::size_t x = 0; x < columns; ++x) canvas.put(0, x, u' ', Style::bar);
  canvas.put(0, 0, title(model), Style::bar);
  draw_reader(canvas, model);
  if (columns >= kReaderWidth + kLeastLog) draw_log(canvas, model, std::max(kReaderHeight, rows - 5));
  canvas.put(kReaderHeight + 1, 1, model.message(), Style::strong, columns - 1);
  draw_keys(canvas, rows - 2);
  if (model.menu()) draw_menu(canvas, *model.menu());
  return canvas;
}

}  // namespace sesame::sim
