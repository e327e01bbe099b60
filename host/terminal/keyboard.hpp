// A keyboard as the keys of a reader, and as the hand that holds the card: what is typed at the terminal, or
// comes through a descriptor.
//
//   0-9 .  Enter  Backspace or c  C      digits, point, OK, C, and C held down
//   a b d f g h j k                      the function keys, in the model's order
//   e i                                  the card is pulled out, put in
//   q, ^C                                the end; at the terminal only
//
// What was read is overwritten: it may be a PIN.
#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <vector>

#include "firmware/core/reader.hpp"

namespace sesame::terminal {

struct UserAction {
  enum class Kind { press, hold, pull, insert, end };
  Kind kind = Kind::press;
  Key key = Key::ok;
};

using UserActions = SecretVector<UserAction, 64>;

// Nothing: the character means nothing to a reader with so many functions.
std::optional<UserAction> action_of(char c, std::size_t functions);

// "a = M1, b = M2": which letter is which function key.
std::string function_letters(const ReaderProfile& profile);

class Keyboard {
 public:
  // `descriptor`: where keys come from instead of the terminal; it stays the caller's. Without one, and with
  // no terminal at standard input, or in its background, there are no keys. The terminal does not echo as
  // long as this lives, and is restored after. Failure(Failure::invalid): the descriptor is not open for
  // reading.
  Keyboard(std::optional<int> descriptor, const ReaderProfile& profile);
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;
  ~Keyboard();

  bool is_terminal() const { return terminal_.has_value(); }
  // Readable when there are keys. Nothing: there are none, or none any more.
  std::optional<int> descriptor() const { return descriptor_; }
  // What was typed; waits if that is nothing.
  void take(UserActions& actions);

 private:
  const ReaderProfile& profile_;
  std::optional<int> descriptor_;
  std::optional<termios> terminal_;  // as it was
};

}  // namespace sesame::terminal
