// A card of a command line beside the shipped ones: what clients get under its name.
#pragma once

#include <string>

#include "sim/server/api.hpp"

namespace sesame::sim {

// One that is shipped they have anyway, and get it first in the list. Failure (invalid): a bad file.
OfferedCard offered_card(const std::string& card);

}  // namespace sesame::sim
