#include "host/card/file/card_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/card/file/card_file.hpp"
#include "host/keys/key.hpp"

namespace sesame::card {

namespace {

constexpr std::size_t kIssuerDigits = 6;

std::string random_digits(std::size_t count, const Random& random) {
  std::string digits;
  while (digits.size() < count) {
    std::array<std::uint8_t, 1> byte{};
    random(byte);
    if (byte[0] < 250) digits += static_cast<char>('0' + byte[0] % 10);  // so that no digit is likelier
  }
  return digits;
}

std::string new_pan(std::string_view old, const Random& random) {
  std::string pan(old.substr(0, kIssuerDigits));
  pan += random_digits(old.size() - kIssuerDigits - 1, random);
  pan += luhn(pan);
  return pan;
}

std::string new_key(const Random& random) {
  keys::Key key;
  random(key.bytes());
  return to_hex(keys::odd_parity(std::move(key)).bytes());
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

// Each line of a card file, without the comment at its top, as `change` has it; nothing: it is left out.
std::string rewritten(std::string_view text,
                      const std::function<std::optional<std::string>(std::string_view line)>& change) {
  while (text.starts_with('#')) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  std::string out;
  out.reserve(2 * text.size());  // no copy of a key is left behind by growing
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const auto line = change(text.substr(0, end));
    if (line) out += *line;
    text.remove_prefix(end);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (line && !text.empty()) out += '\n';
  }
  return out;
}

// The line with another value in the place of the one in it.
std::string with(std::string_view line, std::string_view old, std::string_view value) {
  const auto at = static_cast<std::size_t>(old.data() - line.data());
  std::string out(line.substr(0, at));
  out += value;
  out += line.substr(at + old.size());
  return out;
}

// Whole bytes, with a PAN that has one digit more or less than the text's: an F more or less at the end, as
// tag 57 has it (EMV 4.3 Book 3, annex A).
std::string filled_anew(std::string_view line, std::size_t pan) {
  std::string out(line);
  const std::size_t end = out.find('"', pan);
  if (end == std::string::npos) return out;
  return out[end - 1] == 'F' ? out.erase(end - 1, 1) : out.insert(end, 1, 'F');
}

bool same_keys(const Personalization& one, const Personalization& other) {
  if (one.applications.size() != other.applications.size()) return false;
  for (std::size_t i = 0; i < one.applications.size(); ++i) {
    const auto& key = one.applications[i].cryptogram.master_key;
    if (!equal(key.bytes(), other.applications[i].cryptogram.master_key.bytes())) return false;
  }
  return true;
}

}  // namespace

char luhn(std::string_view digits) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto digit = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
    const unsigned doubled = i % 2 == 0 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::optional<std::string> next_pan(std::string_view pan) {
  const std::string_view old = pan.substr(0, pan.size() - 1);
  std::uint64_t number = 0;
  std::from_chars(old.data(), old.data() + old.size(), number);
  std::string next = fmt::format("{:0{}}", number + 1, old.size());
  if (next.substr(0, kIssuerDigits) != old.substr(0, kIssuerDigits)) return std::nullopt;
  next += luhn(next);
  return next;
}

std::string personalize(std::string_view text, const std::optional<std::string>& pin, const Random& random) {
  return rewritten(text, [&](std::string_view line) -> std::optional<std::string> {
    if (const auto pan = value_of(line, "pan"); pan && pan->size() > kIssuerDigits + 1) {
      return with(line, *pan, new_pan(*pan, random));
    }
    if (const auto old = value_of(line, "pin"); old && pin) return with(line, *old, *pin);
    if (const auto mk = value_of(line, "mk")) return with(line, *mk, new_key(random));
    if (const auto imk = value_of(line, "imk")) return with(line, *imk, new_key(random));
    return std::string(line);
  });
}

std::string personalize(std::string_view text, const std::optional<std::string>& pin,
                        const Personalization& card, std::string_view file) {
  std::size_t application = 0;
  bool odd = false;
  const auto key = [&] {
    return application < card.applications.size()
               ? to_hex(card.applications[application++].cryptogram.master_key.bytes())
               : std::string();
  };
  std::string out = rewritten(text, [&](std::string_view line) -> std::optional<std::string> {
    if (const auto pan = value_of(line, "pan")) {
      odd = (pan->size() + card.pan.size()) % 2 != 0;
      return with(line, *pan, card.pan);
    }
    if (const std::size_t pan = line.find("{pan}"); odd && pan != std::string_view::npos) {
      return filled_anew(line, pan);
    }
    if (const auto psn = value_of(line, "psn")) return with(line, *psn, card.psn);
    if (const auto old = value_of(line, "pin"); old && pin) return with(line, *old, *pin);
    if (const auto mk = value_of(line, "mk")) return with(line, *mk, key());
    if (const auto imk = value_of(line, "imk")) {
      std::string changed = with(line, *imk, key());
      return changed.erase(changed.find("imk"), 1);
    }
    if (value_of(line, "option")) return std::nullopt;  // says how an IMK makes a card's key
    return std::string(line);
  });
  // What a text may be is more than what is found by its lines.
  const card::Personalization made = read_card(out, file);
  if (made.pan == card.pan && made.psn == card.psn && (!pin || made.pin.view() == *pin) &&
      same_keys(made, card)) {
    return out;
  }
  throw Failure(Failure::invalid,
                fmt::format("{}: no card can be made of it: pan, psn, pin, and imk or mk of each application "
                            "must have a line each, as in imk = \"…\"",
                            file));
}

}  // namespace sesame::card
