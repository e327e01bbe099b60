#include "firmware/core/text.hpp"

namespace sesame {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(Message message) {
  switch (message) {
    case Message::insert_card: return "insert_card"sv;
    case Message::please_wait: return "please_wait"sv;
    case Message::choose_function: return "choose_function"sv;
    case Message::enter_challenge: return "enter_challenge"sv;
    case Message::enter_reference: return "enter_reference"sv;
    case Message::enter_amount: return "enter_amount"sv;
    case Message::enter_tds: return "enter_tds"sv;
    case Message::enter_pin: return "enter_pin"sv;
    case Message::pin_ok: return "pin_ok"sv;
    case Message::last_try: return "last_try"sv;
    case Message::wrong_pin: return "wrong_pin"sv;
    case Message::wrong_pin_one: return "wrong_pin_one"sv;
    case Message::code: return "code"sv;
    case Message::card_removed: return "card_removed"sv;
    case Message::card_mute: return "card_mute"sv;
    case Message::card_error: return "card_error"sv;
    case Message::wrong_card: return "wrong_card"sv;
    case Message::card_refused: return "card_refused"sv;
    case Message::card_blocked: return "card_blocked"sv;
    case Message::pin_blocked: return "pin_blocked"sv;
    case Message::code_too_long: return "code_too_long"sv;
    case Message::connected: return "connected"sv;
    case Message::text_more: return "text_more"sv;
    case Message::text_approve: return "text_approve"sv;
    case Message::menu_counter: return "menu_counter"sv;
    case Message::menu_version: return "menu_version"sv;
    case Message::menu_contrast: return "menu_contrast"sv;
    case Message::menu_language: return "menu_language"sv;
  }
  return {};
}

}  // namespace sesame
