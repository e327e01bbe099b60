// For targets whose input is a text of lines: a mutator that also moves, repeats and drops lines and changes
// numbers, as changed bytes alone seldom make another text of the same kind; and what every refusal of a text
// file must be like.
#pragma once

#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/failure.hpp"
#include "tests/fuzz/fuzz.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace sesame::fuzz {

inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

class LineMutator {
 public:
  explicit LineMutator(unsigned seed) : state_(seed) {}

  // What it makes of the text; longer or shorter.
  std::string mutated(std::string_view text) {
    const std::vector<std::string_view> lines = lines_of(text);
    if (lines.empty()) return std::string(text);
    const std::size_t at = below(lines.size()), to = below(lines.size());
    switch (below(5)) {
      case 0: return joined(lines, at, {});
      case 1: return joined(lines, at, {lines[at], lines[at]});
      case 2: return joined(lines, at, {lines[to]});
      case 3: return joined(lines, at, {lines[to], lines[at]});
      default: return joined(lines, at, {with_another_number(lines[at])});
    }
  }
  std::size_t below(std::size_t limit) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    return static_cast<std::size_t>(state_ >> 33) % limit;
  }

 private:
  // With others in the place of the line `at`.
  static std::string joined(const std::vector<std::string_view>& lines, std::size_t at,
                            const std::vector<std::string>& instead) {
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i != at) out.append(lines[i]).append("\n");
      for (std::size_t k = 0; i == at && k < instead.size(); ++k) out.append(instead[k]).append("\n");
    }
    return out;
  }
  static std::string joined(const std::vector<std::string_view>& lines, std::size_t at,
                            std::initializer_list<std::string_view> instead) {
    return joined(lines, at, std::vector<std::string>(instead.begin(), instead.end()));
  }

  std::string with_another_number(std::string_view line) {
    static constexpr std::array<std::string_view, 14> kNumbers{"0",          "1",
                                                               "-1",         "2",
                                                               "16",         "99",
                                                               "255",        "65536",
                                                               "2147483648", "4294967296",
                                                               "010",        "9223372036854775807",
                                                               "",           "18446744073709551616"};
    std::vector<std::size_t> begins;
    const auto digit = [&](std::size_t i) { return i < line.size() && line[i] >= '0' && line[i] <= '9'; };
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (digit(i) && (i == 0 || !digit(i - 1))) begins.push_back(i);
    }
    if (begins.empty()) return std::string(line);
    const std::size_t begin = begins[below(begins.size())];
    std::size_t end = begin;
    while (digit(end)) ++end;
    std::string out(line.substr(0, begin));
    return out.append(kNumbers[below(kNumbers.size())]).append(line.substr(end));
  }

  std::uint64_t state_;
};

// A refusal is one line, of a bad file, and begins with the file's name.
inline void require_told(const Failure& failure, std::string_view file) {
  const std::string_view line = failure.what();
  require(failure.kind() == Failure::invalid, "a bad text is a bad file");
  require(line.find('\n') == std::string_view::npos, "a refusal is one line");
  require(line.starts_with(file), "a refusal names the file");
  for (const char c : line) {
    require(static_cast<unsigned char>(c) >= 0x20 && c != '\x7F', "a refusal does not work the terminal");
  }
}

// What stands after `KEY = "` in a line of its own, to the next quote, where it is nowhere else in the text.
inline std::vector<std::string_view> secrets_of(std::string_view text, std::string_view key) {
  constexpr std::size_t kTooShort = 6;  // it may be a line's number
  std::vector<std::string_view> secrets;
  for (const std::string_view line : lines_of(text)) {
    const std::string begin = std::string(key) + " = \"";
    if (!line.starts_with(begin)) continue;
    const std::string_view value = line.substr(begin.size(), line.find('"', begin.size()) - begin.size());
    const std::size_t at = text.find(value);
    if (value.size() >= kTooShort && text.find(value, at + 1) == std::string_view::npos)
      secrets.push_back(value);
  }
  return secrets;
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  static_assert(sizeof(char) == sizeof(std::uint8_t));
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace sesame::fuzz

// Every second time the bytes are changed, else the lines.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  sesame::fuzz::LineMutator mutator(seed);
  if (mutator.below(2) == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string out = mutator.mutated(sesame::fuzz::text_of(data, size));
  const std::size_t taken = std::min(out.size(), max_size);
  std::memcpy(data, out.data(), taken);
  return taken;
}
