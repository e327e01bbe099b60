#include "firmware/core/screen.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "tests/firmware/core/hex.hpp"
#include "tests/firmware/core/profiles.hpp"
#include "tests/firmware/core/screen_text.hpp"

using namespace sesame;
using namespace sesame::test;

namespace {

View view(State state) {
  View result;
  result.state = state;
  return result;
}

View notice(Notice notice) {
  View result = view(State::notice);
  result.notice = notice;
  return result;
}

View asking(PromptKind kind, std::string_view entry, int number = 1) {
  View result = view(State::prompt);
  result.prompt = kind;
  result.entry = entry;
  result.number = static_cast<std::uint8_t>(number);
  return result;
}

View masked(std::size_t digits) {
  View result = view(State::pin);
  result.masked = digits;
  return result;
}

View working(bool pin_ok) {
  View result = view(State::working);
  result.pin_ok = pin_ok;
  return result;
}

View tries(std::uint32_t left) {
  View result = view(State::wrong_pin);
  result.number = left;
  return result;
}

View masked_for_program(std::size_t digits) {
  View result = masked(digits);
  result.state = State::host_pin;
  return result;
}

View program_has_card() { return view(State::connected); }

View program_pin_ok() {
  View result = program_has_card();
  result.pin_ok = true;
  return result;
}

View program_pin_wrong(int left) {
  View result = program_has_card();
  result.pin_wrong = true;
  result.number = static_cast<std::uint8_t>(left);
  return result;
}

View menu(MenuItem item, std::uint32_t number) {
  View result = view(State::menu);
  result.item = item;
  result.number = number;
  return result;
}

View code(std::string_view digits) {
  View result = view(State::code);
  result.code = digits;
  return result;
}

}  // namespace

TEST_CASE("each screen of the Sésame") {
  struct Row {
    View view;
    const char* picture;
  };
  const Row rows[] = {
      {view(State::off), "|                |                |"},
      {view(State::insert_card), "|Insérez         |votre carte     |"},
      {view(State::starting), "|Patientez       |                |"},
      {view(State::choose_function), "|Choisir la      |fonction        |"},
      {asking(PromptKind::challenge, ""), "|Numéro ?        |                |"},
      {asking(PromptKind::challenge, "1234"), "|Numéro ?        |1234            |"},
      {asking(PromptKind::reference, "00000007"), "|Référence ?     |00000007        |"},
      {asking(PromptKind::amount, "1234567890.12"), "|Montant ?       |1234567890.12   |"},
      {asking(PromptKind::tds, "3101234567", 2), "|Donnée 2 ?      |3101234567      |"},
      {asking(PromptKind::tds, "", 10), "|Donnée 10 ?     |                |"},
      {masked(0), "|Code secret ?   |                |"},
      {masked(4), "|Code secret ?   |****            |"},
      {masked(12), "|Code secret ?   |************    |"},
      {working(false), "|Patientez       |                |"},
      {working(true), "|Code bon        |                |"},
      {view(State::last_try), "|Dernier essai ! |OK ou C         |"},
      {tries(2), "|Code faux       |2 essais        |"},
      {tries(15), "|Code faux       |15 essais       |"},
      {tries(1), "|Code faux       |1 essai         |"},
      {code("42511495"), "|Code Sésame     |4251 1495       |"},
      {code("00000000"), "|Code Sésame     |0000 0000       |"},
      {masked_for_program(0), "|Code secret ?   |                |"},
      {masked_for_program(4), "|Code secret ?   |****            |"},
      {program_has_card(), "|Connecté        |                |"},
      {program_pin_ok(), "|Code bon        |                |"},
      {program_pin_wrong(2), "|Code faux       |2 essais        |"},
      {program_pin_wrong(1), "|Code faux       |1 essai         |"},
      {program_pin_wrong(0), "|Code bloqué     |                |"},
      {notice(Notice::card_removed), "|Carte retirée   |                |"},
      {notice(Notice::card_mute), "|Carte muette    |                |"},
      {notice(Notice::card_error), "|Erreur carte    |                |"},
      {notice(Notice::wrong_card), "|Mauvaise carte  |                |"},
      {notice(Notice::card_refused), "|Refus carte     |                |"},
      {notice(Notice::card_blocked), "|Carte bloquée   |                |"},
      {notice(Notice::pin_blocked), "|Code bloqué     |                |"},
      {notice(Notice::code_too_long), "|Code trop long  |                |"},
      {menu(MenuItem::counter, 65535), "|Compteur        |65535           |"},
      {menu(MenuItem::counter, 255), "|Compteur        |255             |"},
      {menu(MenuItem::counter, View::kUnknown), "|Compteur        |?               |"},
      {menu(MenuItem::version, 0), "|Logiciel        |0875.11         |"},
      {menu(MenuItem::contrast, 3), "|Contraste 3     |                |"},
      {menu(MenuItem::language, 0), "|Français        |                |"},
  };
  for (const Row& row : rows) {
    CAPTURE(to_string(row.view.state), to_string(row.view.notice));
    const Screen screen = render(row.view, kSesame, kFrench);
    CHECK(picture(screen) == row.picture);
    CHECK(screen.lit == (row.view.state != State::off));
  }
}

TEST_CASE("a screen shows nothing that is not its own") {
  for (int i = 0; i <= static_cast<int>(State::host_pin); ++i) {
    View all = code("42511495");
    all.state = static_cast<State>(i);
    all.entry = std::string_view("9876");
    all.masked = 4;
    all.number = 2;
    CAPTURE(to_string(all.state));
    const std::string shown = words(render(all, kSesame, kFrench));
    const auto shows = [&](const char* what) { return shown.find(what) != std::string::npos; };
    CHECK(shows("4251") == (all.state == State::code));
    CHECK(shows("9876") == (all.state == State::prompt));
    CHECK(shows("*") == (all.state == State::pin || all.state == State::host_pin));
  }
}

TEST_CASE("what is typed, and the code, stand on the last row of a larger screen") {
  CHECK(picture(render(code("42511495"), kPinsentry, kEnglish)) ==
        "|Passcode            |                    |42511495            |");
  CHECK(picture(render(masked(5), kAllPlaces, kDutch)) ==
        "|PIN?            |                |                |*****           |");
}

TEST_CASE("a code stands in its text where the text has a place for it") {
  Language language = kFrench;
  language.messages[static_cast<std::size_t>(Message::code)] = "Code = {code}.";
  CHECK(picture(render(code("42511495"), kSesame, language)) == "|Code = 4251 1495|                |");
}

TEST_CASE("a screen has the contrast of its reader") {
  View faint = view(State::starting);
  faint.contrast = kLeastContrast;
  CHECK(render(faint, kSesame, kFrench).contrast == kLeastContrast);
  CHECK(render(view(State::off), kSesame, kFrench).contrast == kContrast);
}

TEST_CASE("a text that is too long for the display is cut at its edge, never beyond") {
  Language language = kFrench;
  language.messages[static_cast<std::size_t>(Message::please_wait)] =
      "12345678901234567890\nsecond\nthird\nfourth\nfifth";
  CHECK(picture(render(view(State::starting), kSesame, language)) == "|1234567890123456|second          |");
  const Screen screen = render(view(State::starting), kSesame, language);
  for (std::size_t row = 0; row < Screen::kMaxRows; ++row) {
    for (std::size_t column = row < screen.rows ? screen.columns : 0; column < Screen::kMaxColumns;
         ++column) {
      CHECK(screen.cells[row][column] == u' ');
    }
  }
}

TEST_CASE("texts are UTF-8, and what is not shows as a question mark") {
  struct Row {
    const char* text;
    const char* shown;
  };
  const Row rows[] = {
      {"é", "é"},         {"€ 5", "€ 5"},       {"\xC3", "?"},
      {"\xE2\x82", "??"}, {"a\x80z", "a?z"},    {"\xF0\x9F\x98\x80", "????"},
      {"\xFF", "?"},      {"{n}", "7"},         {"{n", "{n"},
      {"{x}", "{x}"},     {"{n}{n}", "77"},     {"\xC3z", "?z"},
      {"\xE2zz", "?zz"},  {"\xE2z\x82", "?z?"}, {"\xE2\x82z", "??z"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    Language language = kFrench;
    language.messages[static_cast<std::size_t>(Message::wrong_pin)] = row.text;
    CHECK(words(render(tries(7), kSesame, language)) == row.shown);
  }
}

TEST_CASE("a number that is not known is a question mark") {
  CHECK(words(render(tries(View::kUnknown), kSesame, kFrench)) == "Code faux/? essais");
  CHECK(words(render(tries(12), kSesame, kFrench)) == "Code faux/12 essais");
}

TEST_CASE("a code is shown in the groups of the model") {
  struct Row {
    const char* digits;
    std::vector<std::uint8_t> groups;
    const char* shown;
  };
  const Row rows[] = {
      {"42511495", {4, 4}, "4251 1495"},
      {"42511495", {}, "42511495"},
      {"42511495", {3, 3, 2}, "425 114 95"},
      {"425114957", {4, 4}, "4251 1495 7"},
      {"4251", {4, 4}, "4251"},
      {"42511", {4, 4}, "4251 1"},
      {"425114", {2, 2, 2, 2}, "42 51 14"},
      {"", {4, 4}, ""},
      {"1", {4}, "1"},
      {"1234567", {1, 3, 3, 0, 2, 3, 3, 0, 3, 3, 3}, "1 234 567"},
      {"12345678", {1, 3, 3, 0, 2, 3, 3, 0, 3, 3, 3}, "12 345 678"},
      {"123456789", {1, 3, 3, 0, 2, 3, 3, 0, 3, 3, 3}, "123 456 789"},
      {"123456", {1, 3, 3, 0, 2, 3, 3, 0, 3, 3, 3}, "123456"},
      {"1234567", {1, 3, 3, 0}, "1 234 567"},
      {"12345678", {1, 3, 3, 0}, "12345678"},
      {"1234567890123456",
       {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
       "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.digits);
    GroupedCode grouped;
    group(std::string_view(row.digits), {8, 16, row.groups}, grouped);
    CHECK(text(grouped) == row.shown);
    group(std::string_view(row.digits), {8, 16, row.groups}, grouped);  // over what was there
    CHECK(text(grouped) == row.shown);
  }
}

TEST_CASE("every message, state and notice has a name of its own") {
  std::set<std::string_view> messages;
  for (std::size_t i = 0; i < kMessageCount; ++i) messages.insert(to_string(static_cast<Message>(i)));
  CHECK(messages.size() == kMessageCount);
  CHECK(messages.count("") == 0);
  CHECK(to_string(static_cast<Message>(kMessageCount)) == "");
  std::set<std::string_view> states;
  for (int i = 0; i <= static_cast<int>(State::host_pin); ++i)
    states.insert(to_string(static_cast<State>(i)));
  CHECK(states.size() == static_cast<std::size_t>(State::host_pin) + 1);
  std::set<std::string_view> notices;
  for (int i = 0; i <= static_cast<int>(Notice::code_too_long); ++i)
    notices.insert(to_string(static_cast<Notice>(i)));
  CHECK(notices.size() == static_cast<std::size_t>(Notice::code_too_long) + 1);
}
