#include "host/cli/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <variant>

#include "host/base/hex.hpp"
#include "host/cli/exit.hpp"
#include "host/document/file.hpp"

namespace sesame::cli {

namespace {

std::vector<std::uint8_t> bytes_of(std::string_view what,
                                   std::variant<std::vector<std::uint8_t>, HexError> parsed) {
  if (const auto* error = std::get_if<HexError>(&parsed)) {
    usage(fmt::format("{} {}", what, to_string(*error)));
  }
  return std::move(std::get<std::vector<std::uint8_t>>(parsed));
}

}  // namespace

std::string hex(Bytes bytes) { return sesame::to_hex(bytes); }

std::vector<std::uint8_t> parse_hex(std::string_view what, std::string_view text) {
  return bytes_of(what, parse_printed_hex(text));
}

std::vector<std::uint8_t> parse_hex(std::string_view what, std::string_view text, std::size_t size) {
  auto out = parse_hex(what, text);
  if (out.size() != size) usage(fmt::format("{}: {} bytes, must be {}", what, out.size(), size));
  return out;
}

std::vector<std::uint8_t> read_hex(std::string_view what, const std::vector<std::string>& words) {
  std::vector<std::uint8_t> bytes;
  if (words.size() == 1 && words[0] == "-") {
    bytes = bytes_of("standard input", parse_printed_hex(document::FileText::given("-").text()));
  } else {
    bytes = bytes_of(what, parse_printed_hex(fmt::format("{}", fmt::join(words, " "))));
  }
  if (bytes.empty()) usage(fmt::format("{}: no byte at all", what));
  return bytes;
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

}  // namespace sesame::cli
