// Numbers as people write them: decimal digits, also with zeros in front.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sesame {

// Nothing where there is no digit, anything but digits, or more than 64 bits hold.
std::optional<std::uint64_t> decimal(std::string_view text);

}  // namespace sesame
