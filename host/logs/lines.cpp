#include "host/logs/lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "firmware/core/emv/apdu.hpp"
#include "firmware/core/iso7816/atr.hpp"
#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/base/safe_text.hpp"

namespace sesame::logs {

namespace {

constexpr char kEscape = '\x1B';

// CSI, parameters, and a letter at the end (ECMA-48, 5.4).
std::string without_colors(std::string_view line) {
  std::string plain;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == kEscape && i + 1 < line.size() && line[i + 1] == '[') {
      i += 2;
      while (i < line.size() && (line[i] < '@' || line[i] > '~')) ++i;
    } else {
      plain += line[i];
    }
  }
  return plain;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Lines::Lines(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
}

bool Lines::next() {
  if (text_.empty()) return false;
  ++number_;
  const std::size_t end = text_.find('\n');
  std::string_view line = text_.substr(0, end);
  text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  line_ = without_colors(line);
  return true;
}

void Lines::fail(std::size_t number, std::string_view why) const {
  throw Failure(Failure::invalid, fmt::format("{}:{}: {}", safe::one_line(name_), number, why));
}

std::vector<std::uint8_t> Lines::hex(std::string_view text) const {
  auto parsed = parse_printed_hex(text);
  if (const auto* error = std::get_if<HexError>(&parsed)) {
    fail(error->kind == HexError::Kind::odd ? "bytes with an odd number of hex digits"
                                            : "bytes that are not hexadecimal");
  }
  return std::move(std::get<std::vector<std::uint8_t>>(parsed));
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::uint8_t> dumped(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t at = 0; bytes.size() < 16 && at + 1 < text.size(); at += 3) {
    const int high = digit(text[at]), low = digit(text[at + 1]);
    if (high < 0 || low < 0 || (at + 2 < text.size() && text[at + 2] != ' ')) break;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

void Dialogue::reset(std::vector<std::uint8_t> atr, std::size_t line) {
  if (atr.empty() || atr.size() > iso7816::Atr::kMaxLength) {
    lines_.fail(number(line),
                fmt::format("an ATR has 1 to {} bytes, not {}", iso7816::Atr::kMaxLength, atr.size()));
  }
  mute();
  Event event;
  event.kind = Event::Kind::reset;
  event.atr = std::move(atr);
  events_.push_back(std::move(event));
}

void Dialogue::command(std::vector<std::uint8_t> bytes, std::size_t line) {
  if (bytes.empty() || bytes.size() > emv::kMaxCommand) {
    lines_.fail(number(line),
                fmt::format("a command has 1 to {} bytes, not {}", emv::kMaxCommand, bytes.size()));
  }
  mute();
  Event event;
  event.command = std::move(bytes);
  events_.push_back(std::move(event));
  waits_ = true;
  asked_ = number(line);
}

void Dialogue::response(std::vector<std::uint8_t> bytes, std::size_t line) {
  if (!waits_) lines_.fail(number(line), "a response without its command");
  if (bytes.size() < 2 || bytes.size() > emv::kMaxResponse) {
    lines_.fail(number(line),
                fmt::format("a response has 2 to {} bytes, not {}", emv::kMaxResponse, bytes.size()));
  }
  events_.back().response = std::move(bytes);
  waits_ = false;
}

std::vector<Event> Dialogue::finish() {
  if (waits_) lines_.fail(asked_, "a command without its response");
  const bool any = std::any_of(events_.begin(), events_.end(),
                               [](const Event& event) { return event.kind == Event::Kind::exchange; });
  if (!any)
    lines_.fail(std::max<std::size_t>(lines_.number(), 1),
                "there is no command with its response in the log");
  return std::move(events_);
}

}  // namespace sesame::logs
