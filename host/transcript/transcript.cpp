#include "host/transcript/transcript.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <system_error>
#include <utility>

#include "firmware/core/emv/apdu.hpp"
#include "firmware/core/iso7816/atr.hpp"
#include "host/base/failure.hpp"

namespace sesame::transcript {
namespace {

[[noreturn]] void fail(const std::string& name, std::string_view what) {
  throw Failure(Failure::invalid, fmt::format("{}: {}", name, what));
}

// ---- lines

struct Line {
  std::string_view keyword;  // "atr", ">", "<"; empty: nothing but a comment
  std::string_view rest;
};

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '#' && (i == 0 || is_space(line[i - 1]))) return line.substr(0, i);
  }
  return line;
}

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  return line;
}

// Line by line through the text, knowing where it is.
class Lines {
 public:
  Lines(std::string_view text, const std::string& name) : text_(text), name_(name) {
    static constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      text_.remove_prefix(kByteOrderMark.size());
    }
  }

  bool more() const { return !text_.empty(); }
  std::size_t number() const { return number_; }

  Line next() {
    ++number_;
    const std::size_t end = text_.find('\n');
    std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return split(trimmed(without_comment(line)));
  }

  [[noreturn]] void fail(std::string_view what) const { fail(number_, what); }
  [[noreturn]] void fail(std::size_t number, std::string_view what) const {
    transcript::fail(fmt::format("{}:{}", name_, number), what);
  }

 private:
  Line split(std::string_view line) const {
    if (line.empty()) return {};
    if (line.front() == '>' || line.front() == '<') return {line.substr(0, 1), line.substr(1)};
    const bool atr = line.substr(0, 3) == "atr" || line.substr(0, 3) == "ATR";
    if (atr && (line.size() == 3 || is_space(line[3]))) return {"atr", line.substr(3)};
    fail("the line begins with none of 'atr', '>', '<' and '#'");
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t number_ = 0;
};

// ---- what a line holds

struct CommandPattern {
  std::vector<std::uint8_t> bytes;  // 0 where a nibble is a wildcard
  std::vector<std::uint8_t> mask;   // F where the nibble counts
};

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

[[noreturn]] void refuse_digit(const Lines& lines, char c) {
  const bool printable = c > ' ' && c <= '~';
  lines.fail(printable ? fmt::format("'{}' is not a hex digit", c)
                       : fmt::format("byte {:02X} is not a hex digit", static_cast<unsigned char>(c)));
}

CommandPattern read_nibbles(const Lines& lines, std::string_view text) {
  CommandPattern read;
  bool half = false;
  for (const char c : text) {
    if (is_space(c)) continue;
    const bool wildcard = c == '*';
    const int value = wildcard ? 0 : digit(c);
    if (value < 0) refuse_digit(lines, c);
    if (!half) {
      read.bytes.push_back(0);
      read.mask.push_back(0);
    }
    const int shift = half ? 0 : 4;
    read.bytes.back() = static_cast<std::uint8_t>(read.bytes.back() | value << shift);
    read.mask.back() = static_cast<std::uint8_t>(read.mask.back() | (wildcard ? 0 : 0xF) << shift);
    half = !half;
  }
  if (half) lines.fail("an odd number of hex digits");
  return read;
}

std::vector<std::uint8_t> read_bytes(const Lines& lines, std::string_view text) {
  CommandPattern read = read_nibbles(lines, text);
  const bool whole = std::all_of(read.mask.begin(), read.mask.end(), [](auto m) { return m == 0xFF; });
  if (!whole) lines.fail("'*' can only stand in the data of a command");
  return std::move(read.bytes);
}

std::vector<std::uint8_t> read_atr(const Lines& lines, std::string_view text) {
  std::vector<std::uint8_t> atr = read_bytes(lines, text);
  if (atr.empty() || atr.size() > iso7816::Atr::kMaxLength) {
    lines.fail(fmt::format("an ATR has 1 to {} bytes, not {}", iso7816::Atr::kMaxLength, atr.size()));
  }
  return atr;
}

Transcript::Answer read_answer(const Lines& lines, std::string_view text) {
  for (const SlotStatus status : {SlotStatus::mute, SlotStatus::garbled}) {
    if (trimmed(text) == word_for(status)) return {status, {}};
  }
  Transcript::Answer answer{SlotStatus::ok, read_bytes(lines, text)};
  if (const auto parsed = emv::parse_response(answer.response); !parsed) {
    lines.fail(
        fmt::format("a response has 2 to {} bytes, not {}", emv::kMaxResponse, answer.response.size()));
  }
  return answer;
}

// Bytes that are no APDU are left as they are: nothing recorded equals them.
Bytes without_le(Bytes command) {
  const auto apdu = emv::parse_command(command);
  return apdu && apdu->le ? command.first(command.size() - 1) : command;
}

// The same for the same pattern, and for no other.
std::string key(const CommandPattern& command) {
  std::string text(command.bytes.begin(), command.bytes.end());
  text.append(command.mask.begin(), command.mask.end());
  return text;
}

// Without its Le.
CommandPattern read_command(const Lines& lines, std::string_view text) {
  CommandPattern command = read_nibbles(lines, text);
  const bool has_lc = command.bytes.size() > 5;  // of five bytes the last is Le
  const std::size_t header = has_lc ? 5 : 4;
  for (std::size_t i = 0; i < std::min(header, command.mask.size()); ++i) {
    if (command.mask[i] != 0xFF) lines.fail("'*' in CLA, INS, P1, P2 or Lc of a command");
  }
  if (const auto apdu = emv::parse_command(command.bytes); !apdu) {
    lines.fail(fmt::format("a command that is no short APDU: {}", to_string(apdu.error())));
  }
  const std::size_t size = without_le(command.bytes).size();
  command.bytes.resize(size);
  command.mask.resize(size);
  return command;
}

std::size_t count_wildcards(const std::vector<std::uint8_t>& mask) {
  std::size_t count = 0;
  for (const std::uint8_t byte : mask) {
    if ((byte & 0xF0) == 0) ++count;
    if ((byte & 0x0F) == 0) ++count;
  }
  return count;
}

bool is_before(Bytes a, Bytes b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

// ---- files

class File {
 public:
  explicit File(const std::string& path) : handle_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (is_open()) ::close(handle_);
  }
  bool is_open() const { return handle_ >= 0; }
  ssize_t read(char* bytes, std::size_t size) {
    for (;;) {
      const ssize_t count = ::read(handle_, bytes, size);
      if (count >= 0 || errno != EINTR) return count;
    }
  }

 private:
  int handle_;
};

}  // namespace

std::string_view word_for(SlotStatus status) {
  switch (status) {
    case SlotStatus::mute: return "mute";
    case SlotStatus::garbled: return "garbled";
    case SlotStatus::ok:
    case SlotStatus::removed: break;
  }
  return "";
}

bool Transcript::Entry::matches(Bytes other) const {
  if (other.size() != command.size()) return false;
  for (std::size_t i = 0; i < other.size(); ++i) {
    if ((other[i] & mask[i]) != command[i]) return false;
  }
  return true;
}

Transcript Transcript::parse(std::string_view text, std::string name) {
  if (text.size() > kLargestFile) fail(name, fmt::format("more than {} bytes", kLargestFile));
  Transcript transcript;
  transcript.name_ = std::move(name);
  std::vector<Entry>& entries = transcript.entries_;
  std::map<std::string, std::size_t> numbers;  // by key()

  Lines lines(text, transcript.name_);
  std::optional<CommandPattern> command;  // that waits for its response
  std::size_t command_line = 0;
  std::size_t atr_line = 0;
  const auto check_answered = [&] {
    if (command) lines.fail(command_line, "a command ('>') without its response ('<')");
  };

  while (lines.more()) {
    const Line line = lines.next();
    if (line.keyword == "atr") {
      check_answered();
      if (atr_line != 0) lines.fail(fmt::format("a second ATR; the first is in line {}", atr_line));
      atr_line = lines.number();
      transcript.atr_ = read_atr(lines, line.rest);
    } else if (line.keyword == ">") {
      check_answered();
      command = read_command(lines, line.rest);
      command_line = lines.number();
    } else if (line.keyword == "<") {
      if (!command) lines.fail("a response ('<') without its command ('>')");
      Answer answer = read_answer(lines, line.rest);
      const auto [place, is_new] = numbers.try_emplace(key(*command), entries.size());
      if (is_new) {
        entries.push_back({command->bytes, command->mask, count_wildcards(command->mask), {}});
      }
      entries[place->second].answers.push_back(std::move(answer));
      command.reset();
    }
  }
  check_answered();
  if (entries.empty()) {
    fail(transcript.name_, "there is no command ('>') with its response ('<') in it");
  }

  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    if (a.wildcards != b.wildcards) return a.wildcards < b.wildcards;
    return a.wildcards == 0 && is_before(a.command, b.command);
  });
  transcript.exact_ = static_cast<std::size_t>(
      std::count_if(entries.begin(), entries.end(), [](const Entry& entry) { return entry.wildcards == 0; }));
  return transcript;
}

Transcript Transcript::load(const std::string& path) {
  File file(path);
  const auto refuse = [&] { fail(path, "cannot be read: " + std::generic_category().message(errno)); };
  if (!file.is_open()) refuse();
  std::string text;
  std::array<char, 16384> chunk{};
  while (text.size() <= kLargestFile) {
    const ssize_t count = file.read(chunk.data(), chunk.size());
    if (count < 0) refuse();
    if (count == 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return parse(text, path);
}

std::optional<std::size_t> Transcript::find(Bytes command) const {
  const Bytes wanted = without_le(command);
  const auto begin = entries_.begin();
  const auto wildcards = begin + static_cast<std::ptrdiff_t>(exact_);
  const auto exact = std::lower_bound(begin, wildcards, wanted, [](const Entry& entry, Bytes bytes) {
    return is_before(entry.command, bytes);
  });
  if (exact != wildcards && equal(exact->command, wanted)) {
    return static_cast<std::size_t>(exact - begin);
  }
  const auto matching =
      std::find_if(wildcards, entries_.end(), [&](const Entry& entry) { return entry.matches(wanted); });
  if (matching == entries_.end()) return std::nullopt;
  return static_cast<std::size_t>(matching - begin);
}

}  // namespace sesame::transcript
