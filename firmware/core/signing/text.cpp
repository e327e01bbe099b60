#include "firmware/core/signing/text.hpp"

#include <algorithm>

#include "firmware/core/crypto/sha256.hpp"

namespace sesame::signing {

namespace {

// Where a row ends, and where the next one begins.
struct Row {
  std::size_t end, next;
};

Row row_at(std::span<const char> text, std::size_t begin, std::size_t columns) {
  const std::size_t limit = std::min(begin + columns, text.size());
  for (std::size_t i = begin; i < limit; ++i) {
    if (text[i] == '\n') return {i, i + 1};
  }
  if (limit == text.size()) return {limit, limit};
  if (text[limit] == '\n' || text[limit] == ' ') return {limit, limit + 1};
  for (std::size_t i = limit; i > begin + 1; --i) {
    if (text[i - 1] == ' ') return {i - 1, i};
  }
  return {limit, limit};
}

}  // namespace

bool is_text(Bytes text) {
  const auto allowed = [](std::uint8_t c) { return c == '\n' || (c >= ' ' && c <= '~'); };
  const auto visible = [](std::uint8_t c) { return c > ' '; };
  return text.size() <= kMaxText && std::all_of(text.begin(), text.end(), allowed) &&
         std::any_of(text.begin(), text.end(), visible);
}

void lay_out(std::span<const char> text, std::size_t page, std::size_t rows, std::size_t columns, Page& out) {
  out = {};
  std::size_t at = 0;
  for (std::size_t row = 0; at < text.size() && row < (page + 1) * rows; ++row) {
    const auto [end, next] = row_at(text, at, columns);
    if (row >= page * rows) {
      if (row > page * rows) static_cast<void>(out.rows.push('\n'));
      static_cast<void>(out.rows.append(text.subspan(at, end - at)));
    }
    at = next;
  }
  out.more = at < text.size();
}

void append_numbers(std::span<const char> text, cap::TdsNumbers& numbers) {
  const Bytes bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  for (std::uint32_t word : crypto::sha256(bytes)) {
    cap::TdsNumber number;
    for (std::size_t i = 0; i < cap::kMaxTdsDigits; ++i) static_cast<void>(number.push('0'));
    for (std::size_t i = number.size(); word != 0; word /= 10) {
      number[--i] = static_cast<char>('0' + word % 10);
    }
    static_cast<void>(numbers.push(number));
  }
}

}  // namespace sesame::signing
