// What a card becomes at its issuer: `issuer card add`, `card import` and `card renew`.
#pragma once

#include <optional>
#include <string>

#include "host/card/personalization.hpp"
#include "host/cli/command.hpp"
#include "host/cli/policy_options.hpp"
#include "host/issuer/store/registry.hpp"

namespace sesame::cli {

struct NewCardOptions {
  std::string card;  // a card file: a card, or a template for many
  std::optional<std::string> aid;
  std::optional<std::string> imk_file;  // instead of the keys in that file
  std::optional<std::string> option;    // how the card's key is derived
  PolicyOptions policy;
  bool weak_mask = false;
};

void add_new_card(const Command& command, NewCardOptions& options);

// The card file, its application and the issuer's key, read once, for any number of cards.
class CardMaker {
 public:
  explicit CardMaker(const NewCardOptions& options);
  bool has_imk() const { return imk_.has_value(); }
  const card::Personalization& file() const { return file_; }
  // Without an IMK, of the file's own PAN and PSN.
  issuer::NewCard make(const std::string& pan, const std::string& psn) const;

 private:
  const NewCardOptions& options_;
  card::Personalization file_;
  std::size_t application_ = 0;
  std::optional<keys::Key> imk_;
  keys::MasterKeyOption option_ = keys::MasterKeyOption::a;
};

}  // namespace sesame::cli
