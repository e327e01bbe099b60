#include "sim/reader/refusal.hpp"

#include <utility>

namespace sesame::sim {

std::string_view to_string(Why why) {
  switch (why) {
    case Why::unknown_reader: return "unknown_reader";
    case Why::reader_exists: return "reader_exists";
    case Why::reader_stays: return "reader_stays";
    case Why::too_many_readers: return "too_many_readers";
    case Why::unknown_profile: return "unknown_profile";
    case Why::bad_profile: return "bad_profile";
    case Why::unknown_function: return "unknown_function";
    case Why::unknown_card: return "unknown_card";
    case Why::bad_card: return "bad_card";
    case Why::card_in_use: return "card_in_use";
    case Why::no_card: return "no_card";
    case Why::real_cards_off: return "real_cards_off";
    case Why::virtual_clock: return "virtual_clock";
    case Why::real_clock: return "real_clock";
    case Why::no_state: return "no_state";
    case Why::bad_state: return "bad_state";
    case Why::not_rewindable: return "not_rewindable";
    case Why::bad_fault: return "bad_fault";
    case Why::bad_input: return "bad_input";
    case Why::no_cable: return "no_cable";
  }
  return "";
}

namespace {

std::string line(const std::string& message, const std::string& hint) {
  return hint.empty() ? message : message + "; " + hint;
}

}  // namespace

Refusal::Refusal(Why why, const std::string& message, std::string hint)
    : Failure(Failure::invalid, line(message, hint)), why_(why), message_(message), hint_(std::move(hint)) {}

}  // namespace sesame::sim
