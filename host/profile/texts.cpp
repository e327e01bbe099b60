#include "host/profile/texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "host/base/utf8.hpp"

namespace sesame::profile {

namespace {

using document::Table;
using document::Value;

constexpr std::string_view kNumber = "{n}", kCode = "{code}", kVersion = "{version}";
constexpr std::string_view kLowBattery = "low_battery", kLanguageId = "language_id";
constexpr Message kLikeLowBattery = Message::card_error;  // a text alone on the screen

bool something_stands_under(Message message, std::string_view text) {
  if (text.find(kCode) != std::string_view::npos) return false;
  switch (message) {
    case Message::enter_challenge:
    case Message::enter_reference:
    case Message::enter_amount:
    case Message::enter_tds:
    case Message::enter_pin:
    case Message::code: return true;
    default: return false;
  }
}

// A value that a message may have, and how many cells it takes.
struct Place {
  std::string_view name;
  std::size_t width;
};

Place place_in(Message message, const Room& room) {
  switch (message) {
    case Message::enter_tds:
    case Message::wrong_pin: return {kNumber, 2};
    case Message::menu_counter: return {kNumber, 5};
    case Message::menu_contrast: return {kNumber, 1};
    case Message::code: return {kCode, room.code};
    case Message::menu_version: return {kVersion, room.version};
    default: return {};
  }
}

void check_places(const Value& value, std::string_view own) {
  struct Row {
    std::string_view name, why;
  };
  constexpr Row kRows[] = {
      {kNumber, "only enter_tds, wrong_pin, menu_counter and menu_contrast have a number to show"},
      {kCode, "only code has one to show"},
      {kVersion, "only menu_version has one to show"}};
  for (const Row& row : kRows) {
    if (row.name == own || value.text().find(row.name) == std::string_view::npos) continue;
    value.refuse(fmt::format("has {}; {}", row.name, row.why));
  }
}

// Why a display cannot show the character in a cell of its own; empty if it can.
std::string_view unprintable(char32_t c) {
  const auto within = [&](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (c > 0xFFFF) return "is outside the Basic Multilingual Plane";
  if (c < 0x20 || within(0x7F, 0x9F)) return "is a control character";
  if (within(0x300, 0x36F) || within(0x1AB0, 0x1AFF) || within(0x1DC0, 0x1DFF) || within(0x20D0, 0x20FF) ||
      within(0xFE00, 0xFE0F) || within(0xFE20, 0xFE2F)) {
    return "is a combining mark; use the letter that has it";
  }
  const bool invisible =
      c == 0xAD || within(0x200B, 0x200F) || within(0x2028, 0x202E) || within(0x2060, 0x206F) || c == 0xFEFF;
  const bool no_character = within(0xD800, 0xF8FF) || within(0xFDD0, 0xFDEF) || within(0xFFF0, 0xFFFF);
  return invisible || no_character ? "is not printable" : "";
}

// How many cells of the display one row of a text takes.
std::size_t width(const Value& value, std::string_view row, const Place& place) {
  std::size_t cells = 0;
  while (!row.empty()) {
    if (!place.name.empty() && row.starts_with(place.name)) {
      row.remove_prefix(place.name.size());
      cells += place.width;
      continue;
    }
    const auto [c, length] = utf8::first_character(row);
    if (length == 0) value.refuse("is not UTF-8");
    row.remove_prefix(length);
    if (const auto why = unprintable(c); !why.empty()) {
      value.refuse(fmt::format("has U+{:04X}, which {}", static_cast<std::uint32_t>(c), why));
    }
    ++cells;
  }
  return cells;
}

void check_fit(const Value& value, Message message, const Room& room) {
  const Display& display = room.display;
  std::string_view text = value.text();
  if (text.find_first_not_of(" \n") == std::string_view::npos) value.refuse("is empty; it needs words");
  const Place place = place_in(message, room);
  check_places(value, place.name);
  const bool last_row = message == Message::text_more || message == Message::text_approve;
  const std::size_t most_rows =
      last_row ? 1U : display.rows - (something_stands_under(message, text) ? 1U : 0U);
  std::size_t rows = 0;
  for (bool more = true; more;) {
    const std::size_t end = text.find('\n');
    more = end != std::string_view::npos;
    const std::size_t cells = width(value, text.substr(0, end), place);
    if (++rows > most_rows) value.refuse(fmt::format("has too many rows; at most {}", most_rows));
    if (cells > display.columns) {
      value.refuse(fmt::format("has {} characters in row {}; at most {}", cells, rows, display.columns));
    }
    if (more) text.remove_prefix(end + 1);
  }
}

}  // namespace

void read_texts(const Value& value, const Room& room, Texts& texts) {
  Table table(value);
  std::array<std::optional<Value>, kMessageCount> messages;
  for (std::size_t i = 0; i < kMessageCount; ++i)
    messages[i] = table.find(to_string(static_cast<Message>(i)));
  const auto low_battery = table.find(kLowBattery), language_id = table.find(kLanguageId);
  table.done();
  for (std::size_t i = 0; i < kMessageCount; ++i) {
    if (!messages[i]) continue;
    check_fit(*messages[i], static_cast<Message>(i), room);
    texts.messages[i] = messages[i]->text();
  }
  if (low_battery) {
    check_fit(*low_battery, kLikeLowBattery, room);
    texts.low_battery = low_battery->text();
  }
  if (language_id) texts.language_id = language_id->number<std::uint16_t>(1, 0xFFFF);
}

bool is_said(Message message, const Speaker& model) {
  const auto& menu = model.menu;
  const auto has = [&](MenuItem item) { return std::find(menu.begin(), menu.end(), item) != menu.end(); };
  switch (message) {
    case Message::menu_counter: return has(MenuItem::counter);
    case Message::menu_version: return has(MenuItem::version);
    case Message::menu_contrast: return has(MenuItem::contrast);
    case Message::menu_language: return has(MenuItem::language);
    case Message::text_more:
    case Message::text_approve: return model.connected_mode;
    default: return true;
  }
}

std::vector<std::string_view> missing_messages(const Texts& texts, const Speaker& model) {
  std::vector<std::string_view> keys;
  for (std::size_t i = 0; i < kMessageCount; ++i) {
    const auto message = static_cast<Message>(i);
    if (texts.messages[i].empty() && is_said(message, model)) keys.push_back(to_string(message));
  }
  return keys;
}

std::vector<std::string_view> missing(const Texts& texts) {
  static constexpr MenuItem kAll[] = {MenuItem::counter, MenuItem::version, MenuItem::contrast,
                                      MenuItem::language};
  std::vector<std::string_view> keys = missing_messages(texts, {kAll, true});
  if (texts.low_battery.empty()) keys.push_back(kLowBattery);
  if (texts.language_id == 0) keys.push_back(kLanguageId);
  return keys;
}

}  // namespace sesame::profile
