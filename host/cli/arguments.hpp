// The command line, as strictly as people mean it, and what is said where it is wrong.
//
// CLI11 reads 010 as eight, an empty number as 0, `--port= --card x` as a port "--card", and repeats in its
// messages what was typed: after `--PIN` that is a PIN. Here numbers are decimal, nothing is empty, and no
// message repeats what may be a secret.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace CLI {
class App;
}

namespace sesame::cli {

struct Range {
  std::uint64_t least = 0, most = 0;
  bool has_end() const { return most != std::numeric_limits<std::uint64_t>::max(); }
};

// Decimal digits alone, also with zeros in front. Failure(Failure::invalid), which names `what` and the
// range, where it is no such number.
std::uint64_t parse_number(std::string_view what, std::string_view text, Range range);

// Parses. Failure(Failure::invalid) where the line is wrong; that of a command; CLI::Success for --help and
// --version.
void parse(CLI::App& app, int argc, const char* const* argv);

}  // namespace sesame::cli
