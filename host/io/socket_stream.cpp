#include "host/io/socket_stream.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace sesame::io {

namespace {

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

SocketStream::~SocketStream() {
  wipe(in_.data() + begin_, end_ - begin_);
  wipe(out_.data(), out_.size());
}

bool SocketStream::receive() {
  // What is left goes to the front only when there is no room after it: a large buffer is not moved for each
  // byte.
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == in_.size() && begin_ > 0) {
    const std::size_t left = end_ - begin_;
    std::memmove(in_.data(), in_.data() + begin_, left);
    wipe(in_.data() + left, begin_);
    begin_ = 0;
    end_ = left;
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

void SocketStream::take(std::size_t count) {
  wipe(in_.data() + begin_, count);
  begin_ += count;
}

bool SocketStream::send(Bytes bytes) {
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  return flush();
}

bool SocketStream::flush() {
  while (!out_.empty()) {
    const ssize_t count = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return would_block(errno);
    // erase() moves what is left to the front: the end, where it was, is overwritten as well.
    const std::size_t sent = static_cast<std::size_t>(count);
    const std::size_t left = out_.size() - sent;
    std::memmove(out_.data(), out_.data() + sent, left);
    wipe(out_.data() + left, sent);
    out_.resize(left);
  }
  return true;
}

}  // namespace sesame::io
