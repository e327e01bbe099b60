#include "host/cli/pin.hpp"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#include "firmware/core/cap/transaction.hpp"
#include "host/cli/text.hpp"
#include "host/io/private_memory.hpp"
#include "host/io/terminal_guard.hpp"

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

// Thrown across a prompt whose answer is no longer needed.
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
      if (errno != EINTR) throw Failure(Failure::environment, "standard input: cannot be read");
    }
  }

 private:
  void wait() const {
    if (interruption_ == kNoInterruption) return;
    std::array<pollfd, 2> both{{{interruption_, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    while (::poll(both.data(), both.size(), -1) < 0) {
      if (errno != EINTR) throw Failure(Failure::environment, "standard input: cannot be waited for");
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

// Without echo, and with ^C as a character: the terminal is as it was in every case but SIGKILL.
class SilentTerminal {
 public:
  SilentTerminal() {
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
  static termios settings() {
    termios settings{};
    if (::tcgetattr(STDIN_FILENO, &settings) == 0) return settings;
    throw Failure(Failure::environment, "the terminal cannot be set up");
  }

  termios saved_ = settings();
  io::TerminalGuard guard_{STDIN_FILENO, saved_};
};

SecretString ask(const Input& input) {
  constexpr char kInterrupt = 3, kEndOfTransmission = 4, kBackspace = 8, kDelete = 127;
  constexpr std::string_view kPrompt = "PIN: ";
  Line line;
  bool given_up = false;
  {
    const SilentTerminal silent;  // before the prompt: who answers it at once must not be heard, nor lost
    if (::write(STDERR_FILENO, kPrompt.data(), kPrompt.size()) < 0) {
      throw Failure(Failure::environment, "standard error: cannot be written");
    }
    for (char c = 0; input.read(c) && c != '\n' && c != '\r';) {
      given_up = c == kInterrupt || c == kEndOfTransmission;
      if (given_up) break;
      c == kBackspace || c == kDelete ? line.erase() : line.add(c);
    }
  }
  note_line("");
  if (given_up) throw Failure(Failure::invalid, "no PIN was typed");
  return line.take();
}

// POSIX.1-2017, 3.235. `--pin-env $CARD_PIN` is a slip that everybody makes once.
bool is_variable_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto part = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !text.empty() && letter(text[0]) && std::all_of(text.begin(), text.end(), part);
}

SecretString from_variable(const std::string& name) {
  if (!is_variable_name(name)) {
    throw Failure(Failure::invalid,
                  "--pin-env: takes the name of a variable, not a PIN; as in --pin-env CARD_PIN");
  }
  std::optional<SecretString> value = io::take_variable(name);
  if (!value) throw Failure(Failure::invalid, fmt::format("--pin-env: the variable {} is not set", name));
  return std::move(*value);
}

constexpr std::string_view kAllWays = "--pin, --pin-stdin or --pin-env";
constexpr std::string_view kOtherWays = "--pin-stdin or --pin-env";

bool is_given(const PinOptions& options, std::string_view other_ways) {
  if (options.pin || options.from_stdin || options.variable) return true;
  if (::isatty(STDIN_FILENO) == 1) return false;
  throw Failure(Failure::invalid, fmt::format("no PIN: use {}, or type it at a terminal", other_ways));
}

SecretString raw_pin(PinOptions& options, const Input& input, std::string_view other_ways) {
  if (!is_given(options, other_ways)) return ask(input);
  if (options.pin) return std::move(*options.pin);
  return options.from_stdin ? read_line(input) : from_variable(*options.variable);
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

bool is_given(const PinOptions& options) { return is_given(options, kAllWays); }

SecretString take_pin(PinOptions& options) {
  SecretString pin = raw_pin(options, Input(kNoInterruption), kAllWays);
  check(pin, options);
  return pin;
}

std::optional<SecretString> take_pin_unless(PinOptions& options, int interruption) try {
  SecretString pin = raw_pin(options, Input(interruption), kOtherWays);
  check(pin, options);
  return pin;
} catch (const Interrupted&) {
  if (!options.from_stdin) note_line("");  // the prompt stands there without an answer
  return std::nullopt;
}

}  // namespace sesame::cli
