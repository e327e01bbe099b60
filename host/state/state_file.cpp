#include "host/state/state_file.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>

#include "host/base/failure.hpp"

namespace sesame::state {
namespace {

constexpr std::string_view kFirstLine = "sesame-state 1";

constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    table[i] = i;
    for (int bit = 0; bit < 8; ++bit) {
      table[i] = (table[i] >> 1) ^ ((table[i] & 1) != 0 ? 0xEDB88320u : 0u);
    }
  }
  return table;
}();

std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  }
  return ~crc;
}

std::string end_line(std::string_view before) { return fmt::format("end {:08X}", crc32(before)); }

// What stands before the next `separator`, which is taken off too.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

std::optional<std::uint32_t> parse_value(std::string_view hex) {
  if (hex.size() < 4 || hex.size() > 8) return std::nullopt;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (error != std::errc{} || end != hex.data() + hex.size()) return std::nullopt;
  return value;
}

// The counters of a record after its id, or nothing if that is not what the text is.
std::optional<Counters> parse_counters(std::string_view text) {
  Counters counters;
  while (!text.empty()) {
    std::string_view value = take(text, ' ');
    const std::string_view name = take(value, '=');
    const auto number = parse_value(value);
    if (!number || !is_counter_name(name) || counters.find(name)) return std::nullopt;
    if (counters.size() == Counters::capacity) return std::nullopt;
    counters.set(name, *number);
  }
  return counters;
}

class Parser {
 public:
  Parser(std::string_view text, const std::string& path) : text_(text), rest_(text), path_(path) {}

  Records parse() {
    if (next_line() != kFirstLine) fail(fmt::format("does not start with \"{}\"", kFirstLine));
    Records records;
    while (true) {
      const std::string_view before = text_.substr(0, text_.size() - rest_.size());
      const std::string_view line = next_line();
      if (line.substr(0, 4) == "end ") {
        if (line != end_line(before)) fail("the checksum does not match");
        if (!rest_.empty()) fail("goes on after its last line");
        return records;
      }
      add_record(records, line);
    }
  }

 private:
  std::string_view next_line() {
    ++line_;
    if (rest_.find('\n') == std::string_view::npos) fail("the end of the file is missing");
    return take(rest_, '\n');
  }

  void add_record(Records& records, std::string_view line) const {
    const std::string_view id = take(line, ' ');
    const auto counters = parse_counters(line);
    if (!counters || !is_record_id(id)) fail("is not a record (ID name=HEX …)");
    if (!records.emplace(id, *counters).second) fail("a second record of that id");
  }

  [[noreturn]] void fail(std::string_view why) const {
    throw Failure(Failure::invalid,
                  fmt::format("{}:{}: {}: the state file is damaged, or not one of this version; restore "
                              "it from a copy, or move it away to start all its cards anew",
                              path_, line_, why));
  }

  std::string_view text_;
  std::string_view rest_;
  const std::string& path_;
  int line_ = 0;
};

}  // namespace

std::string to_text(const Records& records) {
  std::string text = fmt::format("{}\n", kFirstLine);
  for (const auto& [id, counters] : records) {
    text += id;
    for (const Counter& counter : counters) {
      fmt::format_to(std::back_inserter(text), " {}={:04X}", counter.name(), counter.value);
    }
    text += '\n';
  }
  return text + end_line(text) + '\n';
}

Records from_text(std::string_view text, const std::string& path) { return Parser(text, path).parse(); }

}  // namespace sesame::state
