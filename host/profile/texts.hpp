// The words of a reader: hw-profiles/texts/*.toml, and what a model says in its own way.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/profile.hpp"
#include "firmware/core/text.hpp"
#include "host/document/value.hpp"

namespace sesame::profile {

// Empty, or 0, where there is nothing yet: no text may be empty.
struct Texts {
  std::array<std::string, kMessageCount> messages;
  std::string low_battery;        // what a reader says when it wakes with one
  std::uint16_t language_id = 0;  // USB LANGID
};

// What texts must fit, and what may stand in them.
struct Room {
  Display display;
  std::size_t code = 8;     // characters of the widest {code}, with its blanks
  std::size_t version = 0;  // of {version}
};

// The keys of a table of texts are every Message, by the name that to_string() gives it, and what else Texts
// has. Puts what the table has in the place of what was there. Each must fit the display: no more rows than
// it has, one row less for a message that something stands under (enter_*; code, unless it has {code}), one
// row for text_more and text_approve, which stand on the last; no row longer than its columns, {n} counting 2
// digits, of menu_counter 5, of menu_contrast 1; printable characters of the Basic Multilingual Plane, one a
// cell.
void read_texts(const document::Value& table, const Room& room, Texts& texts);

// What is missing, by its key: a file of hw-profiles/texts has everything, a model's own words all messages
// that such a model has to say.
struct Speaker {
  std::span<const MenuItem> menu;
  bool connected_mode = false;
};
std::vector<std::string_view> missing(const Texts& texts);
std::vector<std::string_view> missing_messages(const Texts& texts, const Speaker& model);
// Whether such a model says this at all.
bool is_said(Message message, const Speaker& model);

}  // namespace sesame::profile
