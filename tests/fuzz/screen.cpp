// Any text on any display stays inside it.
#include "firmware/core/screen.hpp"

#include "tests/firmware/core/profiles.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  ReaderProfile profile = test::kSesame;
  profile.display.rows = static_cast<std::uint8_t>(2 + input.below(3));
  profile.display.columns = static_cast<std::uint8_t>(16 + input.below(5));
  const std::vector<std::uint8_t> groups = input.take(input.below(5));
  profile.code.groups = groups;

  View view;
  view.state = static_cast<State>(input.below(static_cast<unsigned>(State::approve) + 1));
  view.notice = static_cast<Notice>(input.below(static_cast<unsigned>(Notice::code_too_long) + 1));
  view.prompt = static_cast<PromptKind>(input.below(4));
  view.number = input.byte();
  view.pin_ok = view.number % 2 == 0;
  view.pin_wrong = view.number % 3 == 0;
  view.masked = input.below(13);
  std::string digits(input.below(kMaxCodeDigits + 1), '0');
  for (char& digit : digits) digit = static_cast<char>('0' + input.below(10));
  view.code = digits;
  view.entry = digits;

  const std::vector<std::uint8_t> utf8 = input.take(300);
  Language language = test::kFrench;
  language.messages.fill({reinterpret_cast<const char*>(utf8.data()), utf8.size()});

  const Screen screen = render(view, profile, language);
  require(screen.lit == (view.state != State::off), "the screen is dark while the reader is off");
  for (std::size_t row = 0; row < Screen::kMaxRows; ++row) {
    for (std::size_t column = 0; column < Screen::kMaxColumns; ++column) {
      const bool inside = row < profile.display.rows && column < profile.display.columns;
      require(inside || screen.cells[row][column] == u' ', "nothing is shown outside of the display");
    }
  }

  GroupedCode grouped;
  group(digits, profile.code, grouped);
  std::string shown(grouped.begin(), grouped.end());
  shown.erase(std::remove(shown.begin(), shown.end(), ' '), shown.end());
  require(shown == digits, "grouping changes no digit");
  return 0;
}
