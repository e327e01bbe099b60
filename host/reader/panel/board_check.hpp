// What a bring-up image says of its board, judged: which part of the hardware does what it should.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/names.hpp"
#include "firmware/panel/bringup.hpp"

namespace sesame {

enum class Verdict : std::uint8_t {
  passed,
  failed,
  measure,   // nothing on the board can tell: by hand
  not_here,  // an emulator has no such hardware
};
inline constexpr std::string_view kVerdictNames[] = {"passed", "failed", "measure", "not here"};
constexpr std::span<const std::string_view> names(Verdict) { return kVerdictNames; }

struct Finding {
  std::string what;
  Verdict verdict = Verdict::passed;
  std::string said;  // what was found, or what to do
};

// What a test says, as firmware/panel/bringup.hpp has it.
using AskBoard = std::function<std::vector<std::uint8_t>(panel::Test test, std::uint8_t argument)>;
// How many milliseconds pass on the board while a thousand pass here; 0: not measured.
using TimeBoard = std::function<double()>;

// All of it, in the order in which a board is brought up; the card's contacts are off in the end. Each is
// told as it is found. An answer of another size than it should have is a Finding that failed.
std::vector<Finding> check_board(const AskBoard& ask, const TimeBoard& time,
                                 const std::function<void(const Finding&)>& tell = {});

// While somebody presses each key once and moves the card: which contacts of the matrix close, and what the
// card switch says. `more` waits a moment, and is false when the time is over; it ends before that where
// everything was seen.
std::vector<Finding> watch_hands(const AskBoard& ask, const std::function<bool()>& more);

}  // namespace sesame
