// A new card from the text of another: everything as it is, but for what no two cards may share.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sesame::cli {

using Random = std::function<void(std::span<std::uint8_t>)>;

// `text` is a card file. PAN (the issuer's six digits stay, the check digit is right), PSN 00, every `mk` and
// `imk` are drawn anew from `random`; `pin` replaces the PIN where given. What the comment at
// the top says of the other card is left out.
std::string personalize(std::string_view text, const std::optional<std::string>& pin, const Random& random);

}  // namespace sesame::cli
