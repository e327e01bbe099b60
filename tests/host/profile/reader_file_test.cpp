#include "host/profile/reader_file.hpp"

#include "firmware/core/screen.hpp"
#include "host/base/hex.hpp"
#include "host/profile/shipped.hpp"
#include "host/profile/texts.hpp"
#include "tests/support/broken.hpp"

namespace sesame::profile {
namespace {

using Names = std::vector<std::string>;

std::string code(const Language& language) { return {language.code.begin(), language.code.end()}; }

Names languages(const ReaderProfile& profile) {
  Names codes;
  for (const Language& language : profile.languages) codes.push_back(code(language));
  return codes;
}

Names aids(const ReaderProfile& profile) {
  Names all;
  for (const cap::Application& application : profile.card.applications)
    all.push_back(to_hex(application.aid));
  return all;
}

Names keys(const ReaderProfile& profile) {
  Names all;
  for (const Function& function : profile.functions) all.emplace_back(function.key);
  return all;
}

void check_prompt(const Prompt& prompt, PromptKind kind, PromptPlace place, bool optional, int max_digits,
                  int repeat) {
  CHECK(prompt.kind == kind);
  CHECK(prompt.place == place);
  CHECK(prompt.optional == optional);
  CHECK(prompt.max_digits == max_digits);
  CHECK(prompt.repeat == repeat);
}

const Names kVascoOrder = {"A0000000038002", "A0000000048002", "D056000666111010", "A0000000032010",
                           "A0000000031010", "A0000000041010", "A0000000043060"};

TEST_CASE("the Sésame has one key, eight digits as 4+4, 35 seconds, and French first") {
  const LoadedReader reader = load_reader("sesame");
  const ReaderProfile& profile = reader.profile();
  CHECK(profile.name == "sesame");
  CHECK(profile.title == "Sésame");
  CHECK(keys(profile) == Names{"CODE"});
  CHECK(profile.functions[0].prompts.empty());
  CHECK(profile.code.min_digits == 8);
  CHECK(profile.code.max_digits == 8);
  REQUIRE(profile.code.groups.size() == 2);
  CHECK(profile.code.groups[0] == 4);
  CHECK(profile.code.groups[1] == 4);
  CHECK(profile.timeouts.code == 35'000);
  CHECK(profile.timeouts.inactivity == 30'000);
  CHECK(profile.timeouts.card == 20'000);
  CHECK(profile.currency.code == std::array<std::uint8_t, 2>{0x09, 0x78});
  CHECK(profile.currency.exponent == 2);
  CHECK(profile.display.rows == 2);
  CHECK(profile.display.columns == 16);
  CHECK(languages(profile) == Names{"fr", "en", "nl"});
  CHECK(profile.card_language);
  CHECK(aids(profile) == kVascoOrder);
  CHECK(profile.card.directory_fallback);
  CHECK(profile.card.belgian);
}

TEST_CASE(
    "the Vasco 810 has M1 with a challenge and M2 with TDS, and tries its applications in its own order") {
  const LoadedReader reader = load_reader("vasco-810");
  const ReaderProfile& profile = reader.profile();
  CHECK(keys(profile) == Names{"M1", "M2"});
  REQUIRE(profile.functions[0].prompts.size() == 1);
  check_prompt(profile.functions[0].prompts[0], PromptKind::challenge, PromptPlace::before_pin, true, 8, 1);
  REQUIRE(profile.functions[1].prompts.size() == 1);
  check_prompt(profile.functions[1].prompts[0], PromptKind::tds, PromptPlace::after_card, true, 10, 10);
  CHECK(profile.code.min_digits == 8);
  CHECK(profile.code.max_digits == 10);
  CHECK(profile.code.groups.empty());
  CHECK(aids(profile) == kVascoOrder);
  const auto& applications = profile.card.applications;
  CHECK(applications[0].family == cap::Family::dpa);
  CHECK(applications[1].family == cap::Family::cap);
  CHECK(applications[2].family == cap::Family::bancontact);
  CHECK(applications[3].family == cap::Family::visa);
  CHECK(applications[4].family == cap::Family::visa);
  CHECK(applications[5].family == cap::Family::mastercard);
  CHECK(applications[6].family == cap::Family::maestro);
  CHECK_FALSE(profile.card.directory_fallback);
  CHECK(profile.card.belgian);
  CHECK(languages(profile) == Names{"en", "fr", "nl"});
  CHECK(profile.card_language);
}

TEST_CASE("the PINsentry identifies, responds and signs, in English and in pounds") {
  const LoadedReader reader = load_reader("pinsentry");
  const ReaderProfile& profile = reader.profile();
  CHECK(keys(profile) == Names{"IDENTIFY", "RESPOND", "SIGN"});
  CHECK(profile.functions[0].prompts.empty());
  REQUIRE(profile.functions[1].prompts.size() == 1);
  check_prompt(profile.functions[1].prompts[0], PromptKind::challenge, PromptPlace::after_pin, false, 8, 1);
  REQUIRE(profile.functions[2].prompts.size() == 2);
  check_prompt(profile.functions[2].prompts[0], PromptKind::reference, PromptPlace::after_pin, false, 8, 1);
  check_prompt(profile.functions[2].prompts[1], PromptKind::amount, PromptPlace::after_pin, false, 12, 1);
  CHECK(aids(profile) == Names{"A0000000048002", "A0000000038002", "A0000002040000"});
  CHECK(profile.card.applications[2].family == cap::Family::cap);
  CHECK(profile.currency.code == std::array<std::uint8_t, 2>{0x08, 0x26});
  CHECK(profile.code.min_digits == 1);
  CHECK(profile.code.max_digits == 8);
  CHECK(languages(profile) == Names{"en"});
  CHECK(text(profile.languages[0].messages, Message::enter_reference) == "Enter ref");
  CHECK(text(profile.languages[0].messages, Message::card_error) == "Card error");
}

TEST_CASE("the Random Reader has I and S, tries Mastercard first, and speaks Dutch") {
  const LoadedReader reader = load_reader("random-reader");
  const ReaderProfile& profile = reader.profile();
  CHECK(keys(profile) == Names{"I", "S"});
  CHECK(profile.functions[0].prompts.empty());
  REQUIRE(profile.functions[1].prompts.size() == 1);
  check_prompt(profile.functions[1].prompts[0], PromptKind::challenge, PromptPlace::before_pin, false, 8, 1);
  CHECK(aids(profile)[0] == "A0000000048002");
  CHECK(languages(profile)[0] == "nl");
  CHECK(profile.currency.code == std::array<std::uint8_t, 2>{0x09, 0x78});
}

TEST_CASE("each of the other models has its functions, its languages and what is its own") {
  struct Row {
    const char* model;
    Names keys, languages;
    int min_digits, max_digits;
    const char* first_aid;
  };
  const Row rows[] = {
      {"barclays-pinsentry", {"IDENTIFY", "RESPOND", "SIGN"}, {"en"}, 1, 8, "A0000000038002"},
      {"natwest", {"IDENTIFY", "RESPOND", "SIGN"}, {"en"}, 1, 8, "A0000000048002"},
      {"nationwide", {"IDENTIFY", "RESPOND", "SIGN"}, {"en"}, 1, 8, "A0000000048002"},
      {"xi-sign-4400", {"IDENTIFY", "RESPOND", "SIGN", "M"}, {"en", "fr"}, 1, 10, "A0000000048002"},
      {"belfius", {"LOGIN", "SIGN", "BUY"}, {"nl", "fr", "en"}, 8, 10, "A0000000038002"},
      {"ing-identity", {"LOGIN", "SIGN", "MENU"}, {"en", "nl", "fr"}, 8, 10, "A0000000048002"},
      {"nordea-se", {"LOGIN", "SIGN"}, {"sv", "en"}, 9, 9, "A0000000048002"},
      {"postfinance", {"CODE"}, {"de", "fr", "en"}, 7, 9, "A0000001118002"},
      {"cardtan-at", {"TAN"}, {"de", "en"}, 7, 8, "A0000000048002"},
      {"pass-cyberplus", {"CODE"}, {"fr"}, 8, 8, "A0000000038002"},
      {"edentifier2", {"LOGIN", "SIGN"}, {"nl", "en"}, 8, 8, "A0000000048002"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.model);
    const LoadedReader reader = load_reader(row.model);
    const ReaderProfile& profile = reader.profile();
    CHECK(keys(profile) == row.keys);
    CHECK(languages(profile) == row.languages);
    CHECK(profile.code.min_digits == row.min_digits);
    CHECK(profile.code.max_digits == row.max_digits);
    CHECK(aids(profile)[0] == row.first_aid);
  }
  CHECK(load_reader("postfinance").profile().functions[0].on_insertion);
  CHECK(load_reader("cardtan-at").profile().functions[0].on_insertion);
  CHECK(load_reader("cardtan-at").profile().reset_after_pin);
  CHECK(load_reader("edentifier2").profile().connected_mode);
  CHECK(text(load_reader("xi-sign-4400").profile().languages[0].messages, Message::menu_version) ==
        "Software\nVER 0875.11");
  CHECK(load_reader("xi-sign-4400").profile().timeouts.inactivity == 40'000);
  CHECK(load_reader("xi-sign-4400").profile().functions[3].menu[1] == MenuItem::counter);
}

TEST_CASE("a profile stays where it is when its owner is moved") {
  LoadedReader first = load_reader("sesame");
  const ReaderProfile* profile = &first.profile();
  const char* key = profile->functions[0].key.data();
  const LoadedReader second = std::move(first);
  CHECK(&second.profile() == profile);
  CHECK(second.profile().functions[0].key.data() == key);
  CHECK(second.profile().functions[0].key == "CODE");
}

// ---- a small good file, and all that can be wrong with it

constexpr std::string_view kGood = R"(title = "Small"
languages = ["en", "fr"]

[code]
min_digits = 6
max_digits = 8
groups = [4, 4]

[currency]
code = "036"
exponent = 2

[timeouts]
code = 40
inactivity = 50
card = 60

[display]
rows = 3
columns = 16

[card]
applications = [
  { aid = "A0 00 00 00 04 80 02", family = "cap" },
  { aid = "a0000000031010", family = "visa" },
]

[[functions]]
key = "LOG-IN 1"

[[functions]]
key = "SIGN"
prompts = [
  { kind = "reference", place = "before-pin" },
  { kind = "amount", place = "after-pin", optional = true },
  { kind = "tds", place = "after-card", optional = true, repeat = 2 },
]

[texts.fr]
enter_pin = "Votre\ncode ?"
)";

TEST_CASE("what a file leaves out has its default") {
  const LoadedReader reader = read_reader(kGood, "x/small.toml");
  const ReaderProfile& profile = reader.profile();
  CHECK(profile.name == "small");
  CHECK(profile.card_language);
  CHECK_FALSE(profile.card.directory_fallback);
  CHECK_FALSE(profile.card.belgian);
  CHECK(profile.min_pin_digits == 4);
  CHECK_FALSE(profile.reset_after_pin);
  CHECK(aids(profile) == Names{"A0000000048002", "A0000000031010"});
  CHECK(profile.timeouts.inactivity == 50'000);
  CHECK(profile.timeouts.card == 60'000);
  CHECK(profile.currency.code == std::array<std::uint8_t, 2>{0x00, 0x36});
  REQUIRE(profile.functions[1].prompts.size() == 3);
  check_prompt(profile.functions[1].prompts[0], PromptKind::reference, PromptPlace::before_pin, false, 8, 1);
  check_prompt(profile.functions[1].prompts[1], PromptKind::amount, PromptPlace::after_pin, true, 12, 1);
  check_prompt(profile.functions[1].prompts[2], PromptKind::tds, PromptPlace::after_card, true, 10, 2);
  CHECK(text(profile.languages[1].messages, Message::enter_pin) == "Votre\ncode ?");
  CHECK(text(profile.languages[1].messages, Message::pin_ok) == "Code bon");
}

TEST_CASE("a mistake in a reader's file is refused with file, line and what is allowed") {
  test::check_refused(
      kGood,
      {
          // the root
          {"title = \"Small\"", "¶", {"title is missing", "title, languages, card_language"}},
          {"title = \"Small\"", "title = \"\"¶", {"title has 0 bytes; allowed: 1 to 60"}},
          {"title = \"Small\"", "title = \"a\\nb\"¶", {"title", "one line"}},
          {"title = \"Small\"", "title = 1¶", {"title is an integer; it must be a string"}},
          {"title", "titel = 1¶\ntitle", {"unknown key \"titel\"; allowed: title, languages"}},
          {"title",
           "card_language = \"yes\"¶\ntitle",
           {"card_language is a string; it must be a boolean (true or false)"}},
          {"title", "title = \"x\"\n¶title", {"cannot redefine"}},
          {"[code]", "¶[code\n", {"not TOML"}},

          // code
          {"[code]\nmin_digits = 6",
           "[code]¶",
           {"code.min_digits is missing; keys here: min_digits, max_digits"}},
          {"min_digits = 6", "min_digits = 0¶", {"code.min_digits is 0; allowed: 1 to 16"}},
          {"max_digits = 8", "max_digits = 17¶", {"code.max_digits is 17; allowed: 1 to 16"}},
          {"max_digits = 8", "max_digits = 8.0¶", {"code.max_digits is a number with a point"}},
          {"min_digits = 6", "min_digits = \"6\"¶", {"code.min_digits is a string; it must be an integer"}},
          {"max_digits = 8", "max_digits = 5¶", {"code.max_digits is 5", "less than min_digits, 6"}},
          {"[4, 4]", "[4, 5]¶", {"code.groups make 9 digits", "6 to 8"}},
          {"[4, 4]", "[4]¶", {"code.groups make 4 digits"}},
          {"[4, 4]", "[8, 0]¶", {"code.groups is 0; allowed: 1 to 16"}},
          {"[4, 4]", "[]¶", {"code.groups has 0 entries; allowed: 1 to 16"}},
          {"[4, 4]", "4¶", {"code.groups is an integer; it must be a list"}},
          {"max_digits = 8\ngroups = [4, 4]",
           "max_digits = 16\ngroups = [4, 4, 4, 4]¶",
           {"code of 19 characters", "the display has 16 columns"}},
          {"groups",
           "group = 1¶\ngroups",
           {"unknown key \"group\" in code; allowed: min_digits, max_digits, groups"}},

          // currency, timeouts, display
          {"\"036\"", "36¶", {"currency.code is an integer; it must be a string of digits, in quotes"}},
          {"\"036\"", "\"EUR\"¶", {"currency.code must be decimal digits"}},
          {"\"036\"", "\"36\"¶", {"currency.code has 2 digits; allowed: 3"}},
          {"exponent = 2", "exponent = 5¶", {"currency.exponent is 5; allowed: 0 to 4"}},
          {"code = 40", "code = 0¶", {"timeouts.code is 0; allowed: 1 to 3600"}},
          {"card = 60", "card = 3601¶", {"timeouts.card is 3601; allowed: 1 to 3600"}},
          {"inactivity = 50", "inactivity = -1¶", {"timeouts.inactivity is -1; allowed: 1 to 3600"}},
          {"rows = 3", "rows = 5¶", {"display.rows is 5; allowed: 2 to 4"}},
          {"columns = 16", "columns = 15¶", {"display.columns is 15; allowed: 16 to 20"}},
          {"[display]\nrows = 3\ncolumns = 16",
           "¶[[display]]\nrows = 3\ncolumns = 16",
           {"display is a list; it must be a table"}},

          // card
          {"\"cap\"",
           "\"CAP\"¶",
           {"card.applications.family is \"CAP\"; allowed: cap, dpa, visa, mastercard, maestro, bancontact, "
            "other"}},
          {"04 80 02\"", "04 80 0\"¶", {"card.applications.aid has an odd number of hex digits (13)"}},
          {"04 80 02\"", "04 80 0X\"¶", {"card.applications.aid is not hexadecimal: character 20"}},
          {"a0000000031010", "a0000000¶", {"card.applications.aid has 4 bytes; allowed: 5 to 16"}},
          {"a0000000031010", "A0000000048002¶", {"card.applications.aid is there twice"}},
          {", family = \"visa\" }", " }¶", {"card.applications.family is missing; keys here: aid, family"}},
          {"{ aid = \"a0000000031010\", family = \"visa\" }",
           "\"a0000000031010\"¶",
           {"card.applications is a string; it must be a table"}},

          // functions
          {"key = \"SIGN\"", "key = \"Sign\"¶", {"functions.key is \"Sign\"; allowed: 1 to 8 of A to Z"}},
          {"key = \"SIGN\"", "key = \"SIGN PAYMENT\"¶", {"functions.key is \"SIGN PAYMENT\""}},
          {"key = \"SIGN\"", "key = \"\"¶", {"functions.key is \"\""}},
          {"key = \"SIGN\"", "key = \" A\"¶", {"functions.key is \" A\""}},
          {"key = \"SIGN\"", "key = \"LOG-IN 1\"¶", {"functions.key is \"LOG-IN 1\" twice"}},
          {"[[functions]]\nkey = \"LOG-IN 1\"", "[[functions]]¶", {"functions.key is missing"}},
          {"\"reference\"",
           "\"refer\"¶",
           {"functions.prompts.kind is \"refer\"; allowed: challenge, reference, amount, tds"}},
          {"\"before-pin\"",
           "\"before_pin\"¶",
           {"functions.prompts.place is \"before_pin\"; allowed: before-pin, after-pin, after-card"}},
          {"\"before-pin\"",
           "\"after-card\"¶",
           {"functions.prompts.place is too late", "before-pin, after-pin"}},
          {"\"after-card\"",
           "\"after-pin\"¶",
           {"functions.prompts.place does not go with tds", "after-card"}},
          {"\"before-pin\" }",
           "\"before-pin\", max_digits = 17 }¶",
           {"functions.prompts.max_digits is 17; allowed: 1 to 16"}},
          {"kind = \"reference\", place = \"before-pin\" }",
           "kind = \"challenge\", place = \"before-pin\", max_digits = 9 }¶",
           {"functions.prompts.max_digits is 9; allowed: 1 to 8"}},
          {"\"after-pin\", optional = true }",
           "\"after-pin\", max_digits = 16 }¶",
           {"functions.prompts.max_digits is 16; allowed: 3 to 15"}},
          {"\"after-pin\", optional = true }",
           "\"after-pin\", max_digits = 2 }¶",
           {"functions.prompts.max_digits is 2; allowed: 3 to 15"}},
          {"repeat = 2 }", "max_digits = 11 }¶", {"functions.prompts.max_digits is 11; allowed: 1 to 10"}},
          {"repeat = 2", "repeat = 11¶", {"functions.prompts.repeat is 11; allowed: 1 to 10"}},
          {"optional = true, repeat = 2", "repeat = 2¶", {"functions.prompts.repeat needs optional = true"}},
          {"\"before-pin\" }", "\"before-pin\", repeat = 2 }¶", {"functions.prompts.repeat is only for tds"}},
          {"{ kind = \"amount\", place = \"after-pin\", optional = true }",
           "{ kind = \"challenge\", place = \"after-pin\" }¶",
           {"one of challenge and reference"}},
          {"{ kind = \"amount\", place = \"after-pin\", optional = true }",
           "{ kind = \"reference\", place = \"after-pin\" }¶",
           {"functions.prompts.kind is there twice"}},
          {"\"reference\", place = \"before-pin\" },\n  { kind = \"amount\", place = \"after-pin\", optional "
           "= true }",
           "\"reference\", place = \"after-pin\" },\n  { kind = \"amount\", place = \"before-pin\" }¶",
           {"functions.prompts.place comes too late", "before-pin, after-pin, after-card"}},

          {"[[functions]]\nkey = \"LOG-IN 1\"",
           "[[functions]]\nkey = \"LOG-IN 1\"\non_insertion = true\n[[functions]]\nkey = \"I\"\non_insertion "
           "= true¶",
           {"functions.on_insertion is true twice"}},
          {"key = \"LOG-IN 1\"",
           "key = \"LOG-IN 1\"\non_insertion = 1¶",
           {"functions.on_insertion is an integer; it must be a boolean"}},
          {"key = \"LOG-IN 1\"",
           "key = \"LOG-IN 1\"\nmenu = [\"counter\"]¶",
           {"functions.menu comes first; the first function makes codes"}},
          {"key = \"SIGN\"",
           "key = \"SIGN\"\nmenu = [\"counter\"]¶",
           {"functions.menu does not go with prompts or on_insertion"}},
          {"[[functions]]\nkey = \"SIGN\"",
           "[[functions]]\nkey = \"M\"\nmenu = []¶\n[[functions]]\nkey = \"SIGN\"",
           {"functions.menu has 0 entries; allowed: 1 to 4"}},
          {"[[functions]]\nkey = \"SIGN\"",
           "[[functions]]\nkey = \"M\"\nmenu = [\"atc\"]¶\n[[functions]]\nkey = \"SIGN\"",
           {"functions.menu is \"atc\"; allowed: counter, version, contrast, language"}},
          {"[[functions]]\nkey = \"SIGN\"",
           "[[functions]]\nkey = \"M\"\nmenu = [\"counter\", \"counter\"]¶\n[[functions]]\nkey = \"SIGN\"",
           {"functions.menu has counter twice"}},
          {"[[functions]]\nkey = \"SIGN\"",
           "[[functions]]\nkey = \"M\"\nmenu = [\"version\"]¶\n[[functions]]\nkey = \"SIGN\"",
           {"functions.menu has version, which the file does not say"}},

          // the PIN, the version, the code's lists
          {"[currency]", "[pin]\nmin_digits = 3¶\n[currency]", {"pin.min_digits is 3; allowed: 4 to 12"}},
          {"[currency]", "[pin]\nmin_digits = 13¶\n[currency]", {"pin.min_digits is 13; allowed: 4 to 12"}},
          {"[currency]",
           "[pin]\nleast = 5¶\n[currency]",
           {"unknown key \"least\" in pin; allowed: min_digits"}},
          {"[code]", "version = \"\"¶\n[code]", {"version cannot be shown; allowed: 1 to 16 printable"}},
          {"[code]", "version = \"1é\"¶\n[code]", {"version cannot be shown"}},
          {"[code]", "version = 1.0¶\n[code]", {"version is a number with a point"}},
          {"[4, 4]", "[[3, 4],\n[4, 4], [2, 6]]¶", {"code.groups make 8 digits, as those of another list"}},
          {"[4, 4]", "[[3, 4], [4, 5]]¶", {"code.groups make 9 digits", "6 to 8"}},
          {"[4, 4]", "[[3, 4], 8]¶", {"code.groups is an integer; it must be a list"}},
          {"[4, 4]", "[4, [4]]¶", {"code.groups is a list; it must be an integer"}},
          {"applications = [\n  { aid = \"A0 00",
           "reset_after_pin = \"yes\"¶\napplications = [\n  { aid = \"A0 00",
           {"card.reset_after_pin is a string; it must be a boolean"}},

          // the look
          {"[texts.fr]",
           "[look]\nbody = \"#12345\"¶\n[texts.fr]",
           {"look.body is \"#12345\"; allowed: a color"}},
          {"[texts.fr]",
           "[look]\nok = \"#12345G\"¶\n[texts.fr]",
           {"look.ok is \"#12345G\"; allowed: a color"}},
          {"[texts.fr]",
           "[look]\nok_label = \"ENTER KEY\"¶\n[texts.fr]",
           {"look.ok_label cannot be shown; allowed: 1 to 8 printable"}},
          {"[texts.fr]",
           "[look]\nshell = \"#123456\"¶\n[texts.fr]",
           {"unknown key \"shell\" in look; allowed: body, "}},

          // languages and texts
          {"[\"en\", \"fr\"]", "[]¶", {"languages has 0 entries; allowed: 1 to 8"}},
          {"[\"en\", \"fr\"]", "[\"en\", \"fr\", \"en\"]¶", {"languages has \"en\" twice"}},
          {"[\"en\", \"fr\"]", "[\"en\", \"fr\", \"FR\"]¶", {"languages has \"FR\"", "two small letters"}},
          {"[\"en\", \"fr\"]",
           "[\"en\", \"fr\",\n\"it\"]¶",
           {"languages has \"it\", for which nothing is shipped (", "en, fr",
            "); [texts.it] lacks insert_card, "}},
          {"[texts.fr]",
           "[texts.nl]¶\npin_ok = \"Goed\"\n[texts.fr]",
           {"unknown key \"nl\" in texts; allowed: en, fr"}},
          {"enter_pin = \"Votre\\ncode ?\"",
           "enter_pin = \"Votre code secret ?\"¶",
           {"texts.fr.enter_pin has 19 characters in row 1; at most 16"}},
          {"enter_pin = \"Votre\\ncode ?\"",
           "enterpin = \"Code ?\"¶",
           {"unknown key \"enterpin\" in texts.fr; allowed: insert_card"}},
      },
      [](std::string_view text, std::string_view file) { return read_reader(text, file); });
}

TEST_CASE("nine functions are one too many") {
  std::string text(kGood.substr(0, kGood.find("[[functions]]")));
  for (char c = 'A'; c <= 'I'; ++c) text += std::string("[[functions]]\nkey = \"") + c + "\"\n";
  const std::string message = test::failure_of([&] { return read_reader(text, "f.toml"); });
  CHECK(message.find("functions has 9 entries; allowed: 1 to 8") != std::string::npos);
}

TEST_CASE("a language without a shipped file lives on the reader's own words") {
  std::string text(kGood);
  text.replace(text.find("\"fr\"]"), 5, "\"fr\", \"it\"]");
  text += "[texts.it]\n";
  for (std::size_t i = 0; i < kMessageCount; ++i) {
    const auto message = static_cast<Message>(i);
    if (is_said(message, {})) text += std::string(to_string(message)) + " = \"Parola\"\n";
  }
  const LoadedReader reader = read_reader(text, "f.toml");
  const Language& italian = reader.profile().languages[2];
  CHECK(sesame::text(italian.messages, Message::code) == "Parola");
  CHECK(italian.language_id == 0);
  CHECK(reader.low_battery(italian) == "Low battery");  // of the model's first language

  const LoadedReader more =
      read_reader(text + "low_battery = \"Pila scarica\"\nlanguage_id = 0x0410\n", "f.toml");
  CHECK(more.profile().languages[2].language_id == 0x0410);
  CHECK(more.low_battery(more.profile().languages[2]) == "Pila scarica");

  // No other language knows it then.
  std::string alone = text;
  alone.replace(alone.find("[\"en\", \"fr\", \"it\"]"), 18, "[\"it\"]");
  alone.erase(alone.find("[texts.fr]"), alone.find("[texts.it]") - alone.find("[texts.fr]"));
  CHECK(test::failure_of([&] { return read_reader(alone, "f.toml"); }) ==
        "f.toml:2: languages have no low_battery; one of them needs it");
}

TEST_CASE("a model says what it looks like, or leaves it to the page") {
  const LoadedReader barclays = load_reader("barclays-pinsentry");
  CHECK(barclays.look().body == "#1f5f8a");
  CHECK(barclays.look().ok_label == "ENTER");
  CHECK(barclays.look().digits.empty());
  CHECK(load_reader("sesame").look().body.empty());
}

TEST_CASE("a menu needs the words of its items, and has none of the others") {
  std::string text(kGood);
  text.insert(text.find("[code]"), "version = \"1.0 b\"\n");
  const LoadedReader plain = read_reader(text, "f.toml");
  CHECK(sesame::text(plain.profile().languages[0].messages, Message::menu_counter).empty());
  text.insert(text.find("[texts.fr]"), "[[functions]]\nkey = \"M\"\nmenu = [\"version\", \"counter\"]\n\n");
  const LoadedReader reader = read_reader(text, "f.toml");
  const ReaderProfile& profile = reader.profile();
  REQUIRE(profile.functions.size() == 3);
  REQUIRE(profile.functions[2].menu.size() == 2);
  CHECK(profile.functions[2].menu[0] == MenuItem::version);
  const Messages& words = profile.languages[0].messages;
  CHECK(sesame::text(words, Message::menu_counter) == "Counter\n{n}");
  CHECK(sesame::text(words, Message::menu_version) == "Software\nVER 1.0 b");
  CHECK(sesame::text(words, Message::menu_contrast).empty());
}

TEST_CASE("a model with a connected mode has the words that stand under a text, and no other has") {
  std::string text(kGood);
  const LoadedReader plain = read_reader(text, "f.toml");
  CHECK_FALSE(plain.profile().connected_mode);
  CHECK(sesame::text(plain.profile().languages[0].messages, Message::text_approve).empty());
  text.insert(text.find("[code]"), "connected_mode = true\n");
  const LoadedReader reader = read_reader(text, "f.toml");
  CHECK(reader.profile().connected_mode);
  const Messages& words = reader.profile().languages[0].messages;
  CHECK(sesame::text(words, Message::text_more) == "OK: go on");
  CHECK(sesame::text(words, Message::text_approve) == "OK: sign");

  // They stand on the last row.
  text += "[texts.en]\ntext_approve = \"OK\\nsigns\"\n";
  CHECK(test::failure_of([&] {
          return read_reader(text, "f.toml");
        }).find("text_approve has too many rows; at most 1") != std::string::npos);
}

TEST_CASE("a model says how its PIN, its code and its card are taken") {
  std::string text(kGood);
  const auto change = [&](std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
  };
  change("[4, 4]", "[[3, 3], [3, 4], [4, 4]]");
  change("[currency]", "[pin]\nmin_digits = 5\n\n[currency]");
  change("[card]", "[card]\nreset_after_pin = true");
  change("key = \"LOG-IN 1\"", "key = \"LOG-IN 1\"\non_insertion = true");
  change("\"before-pin\" }", "\"before-pin\", max_digits = 16 }");
  const LoadedReader reader = read_reader(text, "f.toml");
  const ReaderProfile& profile = reader.profile();
  CHECK(profile.min_pin_digits == 5);
  CHECK(profile.reset_after_pin);
  CHECK(profile.functions[0].on_insertion);
  CHECK_FALSE(profile.functions[1].on_insertion);
  CHECK(profile.functions[1].prompts[0].max_digits == 16);
  GroupedCode grouped;
  group(std::string_view("1234567"), profile.code, grouped);
  CHECK(std::string(grouped.begin(), grouped.end()) == "123 4567");
  group(std::string_view("12345678"), load_reader("postfinance").profile().code, grouped);
  CHECK(std::string(grouped.begin(), grouped.end()) == "12345678");
}

TEST_CASE("whatever is cut off a reader's file: a profile or a named error") {
  test::check_every_truncation(
      *shipped_text(ProfileKind::readers, "pinsentry"),
      [](std::string_view text, std::string_view file) { return read_reader(text, file); });
}

}  // namespace
}  // namespace sesame::profile
