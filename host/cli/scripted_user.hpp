// Somebody who knows before what to type: works a reader key by key, as a person would, until there is a code
// or the reader says why not.
#pragma once

#include <string>
#include <vector>

#include "firmware/core/reader.hpp"
#include "host/device/device.hpp"
#include "host/device/native_reader.hpp"
#include "host/secret.hpp"

namespace sesame::cli {

// What to answer to each prompt of a function, in the order in which they come: digits and point, or nothing.
using Answers = std::vector<std::string>;

// The answers that `inputs` make. A missing optional one is an empty field; a surplus, a missing mandatory or an
// impossible one is a Failure (Exit::usage), before any card is touched.
Answers plan_answers(const ReaderProfile& profile, const Function& function,
                     const std::vector<std::string>& inputs);

// The number of the function with this key; a Failure that lists the keys where there is none.
std::size_t find_function(const ReaderProfile& profile, const std::string& key);

struct Task {
  std::size_t function = 0;
  Answers answers;
  SecretString pin;
  bool pin_on_pad = false;  // typed at the slot's own pinpad instead
  bool last_try = true;     // the PIN is sent although a wrong one would block the card
  std::string card;         // as messages call it
  std::string remedy;       // what to do where it is blocked, if anything: OpenCard::remedy()
};

// Returns with the reader, which is as the profile says, in State::code. Everything else is a Failure that says what the
// screen says, and more where the reader knows more. A slot's own pinpad is for a native reader alone.
// The PIN is the task's until it is typed.
void make_code(Device& reader, const ReaderProfile& profile, Task& task);
void make_code(NativeReader& reader, Task& task);

}  // namespace sesame::cli
