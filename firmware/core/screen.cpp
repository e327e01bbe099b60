#include "firmware/core/screen.hpp"

#include "firmware/core/utf8.hpp"
#include "firmware/core/words.hpp"

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

  void number(std::uint32_t n) {
    if (n == View::kUnknown) return put(u'?');
    if (n >= 10) number(n / 10);
    put(static_cast<char16_t>(u'0' + n % 10));
  }

  // UTF-8 of one to three bytes; {n} stands for `n`, and {code} for the code. Anything else shows as '?'.
  // Whether the code stood in it.
  bool text(std::string_view text, std::uint32_t n, std::span<const char> code) {
    bool has_code = false;
    for (std::size_t i = 0; i < text.size();) {
      if (takes(text, i, "{n}"sv)) {
        number(n);
      } else if (takes(text, i, "{code}"sv)) {
        chars(code);
        has_code = true;
      } else {
        put(next(text, i));
      }
    }
    return has_code;
  }

  void on_last_row() {
    row_ = screen_.rows - 1U;
    column_ = 0;
  }

  void chars(std::span<const char> characters) {
    for (const char c : characters) put(static_cast<unsigned char>(c));
  }

 private:
  // Not inlined: it is asked for at each character, twice.
  [[gnu::noinline]] static bool takes(std::string_view text, std::size_t& i, std::string_view name) {
    if (text.size() - i < name.size()) return false;
    for (std::size_t j = 0; j < name.size(); ++j) {
      if (text[i + j] != name[j]) return false;
    }
    i += name.size();
    return true;
  }

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

// The messages of prompts, notices and items stand in the order of these.
template <class Enum>
constexpr Message after(Message first, Enum enumerator) {
  return static_cast<Message>(static_cast<std::size_t>(first) + static_cast<std::size_t>(enumerator));
}
constexpr Message message_for(PromptKind kind) { return after(Message::enter_challenge, kind); }
constexpr Message message_for(MenuItem item) { return after(Message::menu_counter, item); }
constexpr Message message_for(Notice notice) {
  return notice == Notice::none ? Message::card_error : after(Message::code, notice);
}
static_assert(message_for(Notice::card_removed) == Message::card_removed);
static_assert(message_for(Notice::code_too_long) == Message::code_too_long);
static_assert(message_for(PromptKind::tds) == Message::enter_tds);
static_assert(message_for(MenuItem::language) == Message::menu_language);

Message message_for_wrong_pin(std::uint32_t tries_left) {
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
    case State::menu: return message_for(view.item);
    case State::approve: return view.more ? Message::text_more : Message::text_approve;
    case State::signing:
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
  screen.contrast = view.contrast;
  screen.lit = view.state != State::off;
  Pen pen(screen);
  if (!screen.lit) return screen;

  GroupedCode grouped;
  group(view.code, profile.code, grouped);
  // A page to be approved may be blank.
  const bool shows_text =
      view.state == State::approve || (view.state == State::signing && !view.entry.empty());
  if (shows_text) pen.chars(view.entry);  // as it is: a text has no {n}
  if (shows_text && view.state == State::signing) return screen;
  if (shows_text) pen.on_last_row();
  const bool code_shown = pen.text(text(language.messages, message_for(view)), view.number, grouped);
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
    case State::code:
      if (code_shown) break;
      pen.on_last_row();
      pen.chars(grouped);
      break;
    default: break;
  }
  return screen;
}

Screen words_alone(std::string_view words, const Display& display, std::uint8_t contrast) {
  Screen screen;
  screen.rows = display.rows;
  screen.columns = display.columns;
  screen.contrast = contrast;
  screen.lit = true;
  Pen(screen).text(words, View::kUnknown, {});
  return screen;
}

namespace {

// The list for a code of so many digits; the only one is for all.
std::span<const std::uint8_t> groups_of(std::size_t digits, std::span<const std::uint8_t> lists) {
  for (std::size_t begin = 0, end = 0, sum = 0; end <= lists.size(); ++end) {
    const bool last = end == lists.size();
    if (!last && lists[end] != 0) {
      sum += lists[end];
      continue;
    }
    if (sum == digits || (last && begin == 0)) return lists.subspan(begin, end - begin);
    begin = end + 1;
    sum = 0;
  }
  return {};
}

}  // namespace

void group(std::span<const char> digits, const CodeFormat& format, GroupedCode& grouped) {
  grouped.clear();
  std::size_t at = 0;
  const auto take = [&](std::size_t count) {
    for (; count > 0 && at < digits.size(); --count) static_cast<void>(grouped.push(digits[at++]));
  };
  for (const std::uint8_t size : groups_of(digits.size(), format.groups)) {
    if (at > 0 && at < digits.size()) static_cast<void>(grouped.push(' '));
    take(size);
  }
  if (at > 0 && at < digits.size()) static_cast<void>(grouped.push(' '));
  take(digits.size());
}

}  // namespace sesame
