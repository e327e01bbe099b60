// The slot of the self-test: a T=0 card with a script, which any other command ends with an error.
#include "firmware/hal/card.hpp"

#include "firmware/boards/stm32/interrupts.hpp"
#include "firmware/boards/stm32/slot.hpp"
#include "firmware/selftest/script.hpp"
#include "firmware/selftest/semihosting.hpp"

namespace sesame::hal::card {

namespace {

using selftest::kScript;

constexpr std::uint8_t kGetResponse = 0xC0;
constexpr std::size_t kHeader = 5;  // CLA INS P1 P2 P3

[[noreturn]] void fail(const char* what) {
  selftest::print(what);
  selftest::print("\n");
  selftest::end(1);
}

std::uint8_t nibble(char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'A' + 10); }
std::uint8_t byte(std::string_view hex, std::size_t i) {
  return static_cast<std::uint8_t>(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
}

// What goes to the reader, in the order in which it goes.
Buffer<300> out;
std::size_t out_at = 0;
Buffer<kHeader + 255> in;
std::size_t step = 0;     // of the script
bool data_asked = false;  // the procedure byte before the command's data was sent
bool reset_high = false;

void say(std::uint8_t character) {
  if (!out.push(character)) fail("the script answers too much");
}

void say(std::string_view hex) {
  for (std::size_t i = 0; i < hex.size() / 2; ++i) say(byte(hex, i));
}

void next_command() {
  in.clear();
  data_asked = false;
}

std::string_view response() { return kScript[step].response; }
std::uint8_t data_size() { return static_cast<std::uint8_t>(response().size() / 2 - 2); }

// ISO 7816-3:2006, 10.3.3: INS, then the data, SW1 and SW2.
void answer_with_data() {
  if (in[4] != data_size()) {
    say(0x6C);
    say(data_size());
  } else {
    say(in[1]);
    say(response());
    ++step;
  }
  next_command();
}

void answer_without_data() {
  if (data_size() == 0) {
    say(response());
    ++step;
  } else {
    say(0x61);
    say(data_size());
  }
  next_command();
}

void check_command() {
  const std::string_view command = kScript[step].command;
  const std::size_t given = command.size() / 2;
  for (std::size_t i = 0; i < given; ++i) {
    if (i >= in.size() || in[i] != byte(command, i)) fail("the card was asked something else");
  }
}

void take_command() {
  if (in[1] == kGetResponse) return answer_with_data();
  if (step == std::size(kScript)) fail("the card was asked something more");
  const bool has_data = kScript[step].command.size() / 2 > kHeader;
  if (has_data && !data_asked) {
    data_asked = true;
    return say(in[1]);
  }
  if (has_data && in.size() < kHeader + in[4]) return;
  check_command();
  has_data ? answer_without_data() : answer_with_data();
}

}  // namespace

void init() {}
bool present() { return true; }

void set(const iso7816::Contacts& contacts) {
  if (contacts.rst && !reset_high) {
    out.clear();
    out_at = 0;
    next_command();
    say(selftest::kAtr);
  }
  reset_high = contacts.rst;
}
void set(const iso7816::LineSettings&) {}

void send(std::uint8_t character) {
  if (!in.push(character)) fail("a command without an end");
  if (in.size() >= kHeader) take_command();
}
Sending sending() { return Sending::over; }
bool taken() { return true; }

std::optional<Character> receive() {
  if (out_at == out.size()) {
    out.clear();
    out_at = 0;
    return std::nullopt;
  }
  return Character{out[out_at++], true};
}

}  // namespace sesame::hal::card

namespace sesame::board {

void on_card_character() {}
bool card_moved() { return false; }
void look_at_card() {}
void on_supply_moved() {}

}  // namespace sesame::board
