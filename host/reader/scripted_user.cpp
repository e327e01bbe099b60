#include "host/reader/scripted_user.hpp"

#include <span>
#include <utility>

#include "firmware/core/entry.hpp"

namespace sesame {

namespace {

// As the reader would take it, so that the two cannot disagree.
bool can_be_typed(const Prompt& prompt, std::uint8_t exponent, const std::string& input) {
  const std::span<const char> all(input.data(), input.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!accepts(prompt, exponent, all.first(i), all[i])) return false;
  }
  return complete(prompt, all);
}

void press_all(const ScriptedUser::Keys& keys, std::string_view text) {
  for (const char c : text) keys.press(c == '.' ? Key::point : digit_key(c));
}

}  // namespace

std::optional<std::size_t> find_function(const ReaderProfile& profile, std::string_view key) {
  for (std::size_t i = 0; i < profile.functions.size(); ++i) {
    if (profile.functions[i].key == key && profile.functions[i].menu.empty()) return i;
  }
  return std::nullopt;
}

std::string function_keys(const ReaderProfile& profile) {
  std::string keys;
  for (const Function& function : profile.functions) {
    if (!function.menu.empty()) continue;
    if (!keys.empty()) keys += ", ";
    keys += function.key;
  }
  return keys;
}

std::optional<std::size_t> begun_on_insertion(const ReaderProfile& profile) {
  for (std::size_t i = 0; i < profile.functions.size(); ++i) {
    if (profile.functions[i].on_insertion) return i;
  }
  return std::nullopt;
}

Answers plan_answers(const ReaderProfile& profile, const Function& function,
                     const std::vector<std::string>& inputs) {
  Answers answers;
  std::size_t next = 0;
  for (const Prompt& prompt : function.prompts) {
    for (std::size_t turn = 0; turn < prompt.repeat; ++turn) {
      const bool given = next < inputs.size();
      if (!given && !prompt.optional && turn == 0) throw BadInput(BadInput::What::missing, next, prompt);
      if (given && !can_be_typed(prompt, profile.currency.exponent, inputs[next])) {
        throw BadInput(BadInput::What::impossible, next, prompt);
      }
      answers.push_back(given ? inputs[next++] : "");
      if (answers.back().empty()) break;
    }
  }
  if (next < inputs.size()) throw BadInput(BadInput::What::surplus, next);
  return answers;
}

bool ScriptedUser::step(State state, const Keys& keys) {
  const bool began = state == State::prompt || state == State::pin;
  if (began && !chosen_ && script_.on_insertion && begin(state, keys)) return true;
  const bool lost = script_.comes_home && !chosen_;
  switch (state) {
    case State::choose_function:
      if (std::exchange(chosen_, true)) return false;  // it came back here by itself
      keys.press(function_key(script_.function));
      return true;
    case State::prompt:
      if (lost) return come_home(state, keys);
      // The plan has an answer to every prompt; should it not, an empty field is what ends them.
      if (answered_ < script_.answers.size()) press_all(keys, script_.answers[answered_]);
      ++answered_;
      keys.press(Key::ok);
      return true;
    case State::pin:
      if (lost) return come_home(state, keys);
      if (std::exchange(pin_given_, true)) return false;
      give_pin(keys);
      return true;
    case State::last_try:
      if (lost) return come_home(state, keys);
      if (!script_.last_try) return false;
      keys.press(Key::ok);  // the screen has said so
      return true;
    case State::off:
    case State::wrong_pin:
    case State::code:
    case State::notice:
    case State::menu: return lost && come_home(state, keys);
    case State::insert_card:
    case State::starting:
    case State::working:
    case State::connected:
    case State::host_pin:
    case State::signing:
    case State::approve: return false;
  }
  return false;
}

// One key does it from anywhere, or nothing does.
bool ScriptedUser::come_home(State state, const Keys& keys) {
  if (std::exchange(came_home_, true)) return false;
  state == State::off ? keys.press(Key::ok) : keys.hold(Key::clear);
  return true;
}

// At the first question of a reader that begins by itself. False: it is the right one, and to be answered.
bool ScriptedUser::begin(State state, const Keys& keys) {
  if (script_.comes_home && come_home(state, keys)) return true;
  chosen_ = true;
  if (script_.on_insertion == script_.function) return false;
  keys.press(function_key(script_.function));
  return true;
}

void ScriptedUser::give_pin(const Keys& keys) {
  if (keys.pin_on_pad) return keys.pin_on_pad();
  press_all(keys, script_.pin.view());
  script_.pin = {};
  keys.press(Key::ok);
}

}  // namespace sesame
