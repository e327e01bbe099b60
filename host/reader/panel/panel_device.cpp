#include "host/reader/panel/panel_device.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "host/base/failure.hpp"

namespace sesame {

namespace {

using Clock = std::chrono::steady_clock;
using Micros = CardLine::Micros;

Micros micros(Clock::time_point time) {
  return static_cast<Micros>(
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

Clock::time_point time_of(Micros micros) { return Clock::time_point(std::chrono::microseconds(micros)); }

timespec left_until(Clock::time_point until) {
  const auto left = std::max(until - Clock::now(), Clock::duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return {seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
}

}  // namespace

PanelDevice::PanelDevice(io::Descriptor link, const PanelLimits& limits)
    : descriptor_(std::move(link)), limits_(limits), link_(limits, Clock::now()) {}

PanelDevice::PanelDevice(io::Descriptor link, io::Descriptor characters, CardLine& card,
                         const PanelLimits& limits)
    : PanelDevice(std::move(link), limits) {
  characters_ = std::move(characters);
  card_ = &card;
  link_.on_contacts([this](const PanelLink::Contacts& contacts) {
    card_->contacts(contacts.vcc, contacts.clk, contacts.rst, micros(Clock::now()));
  });
}

// A board may have been left with a card in it.
void PanelDevice::connect() {
  settle();
  link_.order(panel::Type::presence, {0});
  settle();
}

void PanelDevice::insert() {
  if (card_ != nullptr && !card_->present()) {
    throw Failure(Failure::environment,
                  "there is no card at the other end of the card's line; insert it there");
  }
  inserted_ = true;
  announce_card();
  settle();
}

void PanelDevice::remove() {
  inserted_ = false;
  announce_card();
  settle();
}

void PanelDevice::press(Key key) {
  link_.order(panel::Type::key, {0, static_cast<std::uint8_t>(key)});
  settle();
}

void PanelDevice::hold(Key key) {
  link_.order(panel::Type::key, {1, static_cast<std::uint8_t>(key)});
  settle();
}

const std::vector<std::uint8_t>& PanelDevice::test(panel::Test test, std::uint8_t argument) {
  link_.order(panel::Type::test, {static_cast<std::uint8_t>(test), argument});
  settle();
  return seen().result;
}

// Digits and blanks on the last row, as render() puts them there.
std::string PanelDevice::code() const {
  const Screen& screen = seen().screen;
  std::string digits;
  if (state() != State::code || screen.rows == 0) return digits;
  for (const char16_t cell : screen.row(screen.rows - 1U)) {
    if (cell >= u'0' && cell <= u'9') digits += static_cast<char>(cell);
  }
  return digits;
}

bool PanelDevice::wait_until(const std::function<bool()>& so, std::chrono::milliseconds limit) {
  const auto end = Clock::now() + limit;
  while (!so()) {
    if (Clock::now() >= end) return false;
    serve(end);
  }
  return true;
}

// A card elsewhere comes and goes without this program.
void PanelDevice::announce_card() {
  const bool in = inserted_ && (card_ == nullptr || card_->present());
  if (in == announced_) return;
  announced_ = in;
  link_.order(panel::Type::presence, {static_cast<std::uint8_t>(in ? 1 : 0)});
}

bool PanelDevice::at_rest() const {
  return link_.idle() && state() != State::starting && state() != State::working;
}

// A card may take its time over each of many commands: the reader is given up when nothing goes on.
void PanelDevice::settle() {
  const auto begin = Clock::now();
  while (!at_rest()) {
    const auto end = std::min(begin + limits_.work, std::max(begin, alive_) + limits_.rest);
    if (Clock::now() >= end) throw Failure(Failure::environment, "the reader works without end; reset it");
    serve(end);
  }
}

// ---- one turn

void PanelDevice::serve(Time until) {
  announce_card();
  write(descriptor_.get(), link_.to_send(Clock::now()));
  serve_card();
  wait(std::min(until, link_.due()));
}

void PanelDevice::serve_card() {
  if (card_ == nullptr) return;
  while (const auto character = card_->take(micros(Clock::now()))) {
    alive_ = Clock::now();
    write(characters_.get(), Bytes(&*character, 1));
  }
}

// Characters come before contacts: those were set after them, as a reader sends nothing to a card that has
// not answered its reset.
void PanelDevice::wait(Time until) {
  if (card_ != nullptr) {
    if (const auto due = card_->due()) until = std::min(until, time_of(*due));
  }
  std::array<pollfd, 3> files{pollfd{characters_.get(), POLLIN, 0},
                              pollfd{card_ == nullptr ? -1 : card_->descriptor(), POLLIN, 0},
                              pollfd{descriptor_.get(), POLLIN, 0}};
  const timespec left = left_until(until);
  if (::ppoll(files.data(), files.size(), &left, nullptr) <= 0) return;
  if (files[0].revents != 0) read_characters();
  if (files[1].revents != 0) card_->receive(micros(Clock::now()));
  if (files[2].revents != 0) read_link();
}

// That it answers is a sign only where nothing is seen of its card.
void PanelDevice::read_link() {
  const auto before = link_.heard();
  const bool asked = !link_.idle();
  std::array<std::uint8_t, 256> bytes;
  const std::size_t count = read(descriptor_.get(), bytes);
  for (std::size_t i = 0; i < count; ++i) link_.received(bytes[i], Clock::now());
  if (link_.heard() != before && (card_ == nullptr || !asked)) alive_ = link_.heard();
}

// They may hold a PIN.
void PanelDevice::read_characters() {
  SecretVector<std::uint8_t, 256> bytes;
  const std::size_t count = read(characters_.get(), {bytes.data(), bytes.capacity()});
  if (count > 0) alive_ = Clock::now();
  for (std::size_t i = 0; i < count; ++i) card_->received(bytes[i], micros(Clock::now()));
}

std::size_t PanelDevice::read(int descriptor, std::span<std::uint8_t> into) {
  const ssize_t count = ::read(descriptor, into.data(), into.size());
  if (count > 0) return static_cast<std::size_t>(count);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
  throw Failure(Failure::environment, why_closed());
}

void PanelDevice::write(int descriptor, Bytes bytes) {
  const auto limit = Clock::now() + limits_.rest;
  while (!bytes.empty()) {
    ssize_t count = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == ENOTSOCK) count = ::write(descriptor, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (errno != EINTR && errno != EAGAIN) throw Failure(Failure::environment, why_closed());
    if (Clock::now() >= limit) throw Failure(Failure::environment, "the reader takes nothing from its link");
    pollfd file{descriptor, POLLOUT, 0};
    const timespec left = left_until(limit);
    static_cast<void>(::ppoll(&file, 1, &left, nullptr));
  }
}

}  // namespace sesame
