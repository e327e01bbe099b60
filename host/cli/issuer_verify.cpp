#include <memory>
#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/submission_options.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct IssuerVerifyOptions {
  StoreOptions store;
  SubmissionOptions submission;
  issuer::CardId card = 0;
  bool json = false;
};

void issuer_verify(const IssuerVerifyOptions& options) {
  const issuer::Submission submission = read_submission(options.submission);
  IssuerDesk desk(options.store);
  const issuer::Decision decision = desk->verify(options.card, submission, now());
  const issuer::Inquiry inquiry = desk->inquire(options.card, submission, decision, now());
  print_decision(options.card, to_string(submission.mode), decision, inquiry, options.json);
}

}  // namespace

void add_issuer_verify(const Command& parent) {
  const auto options = std::make_shared<IssuerVerifyOptions>();
  const Command command(parent, "verify", "accept a code of a card, once, or count it as a failure");
  add_submission(command, options->submission);
  add_card_id(command, "--card", options->card);
  add_store(command, options->store);
  command.flag(
      "--json", options->json,
      "print an object: accepted, card, mode, outcome, atc, refusal, cause, reason, tries_left, last_try");
  command.run([options] { issuer_verify(*options); });
}

}  // namespace sesame::cli
