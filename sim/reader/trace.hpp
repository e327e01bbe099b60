// What a reader and its card said, as a transcript that can be replayed (host/transcript/transcript.hpp).
#pragma once

#include <deque>
#include <string>

#include "sim/reader/happening.hpp"

namespace sesame::sim {

// Of the happenings those that are APDUs. A command and what 61xx and 6Cxx made of it are one pair; a PIN is masked; what
// has no form in a transcript is a comment. `forgotten`: earlier ones are.
std::string to_transcript(const std::deque<Happening>& happenings, bool forgotten);

}  // namespace sesame::sim
