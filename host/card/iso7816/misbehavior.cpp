#include "host/card/iso7816/misbehavior.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "host/base/failure.hpp"
#include "host/base/safe_text.hpp"

namespace sesame::card::iso7816 {

namespace {

struct Number {
  std::string_view name;
  std::uint16_t Misbehavior::*member;
  std::uint16_t most;
};
struct Flag {
  std::string_view name;
  bool Misbehavior::*member;
};

constexpr std::array kNumbers{
    Number{"nulls", &Misbehavior::nulls, 65535},     Number{"slow", &Misbehavior::slow, 1000},
    Number{"wtx", &Misbehavior::wtx, 255},           Number{"mute-after", &Misbehavior::mute_after, 65535},
    Number{"garbage", &Misbehavior::garbage, 65535}, Number{"seed", &Misbehavior::seed, 65535},
    Number{"bad-lrc", &Misbehavior::bad_lrc, 65535}, Number{"lose", &Misbehavior::lose, 65535},
    Number{"corrupt", &Misbehavior::corrupt, 65535}, Number{"parity", &Misbehavior::parity, 65535}};
constexpr std::array kFlags{Flag{"single", &Misbehavior::single}, Flag{"mute", &Misbehavior::mute},
                            Flag{"bad-atr", &Misbehavior::bad_atr}};

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

void parse_word(Misbehavior& misbehavior, std::string_view word) {
  for (const Flag& flag : kFlags) {
    if (word != flag.name) continue;
    misbehavior.*flag.member = true;
    return;
  }
  const auto equals = word.find('=');
  for (const Number& entry : kNumbers) {
    if (word.substr(0, equals) != entry.name) continue;
    const auto value =
        equals == std::string_view::npos ? std::nullopt : number(word.substr(equals + 1), entry.most);
    if (!value) {
      throw Failure(Failure::invalid,
                    fmt::format("misbehavior {}=N takes a number from 1 to {}", entry.name, entry.most));
    }
    misbehavior.*entry.member = *value;
    return;
  }
  throw Failure(Failure::invalid,
                fmt::format("there is no misbehavior {}; there are {}", safe::named(word), known()));
}

}  // namespace

Misbehavior parse_misbehavior(std::string_view text) {
  Misbehavior misbehavior;
  while (!text.empty()) {
    const auto comma = text.find(',');
    parse_word(misbehavior, text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
    if (text.empty()) parse_word(misbehavior, text);
  }
  return misbehavior;
}

std::string to_text(const Misbehavior& misbehavior) {
  static const Misbehavior kNone;
  std::string text;
  for (const Number& entry : kNumbers) {
    const std::uint16_t value = misbehavior.*entry.member;
    if (value != kNone.*entry.member) text += fmt::format("{}={},", entry.name, value);
  }
  for (const Flag& flag : kFlags) {
    if (misbehavior.*flag.member) text += fmt::format("{},", flag.name);
  }
  return text.substr(0, text.empty() ? 0 : text.size() - 1);
}

}  // namespace sesame::card::iso7816
