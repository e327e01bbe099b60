// The store of the commands `sesame issuer …`, and its key.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <string>

#include "host/cli/command.hpp"
#include "host/issuer/store/registry.hpp"
#include "host/issuer/store/store.hpp"

namespace sesame::cli {

struct StoreOptions {
  std::optional<std::string> store;     // file or URL; else issuer.db under $XDG_STATE_HOME/sesame
  std::optional<std::string> key_file;  // else the store's name and ".key", where it is a file
  std::optional<std::string> key_env;   // a variable of the environment instead
};

void add_store(const Command& command, StoreOptions& options);

// The path or URL of the store, and the path of the file of its key.
std::string store_name(const StoreOptions& options);
std::string key_path(const StoreOptions& options);
// From a file that no one else may read, or the environment: 64 hex digits.
keys::SealingKey read_key(const StoreOptions& options);

// A new store, and a key for it where there is none; says where they are.
void make_store(const StoreOptions& options);
std::unique_ptr<issuer::Store> open_store(const StoreOptions& options);

class IssuerDesk {
 public:
  explicit IssuerDesk(const StoreOptions& options);
  issuer::Registry* operator->() { return &registry_; }
  issuer::Registry& registry() { return registry_; }

 private:
  std::unique_ptr<issuer::Store> store_;
  issuer::Registry registry_;
};

issuer::Millis now();

// A card of the store by its number.
Option add_card_id(const Command& command, const std::string& name, issuer::CardId& card);

// What became of a submission; ends the command with Exit::refused where it was refused.
void print_decision(issuer::CardId card, std::string_view mode, const issuer::Decision& decision,
                    const issuer::Inquiry& inquiry, bool json);

nlohmann::ordered_json card_object(const issuer::CardInfo& card);
// With its policy, and how likely a guess is.
void print_stored_card(const issuer::CardInfo& card, bool json);
// "1  alice  541333******0019/00  A0000000048002  active  ATC 0007  3 tries left"
std::string card_line(const issuer::CardInfo& card);

}  // namespace sesame::cli
