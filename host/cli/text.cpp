#include "host/cli/text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "host/base/hex.hpp"
#include "host/base/safe_json.hpp"
#include "host/base/safe_text.hpp"
#include "host/base/utf8.hpp"

namespace sesame::cli {

namespace {

[[noreturn]] void usage(const std::string& line) { throw Failure(Exit::usage, line); }

[[noreturn]] void output_failed(int error) {
  throw Failure(Exit::environment,
                fmt::format("standard output: cannot be written: {}", std::strerror(error)));
}

// Past stdio, whose buffer would keep a code.
void write(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && descriptor == STDOUT_FILENO) output_failed(errno);
    if (count < 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void write_line(int descriptor, std::string line) { write(descriptor, line += '\n'); }

}  // namespace

std::string hex(Bytes bytes) { return sesame::to_hex(bytes); }

std::vector<std::uint8_t> parse_hex(std::string_view what, std::string_view text) {
  auto parsed = sesame::parse_hex(text);
  if (const auto* error = std::get_if<HexError>(&parsed)) {
    usage(fmt::format("{} {}", what, to_string(*error)));
  }
  return std::move(std::get<std::vector<std::uint8_t>>(parsed));
}

std::vector<std::uint8_t> parse_hex(std::string_view what, std::string_view text, std::size_t size) {
  auto out = parse_hex(what, text);
  if (out.size() != size) usage(fmt::format("{}: {} bytes, must be {}", what, out.size(), size));
  return out;
}

std::uint16_t parse_atc(std::string_view what, std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size() || text.size() > 4) {
    usage(fmt::format("{}: must be 1 to 4 hexadecimal digits", what));
  }
  return static_cast<std::uint16_t>(value);
}

void check_digits(std::string_view what, std::string_view text, std::size_t least, std::size_t most) {
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits && text.size() >= least && text.size() <= most) return;
  if (least == most) usage(fmt::format("{}: must be {} digits", what, least));
  usage(fmt::format("{}: must be {} to {} digits", what, least, most));
}

std::string parse_psn(std::string_view what, std::string_view text) {
  check_digits(what, text, 1, 2);
  return std::string(2 - text.size(), '0') + std::string(text);
}

void check_output() {
  const int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) output_failed(EBADF);
}

void print_line(std::string_view line) { write_line(STDOUT_FILENO, safe::one_line(line)); }
void note_line(std::string_view line) { write_line(STDERR_FILENO, safe::one_line(line)); }
void print_lines(std::string_view lines) { write_line(STDOUT_FILENO, safe::lines(lines)); }
void print_json(const nlohmann::ordered_json& value, int indent) {
  write_line(STDOUT_FILENO, safe::json(value, indent));
}

void print_content(std::string_view content) {
  if (::isatty(STDOUT_FILENO) == 1) return print_lines(content);
  write_line(STDOUT_FILENO, std::string(content));
}

void note_drawing(std::string_view drawing) { write(STDERR_FILENO, drawing); }

std::string utf8(std::span<const char16_t> characters) {
  std::string out;
  for (const char16_t c : characters) utf8::append(out, c);
  return out;
}

}  // namespace sesame::cli
