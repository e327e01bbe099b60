// What a reader can say. The words are data (hw-profiles/texts/*.toml, and a reader model's own): this is
// only the list of what must have words.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sesame {

enum class Message : std::uint8_t {
  insert_card,
  please_wait,
  choose_function,
  enter_challenge,
  enter_reference,
  enter_amount,
  enter_tds,  // {n}: which number, from 1
  enter_pin,
  pin_ok,
  last_try,       // OK goes on, C gives up
  wrong_pin,      // {n}: tries left, 2 or more
  wrong_pin_one,  // 1 try left
  code,           // stands over the code, or has {code} where it stands
  card_removed,
  card_mute,
  card_error,
  wrong_card,
  card_refused,
  card_blocked,
  pin_blocked,
  code_too_long,
  connected,      // a program on the computer has the card
  text_more,      // under a page of a computer's text that is not its last: OK turns it
  text_approve,   // under its last: OK signs, C does not
  menu_counter,   // {n}: the card's ATC. Of a menu's items those that the model has
  menu_version,   // of the software
  menu_contrast,  // {n}: 1 to 5
  menu_language,  // the name of the language, in itself
};
inline constexpr std::size_t kMessageCount = 28;

// One text for each message, in UTF-8. A line feed begins the next row of the screen. What a model never says
// may be empty.
using Messages = std::array<std::string_view, kMessageCount>;

// "choose_function": the key of a text file.
std::string_view to_string(Message message);

inline std::string_view text(const Messages& messages, Message message) {
  return messages[static_cast<std::size_t>(message)];
}

}  // namespace sesame
