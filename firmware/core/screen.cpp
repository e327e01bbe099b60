#include "firmware/core/screen.hpp"

#include "firmware/core/utf8.hpp"

namespace sesame {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

namespace {

// Writes into a screen, left to right, and never beyond it.
class Pen {
 public:
  explicit Pen(Screen& screen) : screen_(screen) {
    for (auto& row : screen_.cells) row.fill(u' ');
  }

  void put(char16_t c) {
    if (c == u'\n') {
      ++row_;
      column_ = 0;
    } else if (row_ < screen_.rows && column_ < screen_.columns) {
      screen_.cells[row_][column_++] = c;
    }
  }

  void number(unsigned n) {
    if (n == View::kUnknown) return put(u'?');
    if (n >= 10) number(n / 10);
    put(static_cast<char16_t>(u'0' + n % 10));
  }

  // UTF-8 of one to three bytes; {n} stands for `n`. Anything else shows as '?'.
  void text(std::string_view text, unsigned n) {
    for (std::size_t i = 0; i < text.size();) {
      if (text.size() - i >= 3 && text[i] == '{' && text[i + 1] == 'n' && text[i + 2] == '}') {
        number(n);
        i += 3;
      } else {
        put(next(text, i));
      }
    }
  }

  void on_last_row() {
    row_ = screen_.rows - 1U;
    column_ = 0;
  }

  void chars(std::span<const char> characters) {
    for (const char c : characters) put(static_cast<unsigned char>(c));
  }

 private:
  // What the display cannot have either, beyond U+FFFF, is as many question marks as bytes.
  static char16_t next(std::string_view text, std::size_t& i) {
    // substr() would throw, and there is nothing to throw with.
    const auto [code, length] = utf8::first_character({text.data() + i, text.size() - i});
    const bool shown = length != 0 && code <= 0xFFFF;
    i += shown ? length : 1;
    return shown ? static_cast<char16_t>(code) : u'?';
  }

  Screen& screen_;
  std::size_t row_ = 0, column_ = 0;
};

Message message_for(PromptKind kind) {
  switch (kind) {
    case PromptKind::challenge: return Message::enter_challenge;
    case PromptKind::reference: return Message::enter_reference;
    case PromptKind::amount: return Message::enter_amount;
    case PromptKind::tds: return Message::enter_tds;
  }
  return Message::enter_challenge;
}

Message message_for(Notice notice) {
  switch (notice) {
    case Notice::none:
    case Notice::card_error: return Message::card_error;
    case Notice::card_removed: return Message::card_removed;
    case Notice::card_mute: return Message::card_mute;
    case Notice::wrong_card: return Message::wrong_card;
    case Notice::card_refused: return Message::card_refused;
    case Notice::card_blocked: return Message::card_blocked;
    case Notice::pin_blocked: return Message::pin_blocked;
    case Notice::code_too_long: return Message::code_too_long;
  }
  return Message::card_error;
}

Message message_for_wrong_pin(std::uint8_t tries_left) {
  switch (tries_left) {
    case 0: return Message::pin_blocked;
    case 1: return Message::wrong_pin_one;
    default: return Message::wrong_pin;
  }
}

Message message_for(const View& view) {
  switch (view.state) {
    case State::off:
    case State::insert_card: return Message::insert_card;
    case State::starting: return Message::please_wait;
    case State::choose_function: return Message::choose_function;
    case State::prompt: return message_for(view.prompt);
    case State::pin:
    case State::host_pin: return Message::enter_pin;
    case State::working: return view.pin_ok ? Message::pin_ok : Message::please_wait;
    case State::last_try: return Message::last_try;
    case State::wrong_pin: return message_for_wrong_pin(view.number);
    case State::code: return Message::code;
    case State::notice: return message_for(view.notice);
    case State::connected:
      if (view.pin_wrong) return message_for_wrong_pin(view.number);
      return view.pin_ok ? Message::pin_ok : Message::connected;
  }
  return Message::card_error;
}

}  // namespace

Screen render(const View& view, const ReaderProfile& profile, const Language& language) {
  Screen screen;
  screen.rows = profile.display.rows;
  screen.columns = profile.display.columns;
  screen.lit = view.state != State::off;
  Pen pen(screen);
  if (!screen.lit) return screen;

  pen.text(text(language.messages, message_for(view)), view.number);
  switch (view.state) {
    case State::prompt:
      pen.on_last_row();
      pen.chars(view.entry);
      break;
    case State::pin:
    case State::host_pin:
      pen.on_last_row();
      for (std::size_t i = 0; i < view.masked; ++i) pen.put(u'*');
      break;
    case State::code: {
      GroupedCode grouped;
      group(view.code, profile.code, grouped);
      pen.on_last_row();
      pen.chars(grouped);
      break;
    }
    default: break;
  }
  return screen;
}

void group(std::span<const char> digits, const CodeFormat& format, GroupedCode& grouped) {
  grouped.clear();
  std::size_t at = 0;
  const auto take = [&](std::size_t count) {
    for (; count > 0 && at < digits.size(); --count) static_cast<void>(grouped.push(digits[at++]));
  };
  for (const std::uint8_t size : format.groups) {
    if (at > 0 && at < digits.size()) static_cast<void>(grouped.push(' '));
    take(size);
  }
  if (at > 0 && at < digits.size()) static_cast<void>(grouped.push(' '));
  take(digits.size());
}

}  // namespace sesame
