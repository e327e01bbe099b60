#include "sim/tui/run.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "host/base/failure.hpp"
#include "host/io/descriptor.hpp"
#include "host/io/poll_timeout.hpp"
#include "host/io/private_memory.hpp"
#include "host/io/signals.hpp"
#include "sim/tui/terminal.hpp"
#include "sim/tui/terminal_check.hpp"
#include "sim/tui/view.hpp"

namespace sesame::sim {

namespace {

// SIGWINCH as something that can be waited for.
class WindowChanges {
 public:
  WindowChanges() {
    sigset_t change;
    ::sigemptyset(&change);
    ::sigaddset(&change, SIGWINCH);
    ::pthread_sigmask(SIG_BLOCK, &change, &before_);
    descriptor_ = io::Descriptor(::signalfd(-1, &change, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_.is_open()) throw Failure(Failure::environment, "the system has no descriptor left");
  }
  WindowChanges(const WindowChanges&) = delete;
  WindowChanges& operator=(const WindowChanges&) = delete;
  ~WindowChanges() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  int descriptor() const { return descriptor_.get(); }
  bool take() const {
    signalfd_siginfo info{};
    return ::read(descriptor_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info);
  }

 private:
  sigset_t before_{};
  io::Descriptor descriptor_;
};

class Session {
 public:
  Session(TuiModel& model, Terminal& terminal, io::Signals& signals, const WindowChanges& window, bool ascii)
      : model_(model), terminal_(terminal), signals_(signals), window_(window), ascii_(ascii) {}

  void show() { terminal_.show(draw(model_, terminal_.rows(), terminal_.columns(), ascii_)); }

  // Waits for what comes next, and does it. False: that was the end.
  bool step() {
    std::array<pollfd, 3> watched{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{signals_.descriptor(), POLLIN, 0},
                                  pollfd{window_.descriptor(), POLLIN, 0}};
    io::wipe_stack();
    if (::poll(watched.data(), watched.size(), time_left()) < 0 && errno != EINTR && errno != EAGAIN) {
      throw Failure(Failure::environment, "the terminal cannot be waited for: out of memory");
    }
    model_.pass(TuiModel::Clock::now());
    const bool typed = (watched[0].revents & POLLIN) != 0;
    const bool hung_up = watched[0].revents != 0 && !typed;
    while (window_.take()) terminal_.resized();
    return !hung_up && take_signals() && (!typed || take_keys());
  }

 private:
  // To the reader's deadline; and to the next full second of it, which is drawn.
  int time_left() const {
    const auto deadline = model_.deadline();
    if (!deadline) return -1;
    const int left = io::poll_timeout(*deadline - TuiModel::Clock::now());
    return left == 0 ? 0 : (left - 1) % 1000 + 1;
  }

  bool take_signals() {
    while (const auto signal = signals_.take()) {
      if (*signal != SIGUSR1 && *signal != SIGUSR2) return false;
      *signal == SIGUSR1 ? model_.pull() : model_.insert();
    }
    return true;
  }

  bool take_keys() {
    bool any = false;
    while (const auto typed = terminal_.typed()) {
      any = true;
      if (!model_.type(*typed, TuiModel::Clock::now())) return false;
    }
    return any || !at_end();
  }

  // Readable, and yet nothing there: the other side is gone. (Or a key that means nothing was typed.)
  static bool at_end() {
    pollfd terminal{STDIN_FILENO, POLLIN, 0};
    return ::poll(&terminal, 1, 0) > 0 && (terminal.revents & (POLLHUP | POLLERR)) != 0;
  }

  TuiModel& model_;
  Terminal& terminal_;
  io::Signals& signals_;
  const WindowChanges& window_;
  bool ascii_;
};

}  // namespace

void run_at_terminal(const TuiOptions& options, bool ascii) {
  // Whatever is missing is said before a folder is locked.
  check_terminal();
  check(options);
  io::Signals signals;
  const WindowChanges window;
  TuiModel model(options, TuiModel::Clock::now());
  Terminal terminal;
  Session session(model, terminal, signals, window, ascii || !terminal.shows_unicode());
  do {
    session.show();
  } while (session.step());
}

}  // namespace sesame::sim
