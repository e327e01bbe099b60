// A code on the command line, and what was typed for it: `verify` and `issuer verify`.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

#include "host/cli/command.hpp"
#include "host/issuer/submission.hpp"

namespace sesame::cli {

struct SubmissionOptions {
  std::vector<std::string> code;    // with blanks it may be several arguments
  std::optional<std::string> mode;  // else what the inputs say
  std::optional<std::string> challenge, amount, currency;
  std::uint32_t exponent = 2;
  std::vector<std::string> tds;
  std::optional<std::string> text;  // in the place of tds
};

void add_submission(const Command& command, SubmissionOptions& options);

// What is wrong with an input is the issuer's to say.
issuer::Submission read_submission(const SubmissionOptions& options);

}  // namespace sesame::cli
