#include "sim/reader/operator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "sim/lcd/rows.hpp"
#include "sim/reader/refusal.hpp"

namespace sesame::sim {

namespace {

constexpr std::size_t kMostPinDigits = 12;
constexpr int kMostSteps = 100;  // a person whose keys stick gives up as well

std::size_t function_named(const ReaderProfile& profile, const std::string& key) {
  if (key.empty()) return 0;
  if (const auto found = find_function(profile, key)) return *found;
  throw Refusal(Why::unknown_function, fmt::format("the reader {} has no function '{}'", profile.name, key),
                fmt::format("it has {}", function_keys(profile)));
}

void check_pin(const ReaderProfile& profile, std::string_view pin) {
  const bool digits = std::all_of(pin.begin(), pin.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits && pin.size() >= profile.min_pin_digits && pin.size() <= kMostPinDigits) return;
  throw Refusal(Why::bad_input, fmt::format("pin: {} to {} digits", profile.min_pin_digits, kMostPinDigits));
}

Refusal refusal(const BadInput& bad, const ReaderProfile& profile, const Function& function,
                const std::vector<std::string>& inputs) {
  switch (bad.kind) {
    case BadInput::What::missing:
      return {Why::bad_input,
              fmt::format("inputs: {} asks for more than these {}", function.key, inputs.size())};
    case BadInput::What::impossible:
      return {Why::bad_input, fmt::format("inputs: '{}' cannot be typed there", inputs[bad.where]),
              bad.prompt.kind == PromptKind::amount
                  ? fmt::format("an amount such as 12.34, with at most {} digits after the point",
                                profile.currency.exponent)
                  : fmt::format("at most {} digits", bad.prompt.max_digits)};
    case BadInput::What::surplus: break;
  }
  return {Why::bad_input, fmt::format("inputs: {} too many", inputs.size() - bad.where),
          fmt::format("{} takes {}", function.key,
                      bad.where == 0 ? "none" : fmt::format("at most {}", bad.where))};
}

Script script(const ReaderProfile& profile, OtpRequest request) {
  const std::size_t number = function_named(profile, request.function);
  check_pin(profile, request.pin.view());
  const Function& function = profile.functions[number];
  try {
    return {number,
            plan_answers(profile, function, request.inputs),
            std::move(request.pin),
            request.last_try,
            true,
            begun_on_insertion(profile)};
  } catch (const BadInput& bad) {
    throw refusal(bad, profile, function, request.inputs);
  }
}

bool card_works(State state) { return state == State::starting || state == State::working; }

}  // namespace

Operator::Operator(const ReaderProfile& profile, OtpRequest request)
    : user_(script(profile, std::move(request))) {}

bool Operator::go_on(LiveReader& reader) {
  if (!started_ && reader.card() == nullptr) {
    throw Refusal(Why::no_card, "there is no card in the reader", "insert one first");
  }
  if (!started_) {
    seen_ = reader.revision();
    screens_.push_back(to_rows(reader.screen()));
  }
  started_ = true;
  const ScriptedUser::Keys keys{[&](Key key) { reader.press(key); }, [&](Key key) { reader.hold(key); }};
  for (;;) {
    look(reader);
    const bool waits = card_works(reader.reader().state()) && reader.deadline();
    if (waits && reader.clock() == ClockKind::real) return false;
    const bool goes_on = waits ? reader.to_next_deadline()
                               : ++steps_ <= kMostSteps && user_.step(reader.reader().state(), keys);
    if (!goes_on) {
      look(reader);
      return true;
    }
  }
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
  if (core.state() != State::code || !user_.chosen()) return result;
  result.code = std::string(core.code().begin(), core.code().end());
  GroupedCode grouped;
  group(core.code(), reader.profile().code, grouped);
  result.display = std::string(grouped.begin(), grouped.end());
  result.atc = core.transaction().atc();
  return result;
}

}  // namespace sesame::sim
