// A matrix of 4 × 4 keys, active high: columns are pulled down and read. Between two scans every row is high,
// so that one look tells whether any key is down, and any key raises a column: its interrupt line wakes the
// board.
#include "firmware/hal/keys.hpp"

#include "firmware/boards/stm32/delay.hpp"
#include "firmware/boards/stm32/key_contacts.hpp"
#include "firmware/boards/stm32/pin.hpp"
#include "firmware/drivers/key_matrix.hpp"
#include "firmware/generated/board.hpp"

namespace sesame::hal::keys {

namespace {

using board::kKeyColumns;
using board::kKeyLayout;
using board::kKeyRows;

constexpr std::size_t kColumns = kKeyColumns.size();
constexpr std::uint32_t kSettleUs = 10;  // a column falls through its pull-down of 50 kΩ

constexpr Key key_of(std::size_t contact) { return kKeyLayout[contact / kColumns][contact % kColumns]; }
constexpr std::uint8_t contact_of(Key key) {
  std::size_t contact = 0;
  while (key_of(contact) != key) ++contact;
  return static_cast<std::uint8_t>(contact);
}

constinit drivers::KeyMatrix matrix(contact_of(Key::clear));

drivers::Contacts columns() {
  unsigned levels = 0;
  for (std::size_t i = 0; i < kColumns; ++i)
    levels |= static_cast<unsigned>(board::is_high(kKeyColumns[i])) << i;
  return static_cast<drivers::Contacts>(levels);
}

// A row that is not driven is an input: two keys of one column would join an output that is high and one that
// is low.
void drive(board::Pin row, bool driven) {
  if (driven) {
    board::make_output(row, true);
  } else {
    board::make_input(row, board::Pull::down);
  }
}

drivers::Contacts scan() {
  unsigned contacts = 0;
  for (const board::Pin row : kKeyRows) drive(row, false);
  for (std::size_t i = 0; i < kKeyRows.size(); ++i) {
    drive(kKeyRows[i], true);
    board::wait_us(kSettleUs);
    contacts |= static_cast<unsigned>(columns()) << i * kColumns;
    drive(kKeyRows[i], false);
  }
  for (const board::Pin row : kKeyRows) drive(row, true);
  return static_cast<drivers::Contacts>(contacts);
}

}  // namespace

}  // namespace sesame::hal::keys

std::uint16_t sesame::board::closed_contacts() { return hal::keys::scan(); }

namespace sesame::hal::keys {

void init() {
  for (const board::Pin column : kKeyColumns) board::make_input(column, board::Pull::down);
  for (const board::Pin row : kKeyRows) drive(row, true);
}

std::optional<Event> poll(Millis now) {
  const auto press = matrix.update(columns() == 0 ? drivers::Contacts{0} : scan(), now);
  if (!press) return std::nullopt;
  const Key key = key_of(press->contact);
  return press->held ? Event::hold(key) : Event::press(key);
}

bool busy() { return matrix.busy(); }

}  // namespace sesame::hal::keys
