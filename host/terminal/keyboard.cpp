#include "host/terminal/keyboard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "host/base/failure.hpp"

namespace sesame::terminal {

namespace {

constexpr std::string_view kFunctionLetters = "abdfghjk";
static_assert(kFunctionLetters.size() == kMaxFunctions);

constexpr char kInterrupt = 3, kBackspace = 8, kDelete = 127;

}  // namespace

std::optional<UserAction> action_of(char c, std::size_t functions) {
  if (c >= '0' && c <= '9') return UserAction{UserAction::Kind::press, digit_key(c)};
  const auto function = kFunctionLetters.substr(0, functions).find(c);
  if (function != std::string_view::npos) return UserAction{UserAction::Kind::press, function_key(function)};
  switch (c) {
    case '.': return UserAction{UserAction::Kind::press, Key::point};
    case '\n':
    case '\r': return UserAction{UserAction::Kind::press, Key::ok};
    case 'c':
    case kBackspace:
    case kDelete: return UserAction{UserAction::Kind::press, Key::clear};
    case 'C': return UserAction{UserAction::Kind::hold, Key::clear};
    case 'e': return UserAction{UserAction::Kind::pull};
    case 'i': return UserAction{UserAction::Kind::insert};
    case 'q':
    case kInterrupt: return UserAction{UserAction::Kind::end};
    default: return std::nullopt;
  }
}

std::string function_letters(const ReaderProfile& profile) {
  std::string text;
  for (std::size_t i = 0; i < profile.functions.size(); ++i) {
    text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", kFunctionLetters[i], profile.functions[i].key);
  }
  return text;
}

Keyboard::Keyboard(std::optional<int> descriptor, const ReaderProfile& profile)
    : profile_(profile), descriptor_(descriptor) {
  if (descriptor_) {
    const int flags = ::fcntl(*descriptor_, F_GETFL);
    if (flags >= 0 && (flags & O_ACCMODE) != O_WRONLY) return;
    throw Failure(Failure::invalid,
                  fmt::format("the keys' descriptor {} is not open for reading", *descriptor_));
  }
  termios before{};
  if (::tcgetattr(STDIN_FILENO, &before) != 0) return;
  if (::tcgetpgrp(STDIN_FILENO) != ::getpgrp())
    return;  // in the background the terminal is another program's
  terminal_ = before;
  descriptor_ = STDIN_FILENO;
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG | IEXTEN);
  silent.c_cc[VMIN] = 1;
  silent.c_cc[VTIME] = 0;
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
}

Keyboard::~Keyboard() {
  if (terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &*terminal_);
}

void Keyboard::take(UserActions& actions) {
  std::array<char, UserActions::capacity()> typed{};
  const ssize_t count = ::read(*descriptor_, typed.data(), typed.size());
  if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) descriptor_.reset();
  actions.clear();
  for (ssize_t i = 0; i < count; ++i) {
    const auto action = action_of(typed[static_cast<std::size_t>(i)], profile_.functions.size());
    if (!action || (action->kind == UserAction::Kind::end && !is_terminal())) continue;
    static_cast<void>(actions.push(*action));
  }
  wipe(typed.data(), typed.size());
}

}  // namespace sesame::terminal
