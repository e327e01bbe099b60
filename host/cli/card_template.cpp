#include "host/cli/card_template.hpp"

#include <array>

#include "host/cli/text.hpp"
#include "host/keys/key.hpp"

namespace sesame::cli {

namespace {

std::string random_digits(std::size_t count, const Random& random) {
  std::string digits;
  while (digits.size() < count) {
    std::array<std::uint8_t, 1> byte{};
    random(byte);
    if (byte[0] < 250) digits += static_cast<char>('0' + byte[0] % 10);  // so that no digit is likelier
  }
  return digits;
}

// ISO/IEC 7812-1, annex B.
char luhn(std::string_view payload) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    const auto digit = static_cast<unsigned>(payload[payload.size() - 1 - i] - '0');
    const unsigned doubled = i % 2 == 0 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string new_pan(std::string_view old, const Random& random) {
  const std::size_t issuer = 6;
  std::string pan(old.substr(0, issuer));
  pan += random_digits(old.size() - issuer - 1, random);
  pan += luhn(pan);
  return pan;
}

std::string new_key(const Random& random) {
  keys::Key key;
  random(key.bytes());
  return hex(keys::odd_parity(std::move(key)).bytes());
}

// The quoted value of a line `key = "value"`; nothing where the line is another.
std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
  const std::size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || !line.substr(start).starts_with(key)) return std::nullopt;
  std::string_view rest = line.substr(start + key.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  if (!rest.starts_with('=')) return std::nullopt;
  const std::size_t open = rest.find('"');
  const std::size_t close = open == std::string_view::npos ? open : rest.find('"', open + 1);
  if (close == std::string_view::npos) return std::nullopt;
  return rest.substr(open + 1, close - open - 1);
}

}  // namespace

std::string personalize(std::string_view text, const std::optional<std::string>& pin, const Random& random) {
  while (text.starts_with('#')) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const auto put = [&](std::string_view old, const std::string& value) {
      const auto at = static_cast<std::size_t>(old.data() - line.data());
      out += line.substr(0, at);
      out += value;
      out += line.substr(at + old.size());
    };
    if (const auto pan = value_of(line, "pan"); pan && pan->size() > 7) {
      put(*pan, new_pan(*pan, random));
    } else if (const auto old_pin = value_of(line, "pin"); old_pin && pin) {
      put(*old_pin, *pin);
    } else if (const auto mk = value_of(line, "mk")) {
      put(*mk, new_key(random));
    } else if (const auto imk = value_of(line, "imk")) {
      put(*imk, new_key(random));
    } else {
      out += line;
    }
    text.remove_prefix(end);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (!text.empty()) out += '\n';
  }
  return out;
}

}  // namespace sesame::cli
