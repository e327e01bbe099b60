#include "host/contacts/client.hpp"

#include <poll.h>

#include <algorithm>

#include "host/base/failure.hpp"
#include "host/io/poll_timeout.hpp"

namespace sesame::contacts {

namespace {

[[noreturn]] void gone() { throw Failure(Failure::environment, "the served card has closed the connection"); }

}  // namespace

void LineClient::send(Record record) {
  if (!records_.send(record)) gone();
}

void LineClient::contacts(bool vcc, bool clk, bool rst, Micros /*now*/) {
  send(Record::contacts(vcc, clk, rst));
}

void LineClient::send(std::uint8_t character, bool parity_ok, Micros /*now*/) {
  send(Record::character(character, parity_ok));
}

bool LineClient::wait_for_presence(std::chrono::milliseconds limit) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + limit;
  while (!present_) {
    const int left = io::poll_timeout(end - Clock::now());
    if (left == 0) return false;
    pollfd readable{descriptor(), POLLIN, 0};
    if (::poll(&readable, 1, left) > 0) receive(0);
  }
  return true;
}

void LineClient::receive(Micros now) {
  const bool alive = records_.receive() && records_.flush();
  while (const auto record = records_.take()) {
    if (record->kind == card::iso7816::RecordKind::presence) {
      present_ = record->value == 1;
    } else if (record->is_character()) {
      characters_.push_back({record->value, record->kind == card::iso7816::RecordKind::character});
      arrived_ = now;
    }
  }
  if (!alive || records_.broken()) gone();
}

std::optional<LineClient::Character> LineClient::take_character() {
  if (characters_.empty()) return std::nullopt;
  const Character first = characters_.front();
  characters_.pop_front();
  return first;
}

std::optional<std::uint8_t> LineClient::take(Micros /*now*/) {
  const auto character = take_character();
  return character ? std::optional(character->value) : std::nullopt;
}

std::optional<LineClient::Micros> LineClient::due() const {
  return characters_.empty() ? std::nullopt : std::optional(arrived_);
}

}  // namespace sesame::contacts
