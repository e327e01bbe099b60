#include "host/cli/open_card.hpp"

#include "host/cli/text.hpp"
#include "host/device/virtual_card_slot.hpp"
#include "host/profile/card_file.hpp"
#include "host/state/durable_store.hpp"
#include "host/transcript/tracing_slot.hpp"
#include "host/transcript/transcript_slot.hpp"

namespace sesame::cli {

bool is_transcript(const std::string& card) { return card.ends_with(".apdu"); }

OpenCard::OpenCard(const std::string& card, const StateOptions& state, const std::optional<std::string>& trace,
                   const std::string& what) {
  if (state.atc && !state.ephemeral) throw Failure(Exit::usage, "--atc: only with --ephemeral");
  is_transcript(card) ? open_transcript(card) : open_virtual_card(card, state);
  if (!trace) return;
  trace_ = std::make_unique<transcript::TraceWriter>(*trace, what);
  slots_.push_back(std::make_unique<transcript::TracingSlot>(*slots_.back(), *trace_));
}

void OpenCard::remark(const std::string& text) {
  if (trace_) trace_->comment(text);
}

void OpenCard::open_transcript(const std::string& path) {
  auto transcript = std::make_shared<const transcript::Transcript>(transcript::Transcript::load(path));
  slots_.push_back(std::make_unique<transcript::TranscriptSlot>(std::move(transcript)));
}

void OpenCard::open_virtual_card(const std::string& card, const StateOptions& state) {
  personalisation_ = std::make_unique<card::Personalisation>(profile::load_card(card));
  std::optional<std::uint16_t> atc;
  if (state.atc) {
    atc = parse_atc("--atc", *state.atc);
    if (atc == 0) throw Failure(Exit::usage, "--atc: the first transaction of a card has ATC 0001");
  }
  if (state.ephemeral) {
    store_ = std::make_unique<state::EphemeralStore>();
  } else {
    // A file for each card, so that one in use does not keep the others waiting.
    const auto path = state.file ? *state.file : state::default_state_file("card-" + card::card_id(*personalisation_));
    store_ = std::make_unique<state::DurableStore>(path);
  }
  card_ = std::make_unique<card::VirtualCard>(*personalisation_, *store_);
  for (std::size_t i = 0; atc && i < personalisation_->applications.size(); ++i) {
    card_->counters().set_next_atc(i, *atc);
  }
  slots_.push_back(std::make_unique<VirtualCardSlot>(*card_));
}

}  // namespace sesame::cli
