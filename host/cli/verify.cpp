#include <memory>
#include <nlohmann/json.hpp>

#include "host/card/file/card_file.hpp"
#include "host/card/file/card_spec.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/option_groups.hpp"
#include "host/cli/submission_options.hpp"
#include "host/cli/text.hpp"
#include "host/issuer/file/card_file_record.hpp"
#include "host/issuer/judge.hpp"
#include "host/issuer/why_refused.hpp"

namespace sesame::cli {

namespace {

struct VerifyOptions {
  SubmissionOptions submission;
  std::string card = "sesame-card";
  IssuedOptions issued;
  std::optional<std::string> aid;
  std::string last_atc = "0000";
  std::uint32_t window = issuer::kUsualWindow;
  bool weak_mask = false;
  bool json = false;
};

struct Checked {
  std::string aid;
  issuer::CardRecord record;
};

Checked load_record(const VerifyOptions& options) {
  if (is_transcript(options.card))
    usage("--card: a recorded card has no keys; codes are verified with a card file");
  const card::Personalization card = card::load_card(options.card, read_issued(options.issued));
  const auto aid = options.aid ? parse_hex("--aid", *options.aid) : std::vector<std::uint8_t>{};
  const auto application = issuer::code_application(card, aid);
  if (!application) usage(fmt::format("--aid: {} has no such application", card.name));
  Checked checked{hex(card.applications[*application].aid), issuer::record_of(card, *application)};
  checked.record.window = static_cast<std::uint16_t>(options.window);
  if (const auto fault = issuer::fault(checked.record)) {
    usage(fmt::format("no code of {} ({}) can be checked: {}", card.name, checked.aid, *fault));
  }
  const unsigned bits = issuer::ac_bits(checked.record);
  if (bits < issuer::kFewAcBits && !options.weak_mask) {
    usage(fmt::format(
        "the mask of {} ({}) takes {} bits of the AC, so that guesses are easy; --weak-mask verifies "
        "all the same",
        card.name, checked.aid, bits));
  }
  return checked;
}

nlohmann::ordered_json object(const VerifyOptions& options, const Checked& checked, issuer::Mode mode,
                              const issuer::Inquiry& inquiry, double false_accept) {
  using issuer::Outcome;
  const issuer::Verdict& verdict = inquiry.verdict;
  const bool good = verdict.outcome == Outcome::good;
  nlohmann::ordered_json json{{"accepted", good},
                              {"outcome", to_string(verdict.outcome)},
                              {"atc", nullptr},
                              {"candidates", verdict.candidates},
                              {"window", options.window},
                              {"ac_bits", issuer::ac_bits(checked.record)},
                              {"false_accept", false_accept},
                              {"cause", nullptr},
                              {"reason", nullptr},
                              {"mode", to_string(mode)},
                              {"aid", checked.aid},
                              {"card", options.card}};
  if (verdict.atc) json["atc"] = fmt::format("{:04X}", *verdict.atc);
  if (good) return json;
  json["cause"] = to_string(inquiry.cause);
  json["reason"] = refusal(inquiry);
  return json;
}

void verify(const VerifyOptions& options) {
  const Checked checked = load_record(options);
  const std::uint16_t last_atc = parse_atc("--last-atc", options.last_atc);
  const issuer::Submission submission = read_submission(options.submission);
  issuer::Judge judge(checked.record);
  issuer::Inquiry inquiry{issuer::Cause::unknown, judge.judge(submission, last_atc)};
  const bool good = inquiry.verdict.outcome == issuer::Outcome::good;
  if (!good) inquiry = why_refused(checked.record, submission, last_atc, inquiry.verdict);
  const double chance = issuer::false_accept(checked.record, last_atc);
  if (options.json) print_json(object(options, checked, submission.mode, inquiry, chance));
  if (!good) throw Ended{Exit::refused, "refused: " + refusal(inquiry)};
  if (options.json) return;
  const std::uint32_t candidates = inquiry.verdict.candidates;
  print_line(fmt::format("accepted: ATC {:04X}, {} candidate{} in a window of {}, false accept 1 in {:.0f}",
                         *inquiry.verdict.atc, candidates, candidates == 1 ? "" : "s", options.window,
                         1 / chance));
}

}  // namespace

void add_verify(const Command& parent) {
  const auto options = std::make_shared<VerifyOptions>();
  const Command command(parent, "verify", "tell whether a code is good, as the issuer of its card does");
  add_submission(command, options->submission);
  command.option("--card", options->card, "a shipped card or a card file (.toml): its keys are the issuer's")
      .type("FILE|NAME")
      .shows_default();
  add_issued(command, options->issued);
  command.option("--aid", options->aid, "the application [the first that readers make codes with]")
      .type("HEX");
  command.option("--last-atc", options->last_atc, "ATC of the last accepted code; nothing is stored")
      .type("HEX")
      .shows_default();
  command.number("--window", options->window, {1, 0xFFFF}, "how far above it the ATC of a good code may be")
      .type("N");
  command.flag("--weak-mask", options->weak_mask, "verify codes of a mask with fewer than 16 bits of the AC");
  command.flag(
      "--json", options->json,
      "print an object: accepted, outcome, atc, candidates, window, ac_bits, false_accept, cause, reason, "
      "mode, aid, card");
  command.run([options] { verify(*options); });
}

}  // namespace sesame::cli
