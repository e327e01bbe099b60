#include "host/profile/texts.hpp"

#include "firmware/core/screen.hpp"
#include "host/document/toml.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "tests/support/broken.hpp"

namespace sesame::profile {
namespace {

constexpr State kStates[] = {State::insert_card, State::starting, State::choose_function, State::prompt,
                             State::pin,         State::working,  State::last_try,        State::wrong_pin,
                             State::code,        State::notice,   State::connected,       State::host_pin};
constexpr Notice kNotices[] = {Notice::card_removed, Notice::card_mute,    Notice::card_error,
                               Notice::wrong_card,   Notice::card_refused, Notice::card_blocked,
                               Notice::pin_blocked,  Notice::code_too_long};
constexpr PromptKind kKinds[] = {PromptKind::challenge, PromptKind::reference, PromptKind::amount,
                                 PromptKind::tds};

std::u16string row(const Screen& screen, std::size_t i) {
  const auto cells = screen.row(i);
  return {cells.begin(), cells.end()};
}

// The same view on the largest screen there is: a text that the profile's screen cuts differs.
void check_whole(const View& view, const ReaderProfile& profile, const Language& language) {
  ReaderProfile large = profile;
  large.display = {Screen::kMaxRows, Screen::kMaxColumns};
  View bare = view;  // entry and code move with the size of the screen
  bare.entry = {};
  bare.masked = 0;
  bare.code = {};
  const Screen shown = render(bare, profile, language);
  const Screen whole = render(bare, large, language);
  // And what is under a text is in the last row.
  const std::size_t moved = view.state == State::approve ? Screen::kMaxRows - std::size_t{shown.rows} : 0;
  bool words = false;
  for (std::size_t i = 0; i < Screen::kMaxRows; ++i) {
    std::u16string expected = row(whole, i);
    const bool is_there = i >= moved && i - moved < shown.rows;
    std::u16string actual = is_there ? row(shown, i - moved) : std::u16string();
    actual.resize(Screen::kMaxColumns, u' ');
    CHECK(actual == expected);
    words = words || expected.find_first_not_of(u' ') != std::u16string::npos;
  }
  CHECK(words);
}

// What is typed and the code stand on a row of their own.
void check_free_last_row(const View& view, const ReaderProfile& profile, const Language& language) {
  View bare = view;
  bare.entry = {};
  bare.masked = 0;
  bare.code = {};
  const std::u16string last = row(render(bare, profile, language), profile.display.rows - 1U);
  CHECK(last.find_first_not_of(u' ') == std::u16string::npos);
}

TEST_CASE("every message of every shipped reader is whole on its screen, in every language") {
  for (const std::string_view name : shipped_names(ProfileKind::readers)) {
    const LoadedReader reader = load_reader(name);
    const ReaderProfile& profile = reader.profile();
    for (const Language& language : profile.languages) {
      CAPTURE(name, std::string(language.code.begin(), language.code.end()));
      for (const State state : kStates) {
        CAPTURE(to_string(state));
        View view;
        view.state = state;
        for (const Notice notice : kNotices) {
          view.notice = notice;
          check_whole(view, profile, language);
        }
        for (const PromptKind kind : kKinds) {
          view.prompt = kind;
          view.number = 10;  // the widest
          check_whole(view, profile, language);
          if (state == State::prompt) check_free_last_row(view, profile, language);
        }
        const bool in_text = text(language.messages, Message::code).find("{code}") != std::string_view::npos;
        if (state == State::pin || state == State::host_pin || (state == State::code && !in_text))
          check_free_last_row(view, profile, language);
      }
      for (const State state : {State::working, State::connected}) {
        View good;
        good.state = state;
        good.pin_ok = true;
        check_whole(good, profile, language);
      }
      for (const unsigned left : {0U, 1U, 15U}) {
        View wrong;
        wrong.state = State::connected;
        wrong.pin_wrong = true;
        wrong.number = left;
        check_whole(wrong, profile, language);
      }
      for (const Function& function : profile.functions) {
        for (const MenuItem item : function.menu) {
          View menu;
          menu.state = State::menu;
          menu.item = item;
          menu.number = item == MenuItem::counter ? 65535 : kMostContrast;
          check_whole(menu, profile, language);
        }
      }
      for (const bool more : {true, false}) {
        View approve;
        approve.state = State::approve;
        approve.more = more;
        if (profile.connected_mode) check_whole(approve, profile, language);
      }
      View last_of_two;
      last_of_two.state = State::wrong_pin;
      last_of_two.number = 1;
      check_whole(last_of_two, profile, language);
    }
  }
}

TEST_CASE("every message has words in each language") {
  for (const std::string_view language : shipped_names(ProfileKind::texts)) {
    const document::TomlDocument document(*shipped_text(ProfileKind::texts, language), language);
    document::Table table(document.root());
    for (std::size_t i = 0; i < kMessageCount; ++i) {
      CAPTURE(language, i);
      CHECK(table.find(to_string(static_cast<Message>(i))));
    }
    CHECK(table.find("low_battery"));
    CHECK(table.find("language_id"));
    CHECK_NOTHROW(table.done());
  }
}

TEST_CASE("a language's file says what the battery says, and how programs name the language") {
  struct Row {
    const char* language;
    const char* low_battery;
    std::uint16_t id;
  };
  for (const Row& row : {Row{"fr", "Pile faible", 0x040C},
                         {"en", "Low battery", 0x0409},
                         {"nl", "Batterij zwak", 0x0413},
                         {"de", "Batterie schwach", 0x0407},
                         {"sv", "Svagt batteri", 0x041D}}) {
    CAPTURE(row.language);
    const std::string_view code = row.language;
    const LoadedReader reader = load_reader(code == "de"   ? "postfinance"
                                            : code == "sv" ? "nordea-se"
                                                           : "sesame");
    const auto& all = reader.profile().languages;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Language& language) {
      return std::string_view(language.code.data(), 2) == row.language;
    });
    REQUIRE(found != all.end());
    CHECK(found->language_id == row.id);
    CHECK(reader.low_battery(*found) == row.low_battery);
  }
}

TEST_CASE("the reader speaks the words of its manual") {
  const LoadedReader reader = load_reader("sesame");
  const Messages& french = reader.profile().languages[0].messages;
  CHECK(text(french, Message::choose_function) == "Choisir la\nfonction");
  CHECK(text(french, Message::please_wait) == "Patientez…");
  CHECK(text(french, Message::enter_pin) == "Code secret ?");
  CHECK(text(french, Message::pin_ok) == "Code bon");
  CHECK(text(french, Message::wrong_pin) == "Code faux\nReste {n} essais");
  CHECK(text(french, Message::code) == "Code Sésame");
}

constexpr std::string_view kGoodTexts = R"(insert_card = "Insert card"
enter_pin = "PIN?"
enter_tds = "Number {n}?"
last_try = "Last try!\nOK or C"
code = "Code"
)";

Texts read(std::string_view text, std::string_view file, Display display = {2, 16}) {
  const document::TomlDocument document(text, file);
  Texts texts;
  read_texts(document.root(), {display, 9, 7}, texts);
  return texts;
}

TEST_CASE("a text that the screen cannot show is refused with file and line") {
  const std::vector<test::Broken> rows = {
      {"\"Insert card\"", "\"Insert your card \"¶", {"insert_card has 17 characters in row 1; at most 16"}},
      {"\"Insert card\"", "\"Insérez\\nla carte éééééééé\"¶", {"insert_card has 17 characters in row 2"}},
      {"\"Insert card\"", "\"a\\nb\\nc\"¶", {"insert_card has too many rows; at most 2"}},
      {"\"Insert card\"", "\"a\\nb\\n\"¶", {"insert_card has too many rows; at most 2"}},
      {"\"PIN?\"", "\"Your\\nPIN?\"¶", {"enter_pin has too many rows; at most 1"}},
      {"\"Code\"", "\"Your\\ncode\"¶", {"code has too many rows; at most 1"}},
      {"\"Number {n}?\"", "\"Next number {n}???\"¶", {"enter_tds has 17 characters"}},
      {"\"Insert card\"", "\"\"¶", {"insert_card is empty"}},
      {"\"Insert card\"", "\" \\n \"¶", {"insert_card is empty"}},
      {"\"Insert card\"", "\"Card {n}\"¶", {"insert_card has {n}; only enter_tds, wrong_pin, menu_counter"}},
      {"\"Insert card\"", "\"Card {code}\"¶", {"insert_card has {code}; only code has one"}},
      {"\"PIN?\"", "\"PIN {version}\"¶", {"enter_pin has {version}; only menu_version has one"}},
      {"\"Code\"", "\"Code {n}\"¶", {"code has {n}; only"}},
      {"\"Code\"", "\"Code is: {code}\"¶", {"code has 18 characters in row 1; at most 16"}},
      {"code = \"Code\"",
       "menu_counter = \"The counter {n}\"¶",
       {"menu_counter has 17 characters in row 1; at most 16"}},
      {"code = \"Code\"",
       "menu_version = \"Version: {version}.\"¶",
       {"menu_version has 17 characters in row 1; at most 16"}},
      {"\"Insert card\"", "\"Card 😀\"¶", {"U+1F600", "Basic Multilingual Plane"}},
      {"\"Insert card\"", "\"Inse\\trt\"¶", {"U+0009", "control character"}},
      {"\"Insert card\"", "\"Inse\\u0301rez\"¶", {"U+0301", "combining mark"}},
      {"\"Insert card\"", "\"In\\u200Bsert\"¶", {"U+200B", "not printable"}},
      {"\"Insert card\"", "\"\\uFFFE\"¶", {"U+FFFE", "not printable"}},
      {"\"Insert card\"", "\"\\uE000\"¶", {"U+E000", "not printable"}},
      {"\"Insert card\"", "7¶", {"insert_card is an integer; it must be a string"}},
      {"code = \"Code\"",
       "low_battery = \"The battery is low\"¶",
       {"low_battery has 18 characters in row 1"}},
      {"code = \"Code\"", "low_battery = \"{n} volts\"¶", {"low_battery has {n}"}},
      {"code = \"Code\"", "low_battery = \"\"¶", {"low_battery is empty"}},
      {"code = \"Code\"", "language_id = 0¶", {"language_id is 0; allowed: 1 to 65535"}},
      {"code = \"Code\"", "language_id = 0x10409¶", {"language_id is 66569; allowed: 1 to 65535"}},
      {"code = \"Code\"", "language_id = \"de\"¶", {"language_id is a string; it must be an integer"}},
      {"insert_card", "insertcard¶", {"unknown key \"insertcard\"; allowed: insert_card, please_wait,"}},
  };
  test::check_refused(kGoodTexts, rows,
                      [](std::string_view text, std::string_view file) { return read(text, file); });
}

TEST_CASE("the size of the screen decides what fits") {
  CHECK_NOTHROW(read("insert_card = \"Insert your card now\"", "f", {2, 20}));
  CHECK_NOTHROW(read("enter_pin = \"a\\nb\\nc\"", "f", {4, 16}));
  CHECK_THROWS_AS(read("enter_pin = \"a\\nb\\nc\"", "f", {3, 16}), Failure);
  CHECK_NOTHROW(read("code = \"{code}\\nis it\"", "f", {2, 16}));
  CHECK_NOTHROW(read("menu_contrast = \"Contrast is {n}\\nof 5\"", "f", {2, 16}));
  CHECK_NOTHROW(read("wrong_pin = \"0123456789ABCD{n}\"", "f", {2, 16}));
}

}  // namespace
}  // namespace sesame::profile
