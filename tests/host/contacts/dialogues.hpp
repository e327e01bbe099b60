// Whole dialogues: a shipped card, on its own or with another answer to reset, and a reader of the shipped
// profiles.
#pragma once

#include <string>

#include "host/base/failure.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/cli/make_code.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "host/state/counters.hpp"
#include "tests/host/contacts/reader_over_contacts.hpp"
#include "tests/host/keys/hex.hpp"

namespace sesame::contacts::test {

using keys::test::bytes;

// A shipped card; `atr` empty: its own.
inline card::Personalization shipped(std::string_view name, card::Protocol protocol, const std::string& atr) {
  card::Personalization card = card::load_card(name);
  if (atr.empty()) return card;
  const auto all = bytes(atr);
  card.atr.assign(all.begin(), all.end());
  card.warm_atr.reset();
  card.protocol = protocol;
  return card;
}

// What came of it: the code, or the line that says why not.
struct Ending {
  std::string code, failure;
};

// Every prompt of the function gets its answer: 1 to 4 digits, an amount, or nothing.
inline cli::Task task(const ReaderProfile& profile, std::size_t function, const std::string& pin = "1234") {
  cli::Task task;
  task.function = function;
  task.pin = SecretString(pin);
  task.card = "the card";
  std::vector<std::string> inputs;
  for (const Prompt& prompt : profile.functions[function].prompts) {
    if (prompt.kind == PromptKind::tds) continue;
    inputs.push_back(prompt.kind == PromptKind::amount ? "12.34" : "4815");
  }
  bool mandatory_tds = false;
  for (const Prompt& prompt : profile.functions[function].prompts) {
    mandatory_tds = mandatory_tds || (prompt.kind == PromptKind::tds && !prompt.optional);
  }
  if (mandatory_tds) inputs.push_back("4711");
  task.answers = cli::parse_inputs(profile, profile.functions[function], inputs);
  return task;
}

inline Ending code_from(Device& device, const ReaderProfile& profile, cli::Task task) {
  try {
    cli::make_code(device, profile, task);
    return {device.code(), ""};
  } catch (const Failure& failure) {
    return {"", failure.what()};
  }
}

// A card of its own, with a slot and the counters that it starts with.
class CardOnLine {
 public:
  explicit CardOnLine(const card::Personalization& personalization) : card_(personalization, store_) {}
  CardSlot& slot() { return card_; }

 private:
  state::EphemeralStore store_;
  card::VirtualCard card_;
};

}  // namespace sesame::contacts::test
