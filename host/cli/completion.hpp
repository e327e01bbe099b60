// What a shell proposes while a command line is typed: commands, options, and values where they are known.
#pragma once

#include <string>

#include "host/cli/description.hpp"

namespace sesame::cli {

// To be sourced, or put where the shell looks: bash-completion's completions/sesame, zsh's
// site-functions/_sesame, fish's vendor_completions.d/sesame.fish.
std::string bash_completion(const CommandDescription& program);
std::string zsh_completion(const CommandDescription& program);
std::string fish_completion(const CommandDescription& program);

}  // namespace sesame::cli
