#include "sim/lcd/rows.hpp"

#include "host/base/utf8.hpp"

namespace sesame::sim {

std::vector<std::string> all_rows(const Screen& screen) {
  std::vector<std::string> rows = to_rows(screen);
  rows.resize(screen.rows, std::string(screen.columns, ' '));
  return rows;
}

std::vector<std::string> to_rows(const Screen& screen) {
  std::vector<std::string> rows;
  if (!screen.lit) return rows;
  for (std::size_t i = 0; i < screen.rows; ++i) {
    std::string& row = rows.emplace_back();
    for (const char16_t c : screen.row(i)) utf8::append(row, c);
  }
  return rows;
}

std::vector<std::string> split_rows(std::string_view joined) {
  std::vector<std::string> rows;
  if (joined.empty()) return rows;
  for (std::size_t end = joined.find('\n'); end != std::string_view::npos; end = joined.find('\n')) {
    rows.emplace_back(joined.substr(0, end));
    joined.remove_prefix(end + 1);
  }
  rows.emplace_back(joined);
  return rows;
}

std::string to_text(std::span<const std::string> rows) {
  std::string text;
  for (const std::string& row : rows) {
    const std::size_t end = row.find_last_not_of(' ') + 1;
    text.append(row, 0, end).append("\n");
  }
  text.erase(text.find_last_not_of('\n') + 1);
  return text;
}

std::string to_text(const Screen& screen) { return to_text(to_rows(screen)); }

}  // namespace sesame::sim
