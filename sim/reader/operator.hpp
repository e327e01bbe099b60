// A user who knows what to type, and wants a code in one call: works the reader key by key, as a person
// would.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/secret.hpp"
#include "host/reader/scripted_user.hpp"
#include "sim/reader/live_reader.hpp"

namespace sesame::sim {

struct OtpRequest {
  std::string function;  // as engraved; empty: the first
  SecretString pin;
  std::vector<std::string>
      inputs;            // answers to the prompts, in their order; a missing optional one is an empty field
  bool last_try = true;  // the PIN is sent although a wrong one would block the card
};

struct OtpResult {
  std::optional<std::string> code;     // digits
  std::optional<std::string> display;  // grouped: "4251 1495"
  std::optional<std::uint16_t> atc;
  std::vector<std::vector<std::string>>
      screens;  // each once, in the order in which they came, as rows; dark: none
  State state = State::off;
  Notice notice = Notice::none;
  std::uint64_t revision = 0;
};

// Brings a reader that was left somewhere home first: wakes a dark one, holds C elsewhere. Then chooses the
// function, answers what it asks and types the PIN, once. Ends with a code, or wherever the reader does not
// go on (a wrong PIN, a notice, dark): the screens tell.
class Operator {
 public:
  // Refusal: unknown_function; bad_input where the PIN or an input cannot be typed there. Nothing was pressed
  // then.
  Operator(const ReaderProfile& profile, OtpRequest request);

  // Works until it is over (true) or the card takes its time on a real clock (false): then again at the
  // reader's deadline. A virtual clock is moved as far as the card needs. Refusal (no_card) where there is
  // none at the start.
  bool go_on(LiveReader& reader);
  // Once it is over.
  OtpResult result(const LiveReader& reader) const;

 private:
  void look(const LiveReader& reader);

  ScriptedUser user_;
  int steps_ = 0;
  bool started_ = false;
  std::uint64_t seen_ = 0;  // revision
  std::vector<std::vector<std::string>> screens_;
};

}  // namespace sesame::sim
