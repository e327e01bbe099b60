#include "tests/firmware/app/board.hpp"

#include <algorithm>
#include <stdexcept>

#include "firmware/hal/bench.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/display.hpp"
#include "firmware/hal/keys.hpp"
#include "firmware/hal/panel.hpp"
#include "firmware/hal/supply.hpp"

namespace sesame::app::test {

namespace {

Board* the_board = nullptr;

}  // namespace

Board::Board(CardSlot& card) : card_(card, {}, kClock) {
  if (the_board != nullptr) throw std::logic_error("there is a board already");
  the_board = this;
}
Board::~Board() { the_board = nullptr; }

// ---- time

void Board::turn(Shell& shell) {
  if (!shell.turn()) pass(1000 - now_ % 1000);  // the clock wakes it every millisecond
}

// The card goes on talking whatever the loop does: an interrupt keeps what it says.
void Board::pass(Micros time) {
  const Micros end = now_ + time;
  for (;;) {
    const auto next = card_.next();
    const auto deadline = card_.deadline();
    if (next && next->at <= end && (!deadline || next->at <= *deadline)) {
      now_ = std::max(now_, next->at);
      card_speaks();
    } else if (deadline && *deadline <= end) {
      now_ = std::max(now_, *deadline);
      card_.tick(now_);
    } else {
      break;
    }
  }
  now_ = end;
}

void Board::card_speaks() {
  const auto next = *card_.next();
  characters.push_back({false, now_});
  if (ring_.size() < kRing) {
    ring_.push_back({next.character, next.parity_ok});
  } else {
    ++lost;
  }
  card_.sent(true, now_);
}

Millis Board::clock() {
  pass(kTurn);
  return now_ / 1000;
}

std::optional<Event> Board::poll_keys() {
  if (keys.empty() || now_ < keys.front().first) return std::nullopt;
  const Event event = keys.front().second;
  keys.pop_front();
  return event;
}

// ---- the panel link

void Board::say(panel::Type type, std::initializer_list<std::uint8_t> body, std::uint8_t sequence) {
  const auto put = [this](std::uint8_t byte) { to_board_.push_back(byte); };
  panel::FrameWriter<decltype(put)> out(put, type);
  for (const std::uint8_t byte : body) out.byte(byte);
  out.byte(sequence);
  out.end();
}

std::optional<std::uint8_t> Board::panel_receive() {
  if (to_board_.empty()) return std::nullopt;
  const std::uint8_t byte = to_board_.front();
  to_board_.pop_front();
  return byte;
}

// A USART: one byte goes out, one waits.
void Board::panel_send(std::uint8_t byte) {
  if (panel_room_at_ > now_) pass(panel_room_at_ - now_);
  panel_room_at_ = std::max(now_, panel_over_at_);
  panel_over_at_ = panel_room_at_ + kPanelByte;
  if (!frames_.take(byte)) return;
  const Bytes body = frames_.body();
  heard.push_back({static_cast<panel::Type>(frames_.type()), {body.begin(), body.end()}});
}

// ---- the card

void Board::set(const iso7816::Contacts& wanted) {
  contacts = wanted;
  card_.contacts(contacts.vcc, contacts.clk, contacts.rst, now_);
}

void Board::card_send(std::uint8_t character) {
  going_out_ = character;
  out_at_ =
      now_ + (12ULL + settings_.guard) * settings_.f * 1'000'000 / (std::uint64_t{settings_.d} * kClock);
}

hal::card::Sending Board::card_sending() {
  if (!going_out_) return hal::card::Sending::over;
  if (now_ < out_at_) return hal::card::Sending::busy;
  characters.push_back({true, out_at_});
  card_.received(*going_out_, true, out_at_);
  going_out_.reset();
  return hal::card::Sending::over;
}

std::optional<hal::card::Character> Board::card_receive() {
  if (ring_.empty()) return std::nullopt;
  const hal::card::Character character = ring_.front();
  ring_.pop_front();
  return character;
}

}  // namespace sesame::app::test

// ---- firmware/hal

namespace sesame::hal {

using app::test::the_board;

namespace clock {
Millis now() { return the_board->clock(); }
void sleep() {}
void stop() { the_board->stopped = true; }
}  // namespace clock

namespace panel {
bool on() { return the_board->strapped; }
std::optional<std::uint8_t> receive() { return the_board->panel_receive(); }
bool ready() { return the_board->panel_ready(); }
void send(std::uint8_t byte) { the_board->panel_send(byte); }
}  // namespace panel

namespace card {
bool present() { return false; }
void set(const iso7816::Contacts& contacts) { the_board->set(contacts); }
void set(const iso7816::LineSettings& settings) { the_board->set(settings); }
void send(std::uint8_t character) { the_board->card_send(character); }
Sending sending() { return the_board->card_sending(); }
bool taken() { return the_board->card_taken(); }
bool heard_itself() { return the_board->echoes; }
std::optional<Character> receive() { return the_board->card_receive(); }
}  // namespace card

namespace display {
void show(const Screen& screen) { the_board->displayed = screen; }
}  // namespace display

namespace keys {
std::optional<Event> poll(Millis) { return the_board->poll_keys(); }
bool busy() { return false; }
}  // namespace keys

namespace bench {
Chip chip() { return {0x413, 0x1007, true, true, 168'000'000}; }
std::uint16_t key_contacts() { return the_board->closed_keys; }
CardPins card_pins() {
  const iso7816::Contacts& contacts = the_board->contacts;
  return {contacts.vcc, contacts.rst, contacts.vcc, contacts.clk, true, true};
}
void led(bool lit) { the_board->led = lit; }
}  // namespace bench

std::optional<Fault> last_fault() { return the_board->last_fault; }
ResetCause reset_cause() { return ResetCause::power_on; }

namespace supply {
std::uint16_t millivolts() { return the_board->supply; }
}  // namespace supply

// A loop of this process that hangs ends otherwise.
namespace watchdog {
void start() {}
void turned() {}
}  // namespace watchdog

}  // namespace sesame::hal
