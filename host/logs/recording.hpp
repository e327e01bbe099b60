// A log as a transcript (host/transcript/transcript.hpp): what it logged is put before the recorder again,
// which joins 61xx and 6Cxx, and masks PIN, PAN and name, as it does with a card.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "host/logs/log.hpp"
#include "host/transcript/masking.hpp"

namespace sesame::logs {

// Writes `path`, as TraceWriter does; `what` is its first line. A PAN or a name is masked wherever it stands,
// also before the place that names it.
void record(std::span<const Event> events, const std::string& path, std::string_view what,
            transcript::Masking::Options masking);

}  // namespace sesame::logs
