#include "host/ifd/handler/channel.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "host/ifd/packet.hpp"
#include "host/io/peer.hpp"
#include "host/io/poll_timeout.hpp"

namespace sesame::ifd {

namespace {

using Millis = std::chrono::milliseconds;

constexpr Millis kRetry{200};  // between two attempts to connect

// Until `event` is set or something is at `socket`, or `until`.
struct Readable {
  bool event = false, socket = false;
};
Readable wait_for(const Event& event, const Descriptor& socket, Clock::time_point until) {
  // poll() leaves out what has a negative number.
  std::array<pollfd, 2> watched{{{event.descriptor(), POLLIN, 0}, {socket.get(), POLLIN, 0}}};
  const int count = ::poll(watched.data(), watched.size(), io::poll_timeout(until - Clock::now()));
  if (count <= 0) return {};
  return {watched[0].revents != 0, watched[1].revents != 0};
}

}  // namespace

bool Channel::open(std::uint32_t lun, const char* path) {
  const std::size_t size = ::strnlen(path, sizeof address_.sun_path);
  if (path[0] != '/' || size >= sizeof address_.sun_path) return false;
  const std::lock_guard no_question(asking_);
  const std::lock_guard no_wait(waiting_);
  if (!closing_.make() || !stop_.make()) return false;
  closing_.clear();
  stop_.clear();
  address_ = {};
  address_.sun_family = AF_UNIX;
  std::memcpy(address_.sun_path, path, size);
  lun_ = lun;
  next_try_ = {};
  hung_up_ = false;
  open_ = true;
  return true;
}

void Channel::close() {
  closing_.set();
  stop_.set();
  const std::lock_guard no_question(asking_);
  const std::lock_guard no_wait(waiting_);
  open_ = false;
  requests_.close();
  lose_presence();
}

// Never waits: a peer that does not accept counts as none, as does one that only took the place of the
// socket's owner.
Descriptor Channel::connect(Role role) const {
  Descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) return {};
  const auto* address = static_cast<const sockaddr*>(static_cast<const void*>(&address_));
  if (::connect(socket.get(), address, sizeof address_) != 0) return {};
  if (!io::may_listen(socket.get(), address_.sun_path)) return {};
  Message hello;
  put(Hello{role, kVersion, static_cast<std::uint32_t>(::getpid()), lun_}, hello);
  return send_message(socket.get(), hello) ? std::move(socket) : Descriptor();
}

// ---- requests

// The reader says nothing that it was not asked, but for its end.
bool Channel::alive() {
  Message unasked;
  return requests_.is_open() && receive_message(requests_.get(), unasked) == Received::nothing;
}

bool Channel::connected(std::uint32_t lun) {
  const std::lock_guard lock(asking_);
  return open_ && lun_ == lun && alive();
}

Channel::Outcome Channel::ask(std::uint32_t lun, const Request& request, std::chrono::milliseconds patience,
                              Message& message, Answer& answer) {
  if (!put(request, message)) return Outcome::too_long;
  const std::lock_guard lock(asking_);
  if (!open_ || lun_ != lun) return Outcome::gone;
  if (!alive()) {
    requests_.close();
    requests_ = connect(Role::requests);
  }
  const Outcome outcome = exchange(Clock::now() + patience, message);
  const auto parsed = outcome == Outcome::answered ? parse_answer(message) : std::nullopt;
  if (parsed) {
    answer = *parsed;
    return outcome;
  }
  requests_.close();
  if (outcome == Outcome::gone) return outcome;
  // It is there, and of no use: what it says of the card is not believed either.
  hung_up_ = true;
  stop_.set();
  return outcome == Outcome::silent ? outcome : Outcome::gone;
}

// From the request to the answer, both in `message`.
Channel::Outcome Channel::exchange(Clock::time_point until, Message& message) {
  if (!requests_.is_open() || !send_message(requests_.get(), message)) return Outcome::gone;
  for (;;) {
    const Readable readable = wait_for(closing_, requests_, until);
    if (readable.event) return Outcome::gone;
    if (readable.socket) {
      const Received received = receive_message(requests_.get(), message);
      if (received != Received::nothing) {
        return received == Received::message ? Outcome::answered : Outcome::gone;
      }
    }
    if (Clock::now() >= until) return Outcome::silent;
  }
}

// ---- presence

void Channel::wait(std::uint32_t lun, std::chrono::milliseconds time) {
  const std::lock_guard lock(waiting_);
  const auto until = Clock::now() + time;
  while (open_ && lun_ == lun) {
    if (!presence_.is_open() && Clock::now() >= next_try_) {
      next_try_ = Clock::now() + kRetry;
      presence_ = connect(Role::presence);
    }
    const Readable readable =
        wait_for(stop_, presence_, presence_.is_open() ? until : std::min(until, next_try_));
    const bool before = present_;
    if (readable.socket) hear();
    if (readable.event) {
      stop_.clear();
      if (hung_up_.exchange(false)) lose_presence();
      return;
    }
    if (present_ != before || Clock::now() >= until) return;
  }
}

// One message at a time: a card that was out for a moment was out.
void Channel::hear() {
  Message message;
  const Received received = receive_message(presence_.get(), message);
  if (received == Received::nothing) return;
  const auto news = received == Received::message ? parse_presence(message) : std::nullopt;
  if (!news) return lose_presence();
  present_ = *news;
}

void Channel::lose_presence() {
  presence_.close();
  present_ = false;
}

void Channel::stop() { stop_.set(); }

}  // namespace sesame::ifd
