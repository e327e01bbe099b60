// The card that `--card` names: shipped, a card file, or a transcript; in its slot, with its counters, and
// recorded where `--trace` says so.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "host/card/personalisation.hpp"
#include "host/card/virtual_card.hpp"
#include "host/cli/options.hpp"
#include "host/device/card_slot.hpp"
#include "host/state/counters.hpp"
#include "host/transcript/trace_writer.hpp"

namespace sesame::cli {

class OpenCard {
 public:
  // Refuses state options that do not fit before anything is opened. A virtual card's state stays locked for
  // as long as this lives. `trace`: the file to record into; `what`: its first line.
  OpenCard(const std::string& card, const StateOptions& state, const std::optional<std::string>& trace = {},
           const std::string& what = {});

  CardSlot& slot() { return *slots_.back(); }
  // For remarks on the dialogue; does nothing where it is not recorded.
  void remark(const std::string& text);

 private:
  void open_transcript(const std::string& path);
  void open_virtual_card(const std::string& card, const StateOptions& state);

  std::unique_ptr<card::Personalisation> personalisation_;
  std::unique_ptr<state::CounterStore> store_;
  std::unique_ptr<card::VirtualCard> card_;
  std::unique_ptr<transcript::TraceWriter> trace_;
  std::vector<std::unique_ptr<CardSlot>> slots_;  // the card's, and around it the recorder's
};

// A file that `--card` means as a transcript.
bool is_transcript(const std::string& card);

}  // namespace sesame::cli
