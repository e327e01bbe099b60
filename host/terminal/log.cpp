#include "host/terminal/log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "host/base/safe_text.hpp"

namespace sesame::terminal {

// O_NONBLOCK belongs to what was opened (open(2)), which others may have, too: a shell, the program at the
// same terminal. So a pipe or a terminal is opened once more. A file is never waited for; and has its own
// offset, which others follow.
Outlet::Outlet(int descriptor) : descriptor_(descriptor) {
  struct stat kind {};
  if (::fstat(descriptor, &kind) != 0) return;
  is_socket_ = S_ISSOCK(kind.st_mode);
  if (!S_ISFIFO(kind.st_mode) && !S_ISCHR(kind.st_mode)) return;
  const std::string same = fmt::format("/proc/self/fd/{}", descriptor);
  own_ = io::Descriptor(::open(same.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

bool Outlet::put(std::string_view text) const {
  const int to = own_.is_open() ? own_.get() : descriptor_;
  ssize_t written = 0;
  do {
    pollfd writable{to, POLLOUT, 0};
    // Where it could not be opened again: not without room, as far as that can be known.
    if (!own_.is_open() && ::poll(&writable, 1, 0) <= 0) return false;
    written = is_socket_ ? ::send(to, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                         : ::write(to, text.data(), text.size());
  } while (written < 0 && errno == EINTR);
  return written > 0;
}

Log::Log(int descriptor, std::function<Clock::time_point()> now)
    : outlet_(descriptor),
      now_(std::move(now)),
      counted_(now_()),
      broken_pipes_(std::signal(SIGPIPE, SIG_IGN)) {}

Log::~Log() { std::signal(SIGPIPE, broken_pipes_); }

void Log::tell(std::string_view line) {
  std::string said;
  if (left_out_ > 0) said = fmt::format("sesame: lines that were left out here: {}\n", left_out_);
  said += fmt::format("sesame: {}\n", safe::one_line(line));
  left_out_ = may_tell() && outlet_.put(said) ? 0 : left_out_ + 1;
}

bool Log::may_tell() {
  const auto passed = (now_() - counted_) / kPause;
  if (passed > 0) {
    left_ = std::min(kInARow, left_ + static_cast<std::size_t>(passed));
    counted_ += passed * kPause;
  }
  if (left_ == 0) return false;
  --left_;
  return true;
}

}  // namespace sesame::terminal
