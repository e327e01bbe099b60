#include "host/cli/issuer_desk.hpp"

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "host/base/hex.hpp"
#include "host/base/safe_text.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/submission_options.hpp"
#include "host/cli/text.hpp"
#include "host/document/file.hpp"
#include "host/io/private_memory.hpp"
#include "host/io/random.hpp"
#include "host/issuer/judge.hpp"
#include "host/issuer/store/open_store.hpp"
#include "host/state/durable_store.hpp"

namespace sesame::cli {

namespace {

using keys::SealingKey;

SealingKey parse_key_text(const std::string& where, std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  auto parsed = sesame::parse_hex(text);
  auto* bytes = std::get_if<std::vector<std::uint8_t>>(&parsed);
  if (bytes == nullptr || bytes->size() != SealingKey::size) {
    usage(fmt::format("{}: the key of a store is 64 hex digits", where));
  }
  SealingKey key{std::span<const std::uint8_t>(*bytes).first<SealingKey::size>()};
  wipe(bytes->data(), bytes->size());
  return key;
}

void refuse_what_others_read(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    usage(fmt::format("{}: there is no such key; `sesame issuer init` makes one", path));
  }
  if (S_ISREG(found.st_mode) && (found.st_mode & 077) != 0) {
    usage(fmt::format("{}: others may read this key; chmod 600 it, and think of what they may have read",
                      path));
  }
}

}  // namespace

void add_store(const Command& command, StoreOptions& options) {
  command
      .option("--store", options.store,
              "the store's file, or postgresql://user@host:port/database, its password in PGPASSFILE "
              "[issuer.db under $XDG_STATE_HOME/sesame]")
      .type("FILE|URL");
  const Option file = command
                          .option("--key-file", options.key_file,
                                  "the store's key, 64 hex digits [the store's file and .key]")
                          .type("FILE");
  command.option("--key-env", options.key_env, "read the store's key from this variable")
      .type("VAR")
      .excludes(file);
}

std::string store_name(const StoreOptions& options) {
  if (options.store) return *options.store;
  try {
    return std::filesystem::path(state::default_state_file("issuer")).replace_extension(".db").string();
  } catch (const Failure&) {
    throw Failure(Failure::environment,
                  "no place for the store: neither XDG_STATE_HOME nor HOME is set; --store names one");
  }
}

std::string key_path(const StoreOptions& options) {
  if (options.key_file) return *options.key_file;
  const std::string store = store_name(options);
  if (!issuer::is_in_a_file(store)) {
    usage("--key-file or --key-env: required with a store in PostgreSQL, which has no place for its key");
  }
  return store + ".key";
}

SealingKey read_key(const StoreOptions& options) {
  if (options.key_env) {
    const auto value = io::take_variable(*options.key_env);
    if (!value) usage(fmt::format("--key-env: the variable {} is not set", safe::named(*options.key_env)));
    return parse_key_text("--key-env", value->view());
  }
  const std::string path = key_path(options);
  refuse_what_others_read(path);
  const document::FileText file(path);
  return parse_key_text(path, file.text());
}

std::unique_ptr<issuer::Store> open_store(const StoreOptions& options) {
  return issuer::open_store(store_name(options), issuer::Store::Open::existing);
}

IssuerDesk::IssuerDesk(const StoreOptions& options)
    : store_(open_store(options)), registry_(*store_, read_key(options), io::system_random) {}

issuer::Millis now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Option add_card_id(const Command& command, const std::string& name, issuer::CardId& card) {
  return command
      .option(
          name,
          [name, &card](const std::string& text) {
            card = static_cast<issuer::CardId>(
                parse_number(name, text, {1, std::numeric_limits<std::int64_t>::max()}));
          },
          "the card's number in the store")
      .type("N")
      .required();
}

namespace {

std::string why(const issuer::Decision& decision, const issuer::Inquiry& inquiry) {
  using issuer::Refusal;
  switch (decision.refusal) {
    case Refusal::none: return refusal(inquiry);
    case Refusal::unknown_card: return "there is no such card";
    case Refusal::blocked: return "the card is blocked";
    case Refusal::suspended: return "the card is suspended";
    case Refusal::lost: return "the card is lost";
    case Refusal::ended: return "another card has taken its place";
    case Refusal::mode: return "codes for this are not verified";
    case Refusal::tampered: return "the card's row is not as it was written";
  }
  return "";
}

}  // namespace

void print_decision(issuer::CardId card, std::string_view mode, const issuer::Decision& decision,
                    const issuer::Inquiry& inquiry, bool json) {
  const issuer::Verdict& verdict = inquiry.verdict;
  const bool compared = decision.refusal == issuer::Refusal::none;
  if (json) {
    nlohmann::ordered_json out{{"accepted", decision.accepted},
                               {"card", card},
                               {"mode", mode},
                               {"outcome", nullptr},
                               {"atc", nullptr},
                               {"refusal", nullptr},
                               {"cause", nullptr},
                               {"reason", nullptr},
                               {"tries_left", nullptr},
                               {"last_try", decision.last_try}};
    if (compared) {
      out["outcome"] = to_string(verdict.outcome);
      out["tries_left"] = decision.tries_left;
    } else {
      out["refusal"] = to_string(decision.refusal);
    }
    if (verdict.atc) out["atc"] = fmt::format("{:04X}", *verdict.atc);
    if (!decision.accepted && compared) out["cause"] = to_string(inquiry.cause);
    if (!decision.accepted) out["reason"] = why(decision, inquiry);
    print_json(out);
  }
  if (decision.accepted) {
    if (!json) print_line(fmt::format("accepted: card {}, ATC {:04X}", card, *verdict.atc));
    return;
  }
  std::string line = "refused: " + why(decision, inquiry);
  if (compared && decision.tries_left == 0) line += "; the card is blocked now";
  if (compared && decision.tries_left > 0) {
    line += fmt::format("; {} {} left", decision.tries_left, decision.tries_left == 1 ? "try" : "tries");
  }
  throw Ended{Exit::refused, line};
}

nlohmann::ordered_json card_object(const issuer::CardInfo& card) {
  nlohmann::ordered_json json{{"id", card.id},
                              {"customer", card.customer},
                              {"pan", card.pan},
                              {"psn", card.psn},
                              {"aid", hex(card.aid)},
                              {"state", to_string(card.state)},
                              {"last_atc", fmt::format("{:04X}", card.last_atc)},
                              {"tries_left", card.tries_left},
                              {"replaces", nullptr},
                              {"tampered", card.tampered}};
  if (card.replaces != 0) json["replaces"] = card.replaces;
  return json;
}

std::string card_line(const issuer::CardInfo& card) {
  return fmt::format("{:>4}  {:<16}  {}/{}  {}  {}  ATC {:04X}  {} {} left{}", card.id,
                     safe::one_line(card.customer), card.pan, card.psn, hex(card.aid), to_string(card.state),
                     card.last_atc, card.tries_left, card.tries_left == 1 ? "try" : "tries",
                     card.tampered ? "  NOT AS IT WAS WRITTEN" : "");
}

void print_stored_card(const issuer::CardInfo& card, bool json) {
  const issuer::Policy& policy = card.policy;
  const issuer::CardRecord& record = policy.record;
  const double chance = issuer::false_accept(record, card.last_atc);
  if (json) {
    auto object = card_object(card);
    object["policy"] = nlohmann::ordered_json::parse(issuer::policy_text(policy));
    object["ac_bits"] = issuer::ac_bits(record);
    object["false_accept"] = chance;
    return print_json(object);
  }
  std::vector<std::string_view> modes;
  for (std::size_t i = 0; i < names(issuer::Mode{}).size(); ++i) {
    if (policy.allows(static_cast<issuer::Mode>(i))) modes.push_back(names(issuer::Mode{})[i]);
  }
  print_line(card_line(card));
  print_line(fmt::format("scheme {}, mask {}, {} bits of the AC", keys::rules(record.scheme).name,
                         record.mask.empty() ? "none: the Belgian function" : hex(record.mask),
                         issuer::ac_bits(record)));
  print_line(fmt::format("window {}, false accept 1 in {:.0f} a try, {} tries, two codes reach {}",
                         record.window, 1 / chance, policy.tries, policy.reach));
  print_line(fmt::format("verified: {}; once blocked, {}", fmt::join(modes, ", "),
                         policy.unblock_after == 0 ? "until it is unblocked"
                                                   : fmt::format("for {} seconds", policy.unblock_after)));
}

}  // namespace sesame::cli
