// A user who knows before what to type: works a reader key by key, as a person would, until it asks for
// nothing more.
//
//   const Answers answers = plan_answers(profile, profile.functions[0], inputs);
//   ScriptedUser user({.function = 0, .answers = answers, .pin = pin});
//   while (user.step(reader.state(), keys)) {
//   }
//   …reader.state() is State::code, or the screen says why not
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/reader.hpp"
#include "host/base/secret.hpp"

namespace sesame {

// The number of the function with this key, which is no menu's; and the keys that there are: "CODE, SIGN".
std::optional<std::size_t> find_function(const ReaderProfile& profile, std::string_view key);
std::string function_keys(const ReaderProfile& profile);
// The number of the one that the reader begins by itself, if any.
std::optional<std::size_t> begun_on_insertion(const ReaderProfile& profile);

// An input that cannot be typed.
struct BadInput final : std::exception {
  enum class What : std::uint8_t {
    missing,     // `prompt` needs one
    impossible,  // `prompt` does not take this one
    surplus,     // no prompt is left for this one
  };
  BadInput(What what, std::size_t at, const Prompt& asked = {}) : kind(what), where(at), prompt(asked) {}
  const char* what() const noexcept override { return "an input that cannot be typed"; }

  What kind;
  std::size_t where;  // among the inputs, from 0
  Prompt prompt;
};

// What to answer to each prompt of a function, in the order in which they come: digits and point, or nothing.
using Answers = std::vector<std::string>;

// The answers that `inputs` make. A missing optional one is an empty field; every other fault is a BadInput.
Answers plan_answers(const ReaderProfile& profile, const Function& function,
                     const std::vector<std::string>& inputs);

struct Script {
  std::size_t function = 0;
  Answers answers = {};
  SecretString pin = {};
  bool last_try = true;     // the PIN is sent although a wrong one would block the card
  bool comes_home = false;  // a reader that was left somewhere is brought to its functions first
  std::optional<std::size_t> on_insertion = {};  // begun_on_insertion()
};

class ScriptedUser {
 public:
  struct Keys {
    std::function<void(Key)> press, hold;
    std::function<void()> pin_on_pad =
        {};  // types the PIN at the slot's own pinpad instead, where there is one
  };

  explicit ScriptedUser(Script script) : script_(std::move(script)) {}

  // Does what a reader in this state asks for. False: there is nothing to do. The PIN is typed once, and
  // forgotten before the OK with which the reader sends it.
  bool step(State state, const Keys& keys);
  // Whether the function was.
  bool chosen() const { return chosen_; }

 private:
  bool come_home(State state, const Keys& keys);
  bool begin(State state, const Keys& keys);
  void give_pin(const Keys& keys);

  Script script_;
  std::size_t answered_ = 0;
  bool came_home_ = false, chosen_ = false, pin_given_ = false;
};

}  // namespace sesame
