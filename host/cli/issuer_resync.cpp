#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issuer_desk.hpp"
#include "host/cli/submission_options.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

// What was typed for each of the two codes, in their order; "-" where that one has none.
using Both = std::vector<std::string>;

struct ResyncOptions {
  StoreOptions store;
  issuer::CardId card = 0;
  Both codes, challenges, amounts, currencies, tds;
  std::uint32_t exponent = 2;
  std::optional<std::string> atc;
  bool json = false;
};

std::optional<std::string> at(const Both& both, std::size_t i) {
  return both.empty() || both[i] == "-" ? std::nullopt : std::optional(both[i]);
}

std::vector<std::string> numbers(const std::optional<std::string>& text) {
  std::vector<std::string> all;
  for (std::size_t from = 0; text && from <= text->size();) {
    const std::size_t end = std::min(text->find(',', from), text->size());
    all.push_back(text->substr(from, end - from));
    from = end + 1;
  }
  return all;
}

issuer::Submission submission(const ResyncOptions& options, std::size_t i) {
  SubmissionOptions one;
  one.code = {options.codes[i]};
  one.challenge = at(options.challenges, i);
  one.amount = at(options.amounts, i);
  one.currency = at(options.currencies, i);
  one.exponent = options.exponent;
  one.tds = numbers(at(options.tds, i));
  return read_submission(one);
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
      desk->resynchronize(options.card, submission(options, 0), submission(options, 1), now());
  const issuer::Inquiry inquiry{issuer::Cause::unknown, decision.verdict};
  print_decision(options.card, "resynchronization", decision, inquiry, options.json);
}

void check(const ResyncOptions& options) {
  const auto inputs = {std::pair("--challenge", &options.challenges), std::pair("--amount", &options.amounts),
                       std::pair("--currency", &options.currencies), std::pair("--tds", &options.tds)};
  for (const auto& [name, both] : inputs) {
    if (options.atc && !both->empty()) usage(fmt::format("issuer resync: {} does not go with --atc", name));
    if (!both->empty() && both->size() != 2) {
      usage(fmt::format("{}: for each code once, in their order; - where one has none", name));
    }
  }
  if (!options.atc && options.codes.size() != 2) usage("issuer resync: takes two codes, or --atc");
}

}  // namespace

void add_issuer_resync(const Command& parent) {
  const auto options = std::make_shared<ResyncOptions>();
  const Command command(parent, "resync",
                        "find a card again whose ATC has run away: by two codes in a row, or by its ATC");
  command.footer(
      "Codes that answer a challenge, sign an amount or numbers need what was typed, once for each code and "
      "in their\norder: --challenge 4815 --challenge 1623. A - stands for nothing, where the two codes are "
      "of "
      "different functions.");
  const Option codes =
      command.option("CODE", options->codes, "two codes, one made after the other").type("CODE CODE");
  command.option("--challenge", options->challenges, "the number that was typed, for each code")
      .type("DIGITS")
      .one_value_each();
  command.option("--amount", options->amounts, "the amount that was typed, for each code")
      .type("N[.NN]")
      .one_value_each();
  command.number("--exponent", options->exponent, {0, 4}, "digits after the point of that currency")
      .type("N");
  command.option("--currency", options->currencies, "ISO 4217, numeric, where the card uses it [978]")
      .type("NNN")
      .one_value_each();
  command.option("--tds", options->tds, "numbers that were signed, for each code")
      .type("N[,N...]")
      .one_value_each();
  command.option("--atc", options->atc, "instead: the ATC that the menu of the customer's reader shows")
      .type("HEX")
      .excludes(codes);
  add_card_id(command, "--card", options->card);
  add_store(command, options->store);
  command.flag("--json", options->json, "print an object, as issuer verify does; with --atc the card");
  command.run([options] { resync(*options); }, [options] { check(*options); });
}

}  // namespace sesame::cli
