#include "host/line/records.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "firmware/core/bytes.hpp"

namespace sesame::line {

namespace {

constexpr std::size_t kMostUnsent = 1U << 16;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

Records::~Records() {
  wipe(in_.data(), in_.size());
  wipe(out_.data(), out_.size());
}

bool Records::receive() {
  std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_),
            in_.begin() + static_cast<std::ptrdiff_t>(end_), in_.begin());
  wipe(in_.data() + (end_ - begin_), begin_);  // where it was: it may be a PIN's
  end_ -= begin_;
  begin_ = 0;
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

std::optional<Record> Records::take() {
  if (broken_ || end_ - begin_ < 2) return std::nullopt;
  const auto record = card::line::read_record(in_[begin_], in_[begin_ + 1]);
  wipe(in_.data() + begin_, 2);
  begin_ += 2;
  broken_ = !record;
  return record;
}

bool Records::send(Record record) {
  const auto bytes = record.bytes();
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  return out_.size() <= kMostUnsent && flush();
}

bool Records::flush() {
  while (!out_.empty()) {
    const ssize_t count = ::send(socket_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return would_block(errno);
    wipe(out_.data(), static_cast<std::size_t>(count));
    out_.erase(out_.begin(), out_.begin() + count);
  }
  return true;
}

}  // namespace sesame::line
