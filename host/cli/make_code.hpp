// A code by a user who knows before what to type, and in words why there is none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/reader/native_reader.hpp"
#include "host/reader/scripted_user.hpp"

namespace sesame::cli {

// find_function() and plan_answers(), for --function and --input: what is wrong is a Failure
// (Failure::invalid) that says so, before any card is touched.
Answers parse_inputs(const ReaderProfile& profile, const Function& function,
                     const std::vector<std::string>& inputs);
std::size_t parse_function(const ReaderProfile& profile, std::string_view key);

struct Task {
  std::size_t function = 0;
  Answers answers;
  SecretString pin;
  bool pin_on_pad = false;  // typed at the slot's own pinpad instead
  bool last_try = true;     // the PIN is sent although a wrong one would block the card
  std::string card;         // as messages call it
  std::string remedy;       // what to do where it is blocked, if anything: OpenCard::remedy()
};

// Returns with the reader, which is as the profile says, in State::code. Everything else is a Failure that
// says what the screen says, and more where the reader knows more. A slot's own pinpad is for a native reader
// alone. Takes the PIN out of the task.
void make_code(Device& reader, const ReaderProfile& profile, Task& task);
void make_code(NativeReader& reader, Task& task);

// The same at the cable of a reader with a connected mode (Cable::computer): has the PIN asked for, the text
// shown, presses OK under each of its pages, and returns the digits of its code.
std::string sign_text(NativeReader& reader, Task& task, std::string_view text);

}  // namespace sesame::cli
