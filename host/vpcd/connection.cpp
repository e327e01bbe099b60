#include "host/vpcd/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace sesame::vpcd {

namespace {

// An option that a socket does not have costs speed and nothing else.
void set_tcp_option(int socket, int option) {
  const int on = 1;
  static_cast<void>(::setsockopt(socket, IPPROTO_TCP, option, &on, sizeof on));
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

Connection::Connection(Descriptor socket) : socket_(std::move(socket)) {
  set_tcp_option(socket_.get(), TCP_NODELAY);
}

Connection::~Connection() { wipe(in_.data() + begin_, end_ - begin_); }

void Connection::acknowledge_at_once() const { set_tcp_option(socket_.get(), TCP_QUICKACK); }

bool Connection::receive() {
  // Half of the buffer holds any frame: what is left of one goes to the front when it reaches beyond.
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ > in_.size() / 2) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_),
              in_.begin() + static_cast<std::ptrdiff_t>(end_), in_.begin());
    wipe(in_.data() + (end_ - begin_), begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == in_.size()) return true;
  for (;;) {
    const ssize_t count = ::recv(socket_.get(), in_.data() + end_, in_.size() - end_, 0);
    if (count > 0) {
      end_ += static_cast<std::size_t>(count);
      return true;
    }
    if (count == 0) return false;
    if (errno != EINTR) return would_block(errno);
  }
}

std::optional<Bytes> Connection::frame() const {
  const Bytes left(in_.data() + begin_, end_ - begin_);
  if (left.size() < kHeader) return std::nullopt;
  const std::size_t size = static_cast<std::size_t>(left[0] << 8 | left[1]);
  if (left.size() - kHeader < size) return std::nullopt;
  return left.subspan(kHeader, size);
}

void Connection::drop_frame() {
  const auto dropped = frame();
  if (!dropped) return;
  const std::size_t size = kHeader + dropped->size();
  wipe(in_.data() + begin_, size);
  begin_ += size;
}

bool Connection::send(Bytes payload) {
  out_.clear();
  const bool fits = payload.size() <= emv::kMaxResponse &&
                    out_.push(static_cast<std::uint8_t>(payload.size() >> 8)) &&
                    out_.push(static_cast<std::uint8_t>(payload.size() & 0xFF)) && out_.append(payload);
  return fits && send_rest();
}

bool Connection::send_rest() {
  while (!out_.empty()) {
    const ssize_t count = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return would_block(errno);
    const auto rest = out_;
    static_cast<void>(out_.assign(rest.view().subspan(static_cast<std::size_t>(count))));
  }
  return true;
}

}  // namespace sesame::vpcd
