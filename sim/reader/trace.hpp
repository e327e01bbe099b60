// What a reader and its card said, as a transcript that can be replayed (host/transcript/transcript.hpp).
#pragma once

#include <deque>
#include <string>

#include "sim/reader/log_entry.hpp"

namespace sesame::sim {

// Of the log what was said to the card. A command and what 61xx and 6Cxx made of it are one pair; a PIN is
// masked; what has no form in a transcript is a comment. `forgotten`: earlier entries are.
std::string to_transcript(const std::deque<LogEntry>& log, bool forgotten);

}  // namespace sesame::sim
