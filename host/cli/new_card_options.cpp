#include "host/cli/new_card_options.hpp"

#include <algorithm>

#include "host/card/file/card_file.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/issued_options.hpp"
#include "host/cli/text.hpp"
#include "host/issuer/file/card_file_record.hpp"

namespace sesame::cli {

namespace {

keys::MasterKeyOption derivation(const NewCardOptions& options, const card::CryptogramRules& rules) {
  if (!options.option) return rules.option;
  const keys::SchemeRules& scheme = keys::rules(rules.scheme);
  const auto known = names(keys::MasterKeyOption{});
  const auto found = std::find(known.begin(), known.end(), *options.option);
  const auto option = static_cast<keys::MasterKeyOption>(found - known.begin());
  const bool aes = scheme.mac == keys::MacAlgorithm::aes_cmac;
  if (aes != (option == keys::MasterKeyOption::c)) {
    usage(fmt::format("--option: must be {}, as {} has it", aes ? "C" : "A or B", scheme.name));
  }
  return option;
}

}  // namespace

void add_new_card(const Command& command, NewCardOptions& options) {
  command
      .option("CARD", options.card, "a shipped card or a card file (.toml): a card, or a template for many")
      .type("FILE|NAME")
      .required();
  command.option("--aid", options.aid, "the application [the first that readers make codes with]")
      .type("HEX");
  const Option imk =
      command
          .option("--imk-file", options.imk_file,
                  "the issuer's master key instead of the file's, 32 hex digits; - is standard input")
          .type("FILE");
  command
      .option("--option", options.option,
              "how a card's key is derived from it [as the file or its scheme has it]")
      .type("A|B|C")
      .one_of("--option", {"A", "B", "C"})
      .needs(imk);
  add_policy(command, options.policy, true);
  command.flag("--weak-mask", options.weak_mask, "take a mask with fewer than 16 bits of the AC");
}

CardMaker::CardMaker(const NewCardOptions& options)
    : options_(options), file_(card::load_card(options.card)) {
  const auto aid = options.aid ? parse_hex("--aid", *options.aid) : std::vector<std::uint8_t>{};
  const auto application = issuer::code_application(file_, aid);
  if (!application) usage(fmt::format("--aid: {} has no such application", file_.name));
  application_ = *application;
  option_ = derivation(options, file_.applications[application_].cryptogram);
  if (options.imk_file) imk_ = read_imk(*options.imk_file);
}

issuer::NewCard CardMaker::make(const std::string& pan, const std::string& psn) const {
  issuer::NewCard card;
  card.pan = pan;
  card.psn = psn;
  card.aid = file_.applications[application_].aid;
  card.policy.record = issuer::record_of(file_, application_);
  if (imk_) {
    card.policy.record.master_key = keys::master_key(option_, *imk_, pan, psn);
    card.policy.record.psn = static_cast<std::uint8_t>((psn[0] - '0') << 4 | (psn[1] - '0'));
  }
  apply(read_policy(options_.policy), card.policy);
  card.policy.weak_mask = options_.weak_mask;
  return card;
}

}  // namespace sesame::cli
