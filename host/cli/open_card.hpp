// The card that `--card` or `--reader` names: shipped, a card file, a transcript, or one in a PC/SC reader;
// in its slot, with its counters, and recorded where `--trace` says so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/card/file/issued.hpp"
#include "host/card/personalization.hpp"
#include "host/card/slot.hpp"
#include "host/card/virtual_card.hpp"
#include "host/cli/option_groups.hpp"
#include "host/cli/reader_card.hpp"
#include "host/state/counters.hpp"
#include "host/transcript/masking.hpp"
#include "host/transcript/trace_writer.hpp"

namespace sesame::cli {

class OpenCard {
 public:
  enum class Use {
    transact,  // a virtual card's state stays locked for as long as this lives
    look,      // reads the state as it is, takes no lock, and writes nothing
  };
  // Refuses state options that do not fit before anything is opened. `issued`: of a virtual card alone.
  OpenCard(const std::string& card, const StateOptions& state, Use use, const card::Issued& issued = {});
  // Waits for a card in the reader, whose pinpad is to speak this language.
  OpenCard(const ReaderOptions& options, pcsc::LanguageId language);

  // Refuses a file that the card or its state is in, or that is `other`, as a trace replaces what was there;
  // and one that cannot be written.
  void check_trace(const std::string& trace, const std::string& other);
  // The same, and records the dialogue from here on; `what` is the first line.
  void record(const std::string& trace, const std::string& what, const std::string& other,
              transcript::Masking::Options masking);
  // For remarks on the dialogue; does nothing where it is not recorded.
  void remark(const std::string& text);
  // What is recorded is on the disk. Failure(Failure::environment) where it cannot be.
  void sync_trace() const;

  CardSlot& slot() { return *slots_.back(); }
  // As messages call it.
  const std::string& name() const { return name_; }
  // Of a card in a reader alone.
  const ReaderCard& in_reader() const { return *reader_; }
  // What to do where the card is blocked, as the end of a line; empty where nothing helps. It ends with the
  // command that resets the card, to which --pin or --atc may be added.
  const std::string& remedy() const { return remedy_; }

 private:
  void open_transcript(const std::string& path, const StateOptions& state, const card::Issued& issued);
  void open_virtual_card(const std::string& card, const StateOptions& state, Use use,
                         const card::Issued& issued);
  void open_store(const StateOptions& state, Use use, const card::Issued& issued);

  std::string name_;
  std::unique_ptr<ReaderCard> reader_;
  std::unique_ptr<card::Personalization> personalization_;
  std::unique_ptr<state::CounterStore> store_;
  std::unique_ptr<transcript::TraceWriter> trace_;
  std::unique_ptr<transcript::Masking> masking_;
  std::vector<std::unique_ptr<CardSlot>> slots_;  // the card's, and around it the recorder's
  std::vector<std::string> files_;                // what a trace must not replace
  std::string remedy_;
};

// Where a virtual card's counters are: `named`, else a file of its own under $XDG_STATE_HOME/sesame. Failure:
// a name that cannot be right.
std::string state_file(const card::Personalization& card, const std::optional<std::string>& named);

// What a recording masks: of a real card, all that is not to be kept; of a virtual one nothing.
transcript::Masking::Options masking(bool of_a_person, const KeepOptions& keep);

}  // namespace sesame::cli
