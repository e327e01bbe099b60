#include "host/ifd/server.hpp"

#include <fmt/format.h>
#include "host/ifd/packet.hpp"

namespace sesame::ifd {

namespace {

using Millis = std::chrono::milliseconds;

constexpr std::size_t kMaxStrangers = 4;

}  // namespace

Server::Server(const Listener& listener, NativeReader& reader, Tell tell, Clock::time_point now)
    : listener_(listener),
      reader_(reader),
      tell_(std::move(tell)),
      start_(now - std::chrono::duration_cast<Clock::duration>(Millis(reader.now()))) {}

// ---- keys, card and time

void Server::press(Key key, Clock::time_point now) {
  advance(now);
  reader_.press(key);
  tell_partner();
}

void Server::hold(Key key, Clock::time_point now) {
  advance(now);
  reader_.hold(key);
  tell_partner();
}

void Server::insert(Clock::time_point now) {
  if (present_) return;
  advance(now);
  present_ = true;
  reader_.insert();
  tell_presence();
  tell_partner();
}

// The news of the card goes before the answer that it changes.
void Server::remove(Clock::time_point now) {
  if (!present_) return;
  advance(now);
  present_ = false;
  tell_presence();
  reader_.remove();
  tell_partner();
}

void Server::serve(Clock::time_point now) {
  advance(now);
  tell_partner();
  serve_requests();
  serve_presence();
  accept();
  greet();
}

void Server::advance(Clock::time_point now) {
  const auto reader_time = static_cast<Millis::rep>(reader_.now());
  const auto passed = std::chrono::duration_cast<Millis>(now - start_).count();
  if (passed > reader_time) reader_.advance(static_cast<sesame::Millis>(passed - reader_time));
}

std::optional<Server::Clock::time_point> Server::deadline() const {
  const auto deadline = reader_.reader().deadline();
  if (!deadline) return std::nullopt;
  return start_ + Millis(static_cast<Millis::rep>(*deadline));
}

// ---- the two connections

void Server::tell_partner() {
  Message message;
  if (!session_ || !session_->answer(message)) return;
  const bool busy = message[0] == static_cast<std::uint8_t>(Status::busy);
  if (busy) tell_("a program wants the card while the keys are in use: finish first, or hold C");
  if (!send_message(requests_.get(), message)) end_session();
}

// One request at a time, so that keys and time have their turn.
void Server::serve_requests() {
  if (!session_) return;
  Message message;
  const Received received = receive_message(requests_.get(), message);
  if (received == Received::nothing) return;
  if (received == Received::end || !session_->take(message)) return end_session();
  tell_partner();
}

void Server::end_session() {
  session_.reset();
  requests_.close();
}

// It has nothing to say.
void Server::serve_presence() {
  Message message;
  if (presence_.is_open() && receive_message(presence_.get(), message) != Received::nothing)
    presence_.close();
}

void Server::tell_presence() {
  const std::uint8_t news = present_ ? 1 : 0;
  if (presence_.is_open() && !send_message(presence_.get(), Bytes(&news, 1))) presence_.close();
}

// ---- newcomers

void Server::accept() {
  for (;;) {
    Descriptor socket = listener_.accept();
    if (!socket.is_open()) return;
    if (strangers_.size() == kMaxStrangers) strangers_.pop_front();
    strangers_.push_back(std::move(socket));
  }
}

void Server::greet() {
  for (std::size_t left = strangers_.size(); left > 0; --left) {
    Descriptor socket = std::move(strangers_.front());
    strangers_.pop_front();
    Message message;
    const Received received = receive_message(socket.get(), message);
    if (received == Received::nothing) {
      strangers_.push_back(std::move(socket));
    } else if (received == Received::message && welcome(socket, message)) {
      tell_partner();
    }
  }
}

bool Server::welcome(Descriptor& socket, Bytes message) {
  const auto hello = parse_hello(message);
  if (!hello) return false;
  if (hello->version != kVersion) {
    if (!std::exchange(version_told_, true)) {
      tell_(
          fmt::format("an IFD handler of another version ({}, this is {}) was turned away; use the "
                      "libifdsesame.so that was built with this program",
                      hello->version, kVersion));
    }
    return false;
  }
  // A client that has left meanwhile is not in the way; and one that comes again has left.
  serve_requests();
  serve_presence();
  const Partner partner{hello->process, hello->lun};
  const bool alone = !requests_.is_open() && !presence_.is_open();
  if (!alone && partner != partner_) return false;
  partner_ = partner;
  if (hello->role == Role::presence) {
    presence_ = std::move(socket);
    tell_presence();
  } else {
    end_session();
    requests_ = std::move(socket);
    session_ = std::make_unique<Session>(reader_);
  }
  return true;
}

void Server::watch(std::vector<pollfd>& descriptors) const {
  const auto add = [&](int descriptor) { descriptors.push_back({descriptor, POLLIN, 0}); };
  add(listener_.descriptor());
  for (const Descriptor& stranger : strangers_) add(stranger.get());
  if (requests_.is_open()) add(requests_.get());
  if (presence_.is_open()) add(presence_.get());
}

}  // namespace sesame::ifd
