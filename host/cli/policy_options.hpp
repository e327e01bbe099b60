// How codes of a card are verified, as its issuer chooses: `issuer card add`, `renew`, `import` and `policy`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/cli/command.hpp"
#include "host/issuer/store/policy.hpp"

namespace sesame::cli {

struct PolicyOptions {
  std::optional<std::uint32_t> window, tries, reach, unblock_after;
  std::vector<std::string> modes;
};

// With `shows_defaults` the help has those of a new card.
void add_policy(const Command& command, PolicyOptions& options, bool shows_defaults);

issuer::PolicyChange read_policy(const PolicyOptions& options);

}  // namespace sesame::cli
