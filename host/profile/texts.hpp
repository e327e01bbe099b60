// The words of a reader: hw-profiles/texts/*.toml, and what a model says in its own way.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "firmware/core/profile.hpp"
#include "firmware/core/text.hpp"
#include "host/profile/schema.hpp"

namespace sesame::profile {

// Empty where a message has no text yet: no text may be empty.
using Texts = std::array<std::string, kMessageCount>;

// Every Message, by the name that to_string() gives it.
const std::array<std::string_view, kMessageCount>& message_names();

// Puts the table's texts in the place of those that were there. Each must fit the display: no more
// rows than it has, one row less for a message that something stands under (enter_*, code), no row
// longer than its columns, {n} counting two; printable characters of the Basic Multilingual Plane,
// one a cell.
void read_texts(const Table& table, const Display& display, Texts& texts);

// The messages that have no text, by name.
std::vector<std::string_view> missing(const Texts& texts);

}  // namespace sesame::profile
