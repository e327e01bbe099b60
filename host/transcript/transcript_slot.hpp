// A slot with a recorded card in it: replays a transcript.
//
// A command that was recorded several times gets its answers in order, then its last answer again
// and again; where that is `mute` or `garbled`, so is the card. A reset does not start the order anew: two
// codes in a row from one recording are the two that were recorded.
//
// What was not recorded:
//   SELECT by name     6A82, as the real card would have answered
//   GENERATE AC, AAC   6985: it throws the transaction away, and no reader uses the answer
//   VERIFY             Failure(Failure::refused, "FILE: this transcript has no such PIN")
//   any other command  Failure(Failure::invalid, …), which names it; data that may hold a PIN is masked
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "host/card/slot.hpp"
#include "host/transcript/transcript.hpp"

namespace sesame::transcript {

class TranscriptSlot final : public CardSlot {
 public:
  // Slots may share a transcript; each has its own place in every sequence of answers.
  explicit TranscriptSlot(std::shared_ptr<const Transcript> transcript);

  // Both resets answer the recorded ATR. A card without power is mute, to a warm reset and to commands.
  // Allocates nothing where there is an answer, and keeps nothing of the command.
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override;

 private:
  SlotStatus replay(Bytes command, emv::ResponseBuffer& answer);

  std::shared_ptr<const Transcript> transcript_;
  std::vector<std::size_t> next_;  // for each command, the answer that is next
  bool powered_ = false;
};

}  // namespace sesame::transcript
