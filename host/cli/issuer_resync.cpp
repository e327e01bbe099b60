#include <memory>
#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/submission_options.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct ResyncOptions {
  StoreOptions store;
  issuer::CardId card = 0;
  std::vector<std::string> codes;
  std::optional<std::string> atc;
  bool json = false;
};

issuer::Submission identify(const std::string& code) {
  issuer::Submission submission;
  submission.code = SecretString(code);
  return submission;
}

void resync(const ResyncOptions& options) {
  IssuerDesk desk(options.store);
  if (options.atc) {
    desk->set_last_atc(options.card, parse_atc("--atc", *options.atc), now());
    const issuer::CardInfo card = desk->show(options.card);
    if (options.json) return print_json(card_object(card));
    return print_line(card_line(card));
  }
  const issuer::Decision decision =
      desk->resynchronize(options.card, identify(options.codes[0]), identify(options.codes[1]), now());
  const issuer::Inquiry inquiry{issuer::Cause::unknown, decision.verdict};
  print_decision(options.card, "resynchronization", decision, inquiry, options.json);
}

}  // namespace

void add_issuer_resync(const Command& parent) {
  const auto options = std::make_shared<ResyncOptions>();
  const Command command(parent, "resync",
                        "find a card again whose ATC has run away: by two codes in a row, or by its ATC");
  const Option codes =
      command.option("CODE", options->codes, "two codes without input, one made after the other")
          .type("CODE CODE");
  command.option("--atc", options->atc, "instead: the ATC that the menu of the customer's reader shows")
      .type("HEX")
      .excludes(codes);
  add_card_id(command, "--card", options->card);
  add_store(command, options->store);
  command.flag("--json", options->json, "print an object, as issuer verify does; with --atc the card");
  command.run([options] { resync(*options); },
              [options] {
                if (!options->atc && options->codes.size() != 2)
                  usage("issuer resync: takes two codes, or --atc");
              });
}

}  // namespace sesame::cli
