// Any text as a reader's file: refused in one line; or a reader whose every screen fits its display, with
// constants for a board that say the same twice.
#include "host/profile/reader_file.hpp"

#include <map>

#include "host/board/constants.hpp"
#include "host/card/virtual_card.hpp"
#include "host/profile/shipped.hpp"
#include "host/reader/native_reader.hpp"
#include "tests/fuzz/lines.hpp"
#include "tests/host/card/cards.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

void look(const NativeReader& reader, const ReaderProfile& profile) {
  const Screen screen = reader.shown();
  require(screen.rows == profile.display.rows && screen.columns == profile.display.columns,
          "a screen has the size of the display");
}

// A code by each function, if the card gives one: whatever is asked for is answered with 1s, until the reader
// rests.
void work(const ReaderProfile& profile) {
  static const card::Personalization card = card::test::personalization();
  for (std::size_t function = 0; function < profile.functions.size(); ++function) {
    state::EphemeralStore store;
    card::VirtualCard virtual_card(card, store);
    NativeReader reader(profile, virtual_card);
    reader.insert();
    reader.press(function_key(function));
    for (int i = 0; i < 64 && reader.state() != State::code && reader.state() != State::notice; ++i) {
      for (const Key key : {Key::d1, Key::d2, Key::d3, Key::d4}) reader.press(key);
      look(reader, profile);
      reader.press(Key::ok);
      look(reader, profile);
    }
    require(reader.code().size() <= profile.code.max_digits, "a code has no more digits than it may");
    reader.wait();
    look(reader, profile);
  }
}

void write_constants(const ReaderProfile& profile) {
  require(board::digest(profile) == board::digest(profile), "a profile has one digest");
  require(!board::reader_header(profile, {}).empty(), "a profile has constants");
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::boards)) {
    static std::map<std::string_view, board::Board> boards;
    if (boards.count(name) == 0) boards.emplace(name, board::load_board(name));
    try {
      board::check_pair(profile, boards.at(name));
    } catch (const Failure& failure) {
      require_told(failure, "fuzz on ");
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const profile::LoadedReader reader = profile::read_reader(text_of(data, size), "fuzz.toml");
    require(reader.profile().name == "fuzz", "a reader is named as its file");
    work(reader.profile());
    write_constants(reader.profile());
  } catch (const Failure& failure) {
    require_told(failure, "fuzz.toml:");
  }
  return 0;
}
