#include "host/cli/text.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>
#include <variant>

#include "host/profile/hex.hpp"

namespace sesame::cli {

namespace {

[[noreturn]] void usage(const std::string& line) { throw Failure(Exit::usage, line); }

// Past stdio, whose buffer would keep a code until the end.
void write(int descriptor, std::string line) {
  line += '\n';
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t count = ::write(descriptor, left.data(), left.size());
    if (count >= 0) {
      left.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      break;
    }
  }
  if (!left.empty() && descriptor == STDOUT_FILENO) {
    throw Failure(Exit::environment,
                  fmt::format("standard output: cannot be written: {}", std::strerror(errno)));
  }
}

}  // namespace

std::string hex(Bytes bytes) { return profile::to_hex(bytes); }

std::vector<std::uint8_t> parse_hex(std::string_view what, std::string_view text) {
  auto parsed = profile::parse_hex(text);
  if (const auto* error = std::get_if<profile::HexError>(&parsed)) {
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

void print_line(std::string_view line) { write(STDOUT_FILENO, std::string(line)); }
void note_line(std::string_view line) { write(STDERR_FILENO, std::string(line)); }

std::string utf8(std::span<const char16_t> characters) {
  std::string out;
  for (const char16_t c : characters) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xC0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
      out += static_cast<char>(0xE0 | c >> 12);
      out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  return out;
}

}  // namespace sesame::cli
