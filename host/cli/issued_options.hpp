// One card of an issuer by its number and the issuer's key, in the place of what a card file says: `code`,
// `record`, `card new`, `card reset` and `verify`.
#pragma once

#include <optional>
#include <string>

#include "host/card/file/issued.hpp"
#include "host/cli/command.hpp"

namespace sesame::cli {

struct IssuedOptions {
  std::optional<std::string> pan, psn, imk_file;
};

// None of them goes with `other`.
void add_issued(const Command& command, IssuedOptions& options, std::optional<Option> other = {});

// Reads the key's file, or standard input.
card::Issued read_issued(const IssuedOptions& options);

// The issuer's master key: 32 hex digits in a file; `-` is standard input. Failure(Failure::invalid).
keys::Key read_imk(const std::string& path);

}  // namespace sesame::cli
