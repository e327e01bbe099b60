#include "host/card/line/misbehaviour.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "host/base/safe_text.hpp"
#include "host/failure.hpp"

namespace sesame::card::line {

namespace {

struct Number {
  std::string_view name;
  std::uint16_t Misbehaviour::*member;
  std::uint16_t most;
};
struct Flag {
  std::string_view name;
  bool Misbehaviour::*member;
};

constexpr std::array kNumbers{
    Number{"nulls", &Misbehaviour::nulls, 65535},     Number{"slow", &Misbehaviour::slow, 1000},
    Number{"wtx", &Misbehaviour::wtx, 255},           Number{"mute-after", &Misbehaviour::mute_after, 65535},
    Number{"garbage", &Misbehaviour::garbage, 65535}, Number{"seed", &Misbehaviour::seed, 65535},
    Number{"bad-lrc", &Misbehaviour::bad_lrc, 65535}, Number{"lose", &Misbehaviour::lose, 65535},
    Number{"corrupt", &Misbehaviour::corrupt, 65535}, Number{"parity", &Misbehaviour::parity, 65535}};
constexpr std::array kFlags{Flag{"single", &Misbehaviour::single}, Flag{"mute", &Misbehaviour::mute},
                            Flag{"bad-atr", &Misbehaviour::bad_atr}};

std::optional<std::uint16_t> number(std::string_view text, std::uint16_t most) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= 1 && value <= most ? std::optional(value) : std::nullopt;
}

std::string known() {
  std::string names;
  for (const Number& known : kNumbers) names += fmt::format("{}=N, ", known.name);
  for (const Flag& flag : kFlags) names += fmt::format("{}, ", flag.name);
  return names.substr(0, names.size() - 2);
}

void parse_word(Misbehaviour& misbehaviour, std::string_view word) {
  for (const Flag& flag : kFlags) {
    if (word != flag.name) continue;
    misbehaviour.*flag.member = true;
    return;
  }
  const auto equals = word.find('=');
  for (const Number& entry : kNumbers) {
    if (word.substr(0, equals) != entry.name) continue;
    const auto value =
        equals == std::string_view::npos ? std::nullopt : number(word.substr(equals + 1), entry.most);
    if (!value) {
      throw Failure(Failure::invalid,
                    fmt::format("misbehaviour {}=N takes a number from 1 to {}", entry.name, entry.most));
    }
    misbehaviour.*entry.member = *value;
    return;
  }
  throw Failure(Failure::invalid,
                fmt::format("there is no misbehaviour {}; there are {}", safe::named(word), known()));
}

}  // namespace

Misbehaviour parse_misbehaviour(std::string_view text) {
  Misbehaviour misbehaviour;
  while (!text.empty()) {
    const auto comma = text.find(',');
    parse_word(misbehaviour, text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
    if (text.empty()) parse_word(misbehaviour, text);
  }
  return misbehaviour;
}

std::string to_text(const Misbehaviour& misbehaviour) {
  static const Misbehaviour kNone;
  std::string text;
  for (const Number& entry : kNumbers) {
    const std::uint16_t value = misbehaviour.*entry.member;
    if (value != kNone.*entry.member) text += fmt::format("{}={},", entry.name, value);
  }
  for (const Flag& flag : kFlags) {
    if (misbehaviour.*flag.member) text += fmt::format("{},", flag.name);
  }
  return text.substr(0, text.empty() ? 0 : text.size() - 1);
}

}  // namespace sesame::card::line
