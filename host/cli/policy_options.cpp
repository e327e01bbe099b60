#include "host/cli/policy_options.hpp"

#include <algorithm>

namespace sesame::cli {

namespace {

std::optional<std::uint8_t> mode_bits(const std::vector<std::string>& modes) {
  if (modes.empty()) return std::nullopt;
  const auto known = names(issuer::Mode{});
  unsigned bits = 0;
  for (const std::string& mode : modes) {
    bits |= 1U << (std::find(known.begin(), known.end(), mode) - known.begin());
  }
  return static_cast<std::uint8_t>(bits);
}

template <class Number>
std::optional<Number> narrow(const std::optional<std::uint32_t>& value) {
  return value ? std::optional(static_cast<Number>(*value)) : std::nullopt;
}

}  // namespace

void add_policy(const Command& command, PolicyOptions& options, bool shows_defaults) {
  const auto otherwise = [&](const std::string& help, const char* value) {
    return shows_defaults ? help + " [" + value + "]" : help;
  };
  const issuer::Policy usual;
  command
      .number("--window", options.window, {1, 0xFFFF},
              otherwise("how far above the last accepted ATC a code may be",
                        std::to_string(usual.record.window).c_str()))
      .type("N");
  command
      .number("--tries", options.tries, {1, 15},
              otherwise("failures in a row, of which the last blocks", std::to_string(usual.tries).c_str()))
      .type("N");
  command
      .number("--reach", options.reach, {1, 0xFFFF},
              otherwise("how far two codes in a row may find the card again",
                        std::to_string(usual.reach).c_str()))
      .type("N");
  command
      .number("--unblock-after", options.unblock_after, {0, 31'536'000},
              otherwise("a blocked card has its tries again after so long; 0: when it is unblocked",
                        std::to_string(usual.unblock_after).c_str()))
      .type("SECONDS");
  const auto modes = names(issuer::Mode{});
  command.option("--modes", options.modes, otherwise("what codes are verified for", "all"))
      .type("MODE[,MODE...]")
      .delimiter(',')
      .one_of("--modes", {modes.begin(), modes.end()});
}

issuer::PolicyChange read_policy(const PolicyOptions& options) {
  issuer::PolicyChange change;
  change.window = narrow<std::uint16_t>(options.window);
  change.tries = narrow<std::uint8_t>(options.tries);
  change.reach = narrow<std::uint16_t>(options.reach);
  change.unblock_after = options.unblock_after;
  change.modes = mode_bits(options.modes);
  return change;
}

}  // namespace sesame::cli
