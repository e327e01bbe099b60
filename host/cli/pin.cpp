#include "host/cli/pin.hpp"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>

#include "firmware/core/cap/transaction.hpp"
#include "host/cli/text.hpp"
#include "host/posix/private_memory.hpp"

namespace sesame::cli {

namespace {

// As typed, up to a length that no PIN has; the rest of the line is read and counted, not kept.
class Line {
 public:
  void add(char c) {
    if (!digits_.push(c)) too_long_ = true;
  }
  void erase() { digits_.pop(); }
  SecretString take() const {
    return SecretString(std::string_view(digits_.data(), too_long_ ? 0 : digits_.size()));
  }

 private:
  SecretVector<char, 64> digits_;
  bool too_long_ = false;
};

// Thrown across a prompt whose answer nobody needs any more.
struct Interrupted {};

// Standard input, character by character.
class Input {
 public:
  explicit Input(int interruption) : interruption_(interruption) {}

  // False at the end of the input.
  bool read(char& c) const {
    for (;;) {
      wait();
      const ssize_t got = ::read(STDIN_FILENO, &c, 1);
      if (got == 1) return true;
      if (got == 0) return false;
      if (errno != EINTR) throw Failure(Exit::environment, "standard input: cannot be read");
    }
  }

 private:
  void wait() const {
    if (interruption_ == kNoInterruption) return;
    std::array<pollfd, 2> both{{{interruption_, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    while (::poll(both.data(), both.size(), -1) < 0) {
      if (errno != EINTR) throw Failure(Exit::environment, "standard input: cannot be waited for");
    }
    if (both[0].revents != 0) throw Interrupted();
  }

  int interruption_;
};

SecretString read_line(const Input& input) {
  Line line;
  for (char c = 0; input.read(c) && c != '\n';) {
    if (c != '\r') line.add(c);
  }
  return line.take();
}

// Of the terminal that is silent, for a signal that ends the program meanwhile.
termios before_silence{};

void restore_and_end(int signal) {
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_silence);
  ::raise(signal);  // which now does what it does
}

// Without echo, and with ^C as a character: the terminal is as it was in every case but SIGKILL.
class SilentTerminal {
 public:
  SilentTerminal() {
    if (::tcgetattr(STDIN_FILENO, &saved_) != 0)
      throw Failure(Exit::environment, "the terminal cannot be set up");
    before_silence = saved_;
    for (std::size_t i = 0; i < kEnding.size(); ++i) catch_once(kEnding[i], former_[i]);
    termios silent = saved_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_);
    for (std::size_t i = 0; i < kEnding.size(); ++i) ::sigaction(kEnding[i], &former_[i], nullptr);
  }

 private:
  static constexpr std::array kEnding{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

  static void catch_once(int signal, struct sigaction& former) {
    struct sigaction action {};
    action.sa_handler = restore_and_end;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(signal, &action, &former);
    if (former.sa_handler == SIG_IGN) ::sigaction(signal, &former, nullptr);
  }

  termios saved_{};
  std::array<struct sigaction, kEnding.size()> former_{};
};

SecretString ask(const Input& input) {
  constexpr char kInterrupt = 3, kEndOfTransmission = 4, kBackspace = 8, kDelete = 127;
  constexpr std::string_view kPrompt = "PIN: ";
  Line line;
  bool given_up = false;
  {
    const SilentTerminal silent;  // before the prompt: who answers it at once must not be heard, nor lost
    if (::write(STDERR_FILENO, kPrompt.data(), kPrompt.size()) < 0) {
      throw Failure(Exit::environment, "standard error: cannot be written");
    }
    for (char c = 0; input.read(c) && c != '\n' && c != '\r';) {
      given_up = c == kInterrupt || c == kEndOfTransmission;
      if (given_up) break;
      c == kBackspace || c == kDelete ? line.erase() : line.add(c);
    }
  }
  note_line("");
  if (given_up) throw Failure(Exit::usage, "no PIN was typed");
  return line.take();
}

SecretString from_variable(const std::string& name) {
  std::optional<SecretString> value = posix::take_variable(name);
  if (!value) throw Failure(Exit::usage, fmt::format("--pin-env: the variable {} is not set", name));
  return std::move(*value);
}

SecretString raw_pin(PinOptions& options, const Input& input, std::string_view other_ways) {
  if (options.pin) return std::move(*options.pin);
  if (options.from_stdin) return read_line(input);
  if (options.variable) return from_variable(*options.variable);
  if (::isatty(STDIN_FILENO) == 1) return ask(input);
  throw Failure(Exit::usage, fmt::format("no PIN: use {}, or type it at a terminal", other_ways));
}

std::string_view source(const PinOptions& options) {
  if (options.pin) return "--pin";
  if (options.from_stdin) return "--pin-stdin";
  if (options.variable) return "--pin-env";
  return "PIN";
}

void check(const SecretString& pin, const PinOptions& options) {
  check_digits(source(options), pin.view(), cap::kMinPinDigits, cap::kMaxPinDigits);
}

}  // namespace

SecretString take_pin(PinOptions& options) {
  SecretString pin = raw_pin(options, Input(kNoInterruption), "--pin, --pin-stdin or --pin-env");
  check(pin, options);
  return pin;
}

std::optional<SecretString> take_pin_unless(PinOptions& options, int interruption) try {
  SecretString pin = raw_pin(options, Input(interruption), "--pin-stdin or --pin-env");
  check(pin, options);
  return pin;
} catch (const Interrupted&) {
  if (!options.from_stdin) note_line("");  // the prompt stands there without an answer
  return std::nullopt;
}

}  // namespace sesame::cli
