#include "host/cli/pin.hpp"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>

#include "firmware/core/cap/transaction.hpp"
#include "host/cli/text.hpp"

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

// One character; false at the end of the input.
bool read_char(char& c) {
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, &c, 1);
    if (got == 1) return true;
    if (got == 0) return false;
    if (errno != EINTR) throw Failure(Exit::environment, "standard input: cannot be read");
  }
}

SecretString read_line() {
  Line line;
  for (char c = 0; read_char(c) && c != '\n';) {
    if (c != '\r') line.add(c);
  }
  return line.take();
}

// Without echo, and with ^C as a character, so that the terminal is as it was in every case.
class SilentTerminal {
 public:
  SilentTerminal() {
    if (::tcgetattr(STDIN_FILENO, &saved_) != 0)
      throw Failure(Exit::environment, "the terminal cannot be set up");
    termios silent = saved_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() { ::tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_); }

 private:
  termios saved_{};
};

SecretString ask() {
  constexpr char kInterrupt = 3, kEndOfTransmission = 4, kBackspace = 8, kDelete = 127;
  constexpr std::string_view kPrompt = "PIN: ";
  Line line;
  bool given_up = false;
  {
    const SilentTerminal silent;  // before the prompt: who answers it at once must not be heard, nor lost
    if (::write(STDERR_FILENO, kPrompt.data(), kPrompt.size()) < 0) {
      throw Failure(Exit::environment, "standard error: cannot be written");
    }
    for (char c = 0; read_char(c) && c != '\n' && c != '\r';) {
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
  const char* value = std::getenv(name.c_str());
  if (value == nullptr)
    throw Failure(Exit::usage, fmt::format("--pin-env: the variable {} is not set", name));
  return SecretString(value);
}

SecretString raw_pin(const PinOptions& options) {
  if (options.pin) return SecretString(options.pin->view());
  if (options.from_stdin) return read_line();
  if (options.variable) return from_variable(*options.variable);
  if (::isatty(STDIN_FILENO) == 1) return ask();
  throw Failure(Exit::usage, "no PIN: use --pin, --pin-stdin or --pin-env, or type it at a terminal");
}

std::string_view source(const PinOptions& options) {
  if (options.pin) return "--pin";
  if (options.from_stdin) return "--pin-stdin";
  if (options.variable) return "--pin-env";
  return "PIN";
}

}  // namespace

SecretString take_pin(const PinOptions& options) {
  SecretString pin = raw_pin(options);
  check_digits(source(options), pin.view(), cap::kMinPinDigits, cap::kMaxPinDigits);
  return pin;
}

}  // namespace sesame::cli
