#include "host/cli/submission_options.hpp"

#include <algorithm>

#include "host/cli/exit.hpp"
#include "host/cli/text.hpp"
#include "host/issuer/signed_text.hpp"

namespace sesame::cli {

namespace {

using issuer::Mode;
using issuer::Submission;

Mode mode(const SubmissionOptions& options) {
  if (!options.mode) {
    if (!options.tds.empty() || options.text) return Mode::tds;
    if (options.amount || options.currency) return Mode::sign;
    return options.challenge ? Mode::respond : Mode::identify;
  }
  const auto known = names(Mode{});
  const auto found = std::find(known.begin(), known.end(), *options.mode);
  return static_cast<Mode>(found - known.begin());
}

// 12.34 and 12 as 1234 and 1200, with an exponent of 2. What is no amount stays as it is.
std::string minor_units(const std::string& amount, std::size_t exponent) {
  const std::size_t point = std::min(amount.find('.'), amount.size());
  const std::string whole = amount.substr(0, point);
  const std::string part = point < amount.size() ? amount.substr(point + 1) : "";
  if (whole.empty() || part.size() > exponent || (point < amount.size() && part.empty())) return amount;
  return whole + part + std::string(exponent - part.size(), '0');
}

}  // namespace

void add_submission(const Command& command, SubmissionOptions& options) {
  command.option("CODE", options.code, "the digits, with or without blanks").required();
  const auto modes = names(Mode{});
  command.option("--mode", options.mode, "what the code is for [as the inputs say]")
      .one_of("--mode", {modes.begin(), modes.end()})
      .type("identify|respond|sign|tds");
  command
      .option("--challenge", options.challenge,
              "the number that was typed: to respond; to sign a reference, of which the last 8 count")
      .type("DIGITS");
  command.option("--amount", options.amount, "the amount that was typed: to sign").type("N[.NN]");
  command.number("--exponent", options.exponent, {0, 4}, "digits after the point of that currency").type("N");
  command.option("--currency", options.currency, "ISO 4217, numeric, where the card uses it [978]")
      .type("NNN");
  const Option tds =
      command.option("--tds", options.tds, "numbers that were signed after the card had answered, up to 10")
          .type("N[,N...]")
          .delimiter(',')
          .one_value_each();
  command.option("--text", options.text, "the text that a connected reader has shown and signed")
      .type("TEXT")
      .excludes(tds);
}

Submission read_submission(const SubmissionOptions& options) {
  Submission submission;
  std::string code;
  for (const std::string& part : options.code) code += part;
  submission.code = SecretString(code);
  wipe(code.data(), code.size());
  submission.mode = mode(options);
  submission.challenge = options.challenge;
  if (options.amount) submission.amount = minor_units(*options.amount, options.exponent);
  submission.currency = options.currency;
  if (submission.mode == Mode::sign && !submission.currency) submission.currency = "978";
  submission.tds = options.text ? issuer::numbers_of_text(*options.text) : options.tds;
  return submission;
}

}  // namespace sesame::cli
