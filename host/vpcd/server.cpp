#include "host/vpcd/server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "host/base/failure.hpp"
#include "host/io/poll_timeout.hpp"
#include "host/io/private_memory.hpp"

namespace sesame::vpcd {

namespace {

using namespace std::chrono_literals;

constexpr auto kRetryEvery = 100ms;
// A connection under way gets this long even where no wait is wanted.
constexpr auto kLeastConnect = 1s;
// vpcd asks every 400 ms. Later than this, another card is in its reader, or it is not vpcd that listens.
constexpr auto kNoticedWithin = 5s;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::string in_words(int error) { return std::generic_category().message(error); }

}  // namespace

Server::Server(CardSlot& slot, ServerOptions options, Signals& signals, Tell tell)
    : card_(slot, tell),
      options_(std::move(options)),
      signals_(signals),
      tell_(std::move(tell)),
      address_(fmt::format("127.0.0.1:{}", options_.port)),
      commands_left_(options_.eject_after) {}

void Server::run() {
  try {
    want_reader({});
    while (state_ != State::ended) wait();
  } catch (...) {
    connection_.reset();
    throw;
  }
}

// ---- to the reader

void Server::want_reader(Clock::duration pause) {
  const auto now = Clock::now();
  give_up_ = now + options_.wait;
  waiting_told_ = false;
  unnoticed_told_ = false;
  pause == pause.zero() ? connect() : enter(State::retrying, now + pause);
}

void Server::connect() {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) throw Failure(Failure::environment, "no socket: " + in_words(errno));
  const sockaddr_in address = loopback(options_.port);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return connected(std::move(socket));
  }
  if (errno != EINPROGRESS && errno != EINTR) return retry(errno);
  connecting_ = std::move(socket);
  enter(State::connecting, std::max(give_up_, Clock::now() + kLeastConnect));
}

void Server::finish_connect() {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(connecting_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  Descriptor socket = std::exchange(connecting_, Descriptor());
  error == 0 ? connected(std::move(socket)) : retry(error);
}

void Server::connected(Descriptor socket) {
  connection_ = std::make_unique<Connection>(std::move(socket));
  enter(State::unnoticed, Clock::now() + kNoticedWithin);
}

void Server::retry(int error) {
  const auto now = Clock::now();
  if (now >= give_up_) {
    throw Failure(
        Failure::environment,
        fmt::format("no reader at {}: {}; is pcscd running, with vpcd (package vsmartcard-vpcd) for this "
                    "port?",
                    address_, in_words(error)),
        Failure::Remedy::longer_wait);
  }
  if (!std::exchange(waiting_told_, true)) {
    tell(fmt::format(" waits for a reader at {}; pcscd opens its readers for its first client", address_));
  }
  enter(State::retrying, std::min(now + kRetryEvery, give_up_));
}

// ---- what may happen

void Server::enter(State state, Clock::time_point wake) {
  state_ = state;
  wake_ = wake;
}

void Server::wait() {
  const bool sending = state_ == State::connecting || (connection_ && connection_->unsent());
  std::array<pollfd, 2> waiting{{{signals_.descriptor(), POLLIN, 0},
                                 {connection_ ? connection_->descriptor() : connecting_.get(),
                                  static_cast<short>(sending ? POLLOUT : POLLIN), 0}}};
  const int timeout = wake_ == Clock::time_point::max() ? -1 : io::poll_timeout(wake_ - Clock::now());
  if (connection_) connection_->acknowledge_at_once();
  io::wipe_stack();
  const int ready = ::poll(waiting.data(), waiting.size(), timeout);
  if (ready < 0 && errno != EINTR) throw Failure(Failure::environment, "poll: " + in_words(errno));
  if (ready > 0 && waiting[0].revents != 0) return take_signals();
  if (ready > 0 && waiting[1].revents != 0) return on_socket();
  if (Clock::now() >= wake_) wake();
}

void Server::take_signals() {
  while (const auto signal = signals_.take()) {
    if (*signal == SIGUSR2) {
      if (state_ == State::out) want_reader({});
    } else if (*signal == SIGUSR1) {
      if (state_ != State::out) leave("; SIGUSR2 inserts it again");
    } else {
      leave("");
      return enter(State::ended);
    }
  }
}

void Server::wake() {
  if (state_ == State::retrying) return connect();
  if (state_ == State::connecting) {
    connecting_.close();
    return retry(ETIMEDOUT);
  }
  // The card has not been asked for yet. It may be next.
  if (!std::exchange(unnoticed_told_, true)) {
    tell(fmt::format(" is connected to {}, but nothing asks for it: is another card in that reader?",
                     address_));
  }
  enter(state_);
}

// ---- in the reader

void Server::on_socket() {
  if (state_ == State::connecting) return finish_connect();
  const bool alive = connection_->unsent() ? connection_->send_rest() : connection_->receive();
  alive ? take_frames() : closed_by_peer();
}

void Server::take_frames() {
  while (!connection_->unsent()) {
    const auto frame = connection_->frame();
    if (!frame) return;
    if (state_ == State::unnoticed) {
      enter(State::in);
      tell(" is in the reader at " + address_);
    }
    if (commands_left_ && Vpicc::is_command(*frame)) {
      if (*commands_left_ == 0) {
        commands_left_.reset();
        return leave("; SIGUSR2 inserts it again");
      }
      --*commands_left_;
    }
    const Reply reply = card_.take(*frame, answer_);
    connection_->drop_frame();
    if (reply == Reply::gone) return leave(": it does not answer; SIGUSR2 inserts it again");
    if (reply == Reply::answer && !connection_->send(answer_)) return closed_by_peer();
  }
}

// Where a card was never noticed, the listener is no reader: the time to find one goes on.
void Server::closed_by_peer() {
  const bool was_reader = state_ == State::in || unnoticed_told_;
  leave(": vpcd closed the connection");
  was_reader ? want_reader(kRetryEvery) : retry(ECONNRESET);
}

void Server::leave(const std::string& why) {
  const bool was_in = state_ == State::in;
  connection_.reset();
  connecting_.close();
  enter(State::out);
  card_.power_off();
  if (was_in) tell(" was removed from the reader at " + address_ + why);
}

}  // namespace sesame::vpcd
