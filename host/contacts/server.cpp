#include "host/contacts/server.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "host/base/failure.hpp"
#include "host/io/poll_timeout.hpp"
#include "host/io/private_memory.hpp"

namespace sesame::contacts {

Server::Server(card::iso7816::CharacterCard& card, Endpoint endpoint, io::Signals& signals, std::string name,
               Tell tell)
    : card_(card),
      listener_(std::move(endpoint)),
      signals_(signals),
      name_(std::move(name)),
      tell_(std::move(tell)) {}

void Server::run() {
  tell(" listens at " + to_text(endpoint()));
  try {
    while (!ended_) wait();
  } catch (...) {
    client_.reset();
    throw;
  }
}

Server::Micros Server::now() const {
  const auto passed = std::chrono::steady_clock::now() - start_;
  return static_cast<Micros>(std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

// ---- what may happen

void Server::wait() {
  const bool sending = client_ && client_->unsent();
  std::array<pollfd, 2> waiting{{{signals_.descriptor(), POLLIN, 0},
                                 {client_ ? client_->descriptor() : listener_.descriptor(),
                                  static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), 0}}};
  io::wipe_stack();
  const int ready = ::poll(waiting.data(), waiting.size(), milliseconds_to_wait());
  if (ready < 0 && errno != EINTR) {
    throw Failure(Failure::environment, "poll: " + std::generic_category().message(errno));
  }
  if (ready > 0 && waiting[0].revents != 0) take_signals();
  if (ready > 0 && waiting[1].revents != 0 && !ended_) client_ ? take_records() : welcome();
  act();
}

int Server::milliseconds_to_wait() const {
  if (!client_ || client_->unsent()) return -1;
  const auto next = card_.next();
  const auto deadline = card_.deadline();
  if (!next && !deadline) return -1;
  const Micros due = std::min(next ? next->at : *deadline, deadline ? *deadline : next->at);
  const Micros time = now();
  return due <= time ? 0 : io::poll_timeout(std::chrono::microseconds(due - time));
}

void Server::take_signals() {
  while (const auto signal = signals_.take()) {
    switch (*signal) {
      case SIGUSR1: set_presence(false); break;
      case SIGUSR2: set_presence(true); break;
      default:
        leave("");
        ended_ = true;
        return;
    }
  }
}

void Server::set_presence(bool in) {
  if (in_ == in) return;
  in_ = in;
  if (!in) card_.contacts(false, false, false, now());
  tell(in ? " is in again" : " is out; SIGUSR2 inserts it again");
  if (client_ && !client_->send(Record::presence(in))) leave(": the reader has gone");
}

// ---- the client

void Server::welcome() {
  Descriptor socket = listener_.accept();
  if (!socket.is_open()) return;
  client_ = std::make_unique<Records>(std::move(socket));
  if (!client_->send(Record::presence(in_))) leave(": the reader has gone");
}

void Server::take_records() {
  const bool alive = client_->receive() && client_->flush();
  while (const auto record = client_->take()) {
    if (record->kind == card::iso7816::RecordKind::presence) return turn_away();
    if (!std::exchange(is_reader_, true)) tell(" has a reader");
    take(*record);
  }
  if (client_->broken()) return turn_away();
  if (!alive) leave(": the reader has gone");
}

void Server::take(Record record) {
  if (!in_) return;
  if (!record.is_character()) return card_.contacts(record.vcc(), record.clk(), record.rst(), now());
  card_.received(record.value, record.kind == card::iso7816::RecordKind::character, now());
}

// What is due: the card's characters, and its own deadline.
void Server::act() {
  while (client_ && !client_->unsent()) {
    const auto next = card_.next();
    if (!next || next->at > now()) break;
    const bool alive = client_->send(Record::character(next->character, next->parity_ok));
    card_.sent(true, next->at);  // so that the pace does not drift
    if (!alive) return leave(": the reader has gone");
  }
  if (client_) card_.tick(now());
}

// Anything on this machine may connect, time and again.
void Server::turn_away() {
  if (!is_reader_ && !std::exchange(stranger_told_, true)) {
    tell(": something has connected that is no reader; this is said once");
  }
  leave(": that is no reader");
}

void Server::leave(const std::string& why) {
  const bool had_reader = std::exchange(is_reader_, false);
  client_.reset();
  card_.contacts(false, false, false, now());
  if (had_reader && !why.empty()) tell(why);
}

}  // namespace sesame::contacts
