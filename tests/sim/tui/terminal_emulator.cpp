#include "tests/sim/tui/terminal_emulator.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace sesame::e2e {

namespace {

winsize size_of(std::size_t rows, std::size_t columns) {
  winsize size{};
  size.ws_row = static_cast<unsigned short>(rows);
  size.ws_col = static_cast<unsigned short>(columns);
  return size;
}

}  // namespace

TerminalEmulator::TerminalEmulator(const Sandbox& sandbox, const std::vector<std::string>& arguments,
                                   const std::string& locale, std::size_t rows, std::size_t columns,
                                   const char* term)
    : rows_(rows),
      columns_(columns),
      bottom_(rows - 1),
      cells_(rows, std::vector<std::string>(columns, " ")) {
  const std::string state = sandbox.file("state");
  std::vector<char*> argv{const_cast<char*>("sesame")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const winsize size = size_of(rows, columns);
  if (::openpty(&terminal_, &line_, nullptr, nullptr, &size) != 0) throw std::runtime_error("no terminal");
  child_ = ::fork();
  if (child_ == 0) {
    ::login_tty(line_);
    ::close(terminal_);
    ::setenv("XDG_STATE_HOME", state.c_str(), 1);
    term == nullptr ? ::unsetenv("TERM") : ::setenv("TERM", term, 1);
    ::setenv("LC_ALL", locale.c_str(), 1);
    ::unsetenv("LINES");
    ::unsetenv("COLUMNS");
    ::execv(SESAME_BINARY, argv.data());
    ::_exit(127);
  }
  if (child_ < 0) throw std::runtime_error("no process");
}

TerminalEmulator::~TerminalEmulator() {
  if (child_ != 0) {
    ::kill(child_, SIGKILL);
    wait();
  }
  ::close(line_);
  ::close(terminal_);
}

bool TerminalEmulator::look(const std::string& text, bool there) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(30);
  while ((screen().find(text) != std::string::npos) != there) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0 || !read_more(static_cast<int>(left))) return false;
  }
  return true;
}

bool TerminalEmulator::read_more(int timeout_ms) {
  pollfd more{terminal_, POLLIN, 0};
  if (::poll(&more, 1, timeout_ms) <= 0) return errno == EINTR;
  std::array<char, 4096> buffer;
  const ssize_t got = ::read(terminal_, buffer.data(), buffer.size());
  if (got <= 0) return false;
  printed_.append(buffer.data(), static_cast<std::size_t>(got));
  for (ssize_t i = 0; i < got; ++i) feed(buffer[static_cast<std::size_t>(i)]);
  return true;
}

std::string TerminalEmulator::screen() const {
  std::string text;
  for (const auto& row : cells_) {
    for (const std::string& cell : row) text += cell;
    text += '\n';
  }
  return text;
}

void TerminalEmulator::type(const std::string& keys) const {
  if (::write(terminal_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::runtime_error("the keys cannot be typed");
  }
}

void TerminalEmulator::signal(int number) const { ::kill(child_, number); }

void TerminalEmulator::resize(std::size_t rows, std::size_t columns) {
  rows_ = rows;
  columns_ = columns;
  top_ = 0;
  bottom_ = rows - 1;
  cells_.assign(rows, std::vector<std::string>(columns, " "));
  const winsize size = size_of(rows, columns);
  ::ioctl(terminal_, TIOCSWINSZ, &size);
}

int TerminalEmulator::wait() {
  // What it prints at the end must be read, or it waits forever.
  int status = 0;
  while (::waitpid(child_, &status, WNOHANG) == 0) read_more(20);
  while (read_more(0)) {
  }
  child_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool TerminalEmulator::restored() const {
  termios now{};
  return ::tcgetattr(line_, &now) == 0 && (now.c_lflag & ECHO) != 0 && (now.c_lflag & ICANON) != 0;
}

void TerminalEmulator::feed(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (!pending_.empty() && pending_.front() == '\x1b') {
    pending_ += c;
    const bool csi = pending_[1] == '[';
    const bool charset = pending_[1] == '(' || pending_[1] == ')';
    if (charset && pending_.size() < 3) return;
    if (csi && (pending_.size() < 3 || byte < 0x40)) return;
    if (csi) sequence(c);
    if (pending_ == "\x1bM") {
      if (row_ > top_) {
        --row_;
      } else {
        std::rotate(cells_.begin() + static_cast<std::ptrdiff_t>(top_),
                    cells_.begin() + static_cast<std::ptrdiff_t>(bottom_),
                    cells_.begin() + static_cast<std::ptrdiff_t>(bottom_) + 1);
        cells_[top_].assign(columns_, " ");
      }
    }
    pending_.clear();
    return;
  }
  if (c == '\x1b' || byte >= 0xC0) {
    pending_ = c;
  } else if (byte >= 0x80) {
    pending_ += c;
    const auto first = static_cast<unsigned char>(pending_.front());
    if (pending_.size() == (first >= 0xF0 ? 4U : first >= 0xE0 ? 3U : 2U)) {
      put(pending_);
      pending_.clear();
    }
  } else if (byte < 0x20) {
    control(c);
  } else {
    put(std::string(1, c));
  }
}

void TerminalEmulator::control(char c) {
  if (c == '\r') column_ = 0;
  if (c == '\n') line_feed();
  if (c == '\b' && column_ > 0) --column_;
  if (c == '\t') column_ = std::min(columns_ - 1, (column_ / 8 + 1) * 8);
}

void TerminalEmulator::put(const std::string& character) {
  if (column_ >= columns_) {
    column_ = 0;
    line_feed();
  }
  cells_[row_][column_++] = character;
}

void TerminalEmulator::line_feed() {
  if (row_ != bottom_) {
    row_ = std::min(row_ + 1, rows_ - 1);
    return;
  }
  std::rotate(cells_.begin() + static_cast<std::ptrdiff_t>(top_),
              cells_.begin() + static_cast<std::ptrdiff_t>(top_) + 1,
              cells_.begin() + static_cast<std::ptrdiff_t>(bottom_) + 1);
  cells_[bottom_].assign(columns_, " ");
}

int TerminalEmulator::parameter(std::size_t i, int otherwise) const {
  std::size_t begin = 2;
  for (; i > 0; --i) {
    begin = pending_.find(';', begin);
    if (begin == std::string::npos) return otherwise;
    ++begin;
  }
  const int value = std::atoi(pending_.c_str() + begin);
  return value > 0 ? value : otherwise;
}

void TerminalEmulator::sequence(char last) {
  const auto to = [](int value, std::size_t most) {
    return std::min(static_cast<std::size_t>(std::max(value, 0)), most);
  };
  const auto step = static_cast<std::size_t>(parameter(0, 1));
  const auto blank = [&](std::size_t row, std::size_t from, std::size_t end) {
    for (std::size_t x = from; x < end; ++x) cells_[row][x] = " ";
  };
  switch (last) {
    case 'H':
      row_ = to(parameter(0, 1) - 1, rows_ - 1);
      column_ = to(parameter(1, 1) - 1, columns_ - 1);
      break;
    case 'A': row_ -= std::min(row_, step); break;
    case 'B': row_ = std::min(row_ + step, rows_ - 1); break;
    case 'C': column_ = std::min(column_ + step, columns_ - 1); break;
    case 'D': column_ -= std::min(column_, step); break;
    case 'J':
      blank(row_, parameter(0, 0) == 2 ? 0 : column_, columns_);
      for (std::size_t y = parameter(0, 0) == 2 ? 0 : row_ + 1; y < rows_; ++y) blank(y, 0, columns_);
      break;
    case 'K':
      parameter(0, 0) == 1 ? blank(row_, 0, std::min(column_ + 1, columns_)) : blank(row_, column_, columns_);
      break;
    case 'r':
      top_ = to(parameter(0, 1) - 1, rows_ - 1);
      bottom_ = to(parameter(1, static_cast<int>(rows_)) - 1, rows_ - 1);
      row_ = column_ = 0;
      break;
    default: break;
  }
}

}  // namespace sesame::e2e
