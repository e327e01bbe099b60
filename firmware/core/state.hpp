// Where the reader is, and what it has to tell.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "firmware/core/names.hpp"

namespace sesame {

enum class State : std::uint8_t {
  off,              // dark; no power at the card
  insert_card,      // woken by a key, no card there
  starting,         // the card is activated and an application selected: Patientez
  choose_function,  // Choisir la fonction
  prompt,           // a challenge, a reference, an amount, a number to sign
  pin,              // Code secret ?
  working,          // the card dialogue: Patientez
  last_try,         // the card will accept one more PIN: warns before it is sent
  wrong_pin,        // Code faux
  code,             // 0000 0000
  notice,           // what went wrong
  menu,             // an item of the menu
  connected,        // a program on the computer has the card
  host_pin,         // Code secret ? for that program
  signing,          // the PIN of a computer's signature was right: the computer says what is signed
  approve,          // its text: OK signs it
};
inline constexpr std::string_view kStateNames[] = {"off",       "insert_card", "starting", "choose_function",
                                                   "prompt",    "pin",         "working",  "last_try",
                                                   "wrong_pin", "code",        "notice",   "menu",
                                                   "connected", "host_pin",    "signing",  "approve"};
constexpr std::span<const std::string_view> names(State) { return kStateNames; }

enum class Notice : std::uint8_t {
  none,
  card_removed,
  card_mute,     // no ATR, or no answer in time
  card_error,    // an answer outside the protocol
  wrong_card,    // no application for this reader, or not for this function
  card_refused,  // the card declined to give a code
  card_blocked,
  pin_blocked,
  code_too_long,  // for this model's screen
};
inline constexpr std::string_view kNoticeNames[] = {"none",         "card_removed", "card_mute",
                                                    "card_error",   "wrong_card",   "card_refused",
                                                    "card_blocked", "pin_blocked",  "code_too_long"};
constexpr std::span<const std::string_view> names(Notice) { return kNoticeNames; }

constexpr std::string_view to_string(State state) { return name_of(state); }
constexpr std::string_view to_string(Notice notice) { return name_of(notice); }

}  // namespace sesame
