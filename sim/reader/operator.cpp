#include "sim/reader/operator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "firmware/core/entry.hpp"
#include "sim/reader/picture.hpp"
#include "sim/reader/refusal.hpp"

namespace sesame::sim {

namespace {

constexpr std::size_t kMostPinDigits = 12;
constexpr int kMostSteps = 100;  // a person whose keys stick gives up as well

std::size_t find_function(const ReaderProfile& profile, const std::string& key) {
  if (key.empty()) return 0;
  std::string keys;
  for (std::size_t i = 0; i < profile.functions.size(); ++i) {
    if (profile.functions[i].key == key) return i;
    keys += fmt::format("{}{}", keys.empty() ? "" : ", ", profile.functions[i].key);
  }
  throw Refusal(Why::unknown_function, fmt::format("the reader {} has no function '{}'", profile.name, key),
                fmt::format("it has {}", keys));
}

void check_pin(std::string_view pin) {
  const bool digits = std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits && pin.size() >= cap::kMinPinDigits && pin.size() <= kMostPinDigits) return;
  throw Refusal(Why::bad_input, fmt::format("pin: {} to {} digits", cap::kMinPinDigits, kMostPinDigits));
}

// Typed as the reader would take it, so that the two cannot disagree.
void check_input(const Prompt& prompt, std::uint8_t exponent, const std::string& input) {
  const std::span<const char> all(input.data(), input.size());
  bool ok = true;
  for (std::size_t i = 0; ok && i < all.size(); ++i) ok = accepts(prompt, exponent, all.first(i), all[i]);
  if (ok && complete(prompt, all)) return;
  throw Refusal(
      Why::bad_input, fmt::format("inputs: '{}' cannot be typed there", input),
      prompt.kind == PromptKind::amount
          ? fmt::format("an amount such as 12.34, with at most {} digits behind the point", exponent)
          : fmt::format("at most {} digits", prompt.max_digits));
}

std::vector<std::string> plan(const ReaderProfile& profile, const Function& function,
                              const std::vector<std::string>& inputs) {
  std::vector<std::string> answers;
  std::size_t next = 0;
  for (const Prompt& prompt : function.prompts) {
    for (std::size_t turn = 0; turn < prompt.repeat; ++turn) {
      const bool given = next < inputs.size();
      if (!given && !prompt.optional && turn == 0) {
        throw Refusal(Why::bad_input,
                      fmt::format("inputs: {} asks for more than these {}", function.key, inputs.size()));
      }
      answers.push_back(given ? inputs[next++] : "");
      if (given && (turn == 0 || !answers.back().empty())) {
        check_input(prompt, profile.currency.exponent, answers.back());
      }
      if (answers.back().empty()) break;
    }
  }
  if (next == inputs.size()) return answers;
  throw Refusal(
      Why::bad_input, fmt::format("inputs: {} too many", inputs.size() - next),
      fmt::format("{} takes {}", function.key, next == 0 ? "none" : fmt::format("at most {}", next)));
}

bool card_works(State state) { return state == State::starting || state == State::working; }

}  // namespace

Operator::Operator(const ReaderProfile& profile, OtpRequest request) : request_(std::move(request)) {
  const std::size_t function = find_function(profile, request_.function);
  function_ = function_key(function);
  check_pin(request_.pin.view());
  answers_ = plan(profile, profile.functions[function], request_.inputs);
}

bool Operator::go_on(LiveReader& reader) {
  if (!started_ && reader.card() == nullptr) {
    throw Refusal(Why::no_card, "there is no card in the reader", "insert one first");
  }
  if (!started_) {
    seen_ = reader.revision();
    screens_.push_back(to_rows(reader.screen()));
  }
  started_ = true;
  for (;;) {
    look(reader);
    const bool waits = card_works(reader.reader().state()) && reader.deadline();
    if (waits && reader.clock() == ClockKind::real) return false;
    const bool goes_on = waits ? reader.to_next_deadline() : ++steps_ <= kMostSteps && step(reader);
    if (!goes_on) {
      look(reader);
      return true;
    }
  }
}

// False: there is nothing more to do.
bool Operator::step(LiveReader& reader) {
  switch (reader.reader().state()) {
    case State::choose_function:
      if (chosen_) return false;  // it came back here by itself
      chosen_ = true;
      reader.press(function_);
      return true;
    case State::prompt:
      if (!chosen_) return come_home(reader);
      type(reader, answered_ < answers_.size() ? answers_[answered_] : "");
      ++answered_;
      return true;
    case State::pin:
      if (!chosen_) return come_home(reader);
      if (pin_typed_) return false;
      pin_typed_ = true;
      type(reader, request_.pin.view());
      request_.pin = {};
      return true;
    case State::last_try:
      if (!chosen_) return come_home(reader);
      if (!request_.last_try) return false;
      reader.press(Key::ok);
      return true;
    case State::off:
    case State::wrong_pin:
    case State::code:
    case State::notice: return !chosen_ && come_home(reader);
    case State::insert_card:
    case State::starting:
    case State::working:
    case State::connected:
    case State::host_pin: return false;
  }
  return false;
}

// To its functions: one key does it from anywhere, or nothing does.
bool Operator::come_home(LiveReader& reader) {
  if (std::exchange(came_home_, true)) return false;
  reader.reader().state() == State::off ? reader.press(Key::ok) : reader.hold(Key::clear);
  return true;
}

void Operator::type(LiveReader& reader, std::string_view text) {
  for (const char c : text) reader.press(c == '.' ? Key::point : digit_key(c));
  reader.press(Key::ok);
}

// What was shown since, also for a moment.
void Operator::look(const LiveReader& reader) {
  for (const LogEntry& entry : reader.log()) {
    const auto* changed = std::get_if<ScreenChanged>(&entry.what);
    if (entry.revision <= seen_ || changed == nullptr) continue;
    if (std::find(screens_.begin(), screens_.end(), changed->rows) == screens_.end()) {
      screens_.push_back(changed->rows);
    }
  }
  seen_ = reader.revision();
}

OtpResult Operator::result(const LiveReader& reader) const {
  OtpResult result;
  const Reader& core = reader.reader();
  result.screens = screens_;
  result.state = core.state();
  result.notice = core.notice();
  result.revision = reader.revision();
  if (core.state() != State::code || !chosen_) return result;
  result.code = std::string(core.code().begin(), core.code().end());
  GroupedCode grouped;
  group(core.code(), reader.profile().code, grouped);
  result.display = std::string(grouped.begin(), grouped.end());
  result.atc = core.transaction().atc();
  return result;
}

}  // namespace sesame::sim
