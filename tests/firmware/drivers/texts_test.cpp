// Every text that is shipped can be drawn on every display.
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "firmware/core/screen.hpp"
#include "firmware/drivers/font.hpp"
#include "firmware/drivers/hd44780.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"

namespace sesame::drivers {
namespace {

// Every screen that a reader can show; what is typed or counted on it is ASCII.
template <class Use>
void for_each_screen(const ReaderProfile& profile, Use use) {
  for (const Language& language : profile.languages) {
    for (int state = 0; state <= static_cast<int>(State::host_pin); ++state) {
      for (int notice = 0; notice <= static_cast<int>(Notice::code_too_long); ++notice) {
        for (int variant = 0; variant < 8; ++variant) {
          View view;
          view.state = static_cast<State>(state);
          view.notice = static_cast<Notice>(notice);
          view.prompt = static_cast<PromptKind>(variant % 4);
          view.number = static_cast<std::uint8_t>(variant);
          view.item = static_cast<MenuItem>(variant % 4);
          view.pin_ok = variant % 2 == 1;
          view.pin_wrong = variant >= 4;
          use(render(view, profile, language));
        }
      }
    }
  }
}

TEST_CASE("every message of every shipped reader is in the font, and needs at most 8 glyphs of an LCD") {
  std::set<std::string> languages;
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::readers)) {
    const auto reader = profile::load_reader(name);
    for (const Language& language : reader.profile().languages) {
      languages.emplace(language.code.data(), language.code.size());
    }
    std::set<char16_t> beyond_ascii;
    for_each_screen(reader.profile(), [&](const Screen& screen) {
      std::set<char16_t> defined;
      for (std::size_t row = 0; row < screen.rows; ++row) {
        for (const char16_t character : screen.row(row)) {
          INFO(name << ", U+" << std::hex << static_cast<unsigned>(character));
          if (character > u'~') beyond_ascii.insert(character);
          if (font_code(character) == 0) FAIL("not in the font");
          if (!rom_code(character)) defined.insert(character);
        }
      }
      if (defined.size() > 8) FAIL(name << ": a screen of " << defined.size() << " glyphs");
    });
    CHECK_FALSE(beyond_ascii.empty());  // an ellipsis at least: the test saw the texts
  }
  for (const std::string_view file : profile::shipped_names(profile::ProfileKind::texts)) {
    INFO(file << ": no shipped reader speaks it");
    CHECK(languages.count(std::string(file)) == 1);
  }
}

}  // namespace
}  // namespace sesame::drivers
