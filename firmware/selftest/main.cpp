// The self-test: the code of the image with a card and keys of its own inside, for an emulator that counts
// instructions as time (qemu-system-arm -icount shift=3,sleep=off). It says each screen with its time, and in
// the end
//
//   code_ms, off_ms    when the code came, and when it went, in milliseconds since reset
//   ticks              of the system timer from the last key to the code, but for those it slept
//   stack              bytes of the stack that were ever used
//
// and ends with 0 if the code was the right one.
#include "firmware/app/shell.hpp"
#include "firmware/boards/stm32/clock.hpp"
#include "firmware/boards/stm32f4/registers.hpp"
#include "firmware/generated/board.hpp"
#include "firmware/generated/reader.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/display.hpp"
#include "firmware/selftest/script.hpp"
#include "firmware/selftest/semihosting.hpp"

extern "C" {
extern std::uint32_t __stack_low, __stack_top;
}

namespace {

using namespace sesame;
using namespace sesame::selftest;

std::uint32_t stack_used() {
  const std::uint32_t* word = &__stack_low;
  while (word < &__stack_top && *word == 0xC5C5C5C5) ++word;
  return static_cast<std::uint32_t>(&__stack_top - word) * 4;
}

// Of the system timer, since reset; wraps.
std::uint32_t ticks() {
  for (;;) {
    const auto before = static_cast<std::uint32_t>(hal::clock::now());
    const std::uint32_t left = board::systick().val;
    if (static_cast<std::uint32_t>(hal::clock::now()) != before) continue;
    const std::uint32_t last = board::systick().load;
    return before * (last + 1) + (last - left);
  }
}

void print_row(std::span<const char16_t> row) {
  for (const char16_t cell : row) {
    const char text[] = {cell < 0x80 ? static_cast<char>(cell) : '?', '\0'};
    print(text);
  }
}

void print_screen(const Screen& screen, std::uint32_t now) {
  print(now);
  print(" ms |");
  for (std::size_t row = 0; row < screen.rows; ++row) {
    print_row(screen.row(row));
    print("|");
  }
  print(screen.lit ? "\n" : " dark\n");
}

void print_figure(const char* name, std::uint32_t value) {
  print(name);
  print(" ");
  print(value);
  print("\n");
}

bool right_code(const Reader& reader) {
  std::size_t at = 0;
  for (const char expected : kCode) {
    if (expected == ' ') continue;
    if (at == reader.code().size() || reader.code()[at++] != expected) return false;
  }
  return at == reader.code().size();
}

}  // namespace

int main() {
  hal::clock::init();
  hal::display::init();
  app::Shell& shell = app::the_shell(generated::kReader, {board::kName, generated::kDigest, {}, {}, {}},
                                     {board::kCardClockHz, 372});

  State state = State::off;
  std::uint32_t awake = 0, code_ms = 0;
  bool right = false;
  for (;;) {
    const std::uint32_t before = ticks();
    // The time that the turn is told, not when it has drawn: the code is shown as long from there.
    const auto now = static_cast<std::uint32_t>(hal::clock::now());
    const bool worked = shell.turn();
    const Reader& reader = shell.reader();
    if (state == State::pin && reader.state() == State::working) awake = 0;
    awake += ticks() - before;
    if (!worked) shell.sleep();
    if (reader.state() == state) continue;
    state = reader.state();
    if (state == State::code) {
      code_ms = now;
      right = right_code(reader);
      print_figure("ticks", awake);
    }
    print_screen(reader.screen(), now);
    if (state != State::off || code_ms == 0) continue;
    print_figure("code_ms", code_ms);
    print_figure("off_ms", now);
    print_figure("stack", stack_used());
    end(right ? 0 : 1);
  }
}
