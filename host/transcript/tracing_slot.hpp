// Records the dialogue with any card as a transcript that replays to the same code: the `--trace`
// option.
//
//   TraceWriter trace("card.apdu", "sesame code, profile sesame");
//   TracingSlot slot(card, trace);
//
// A command and what 61xx and 6Cxx made of it become one pair: the command as first sent, the whole
// response. An exchange that does not come to an end is written in its pieces, as they went.
//
// PINs are masked: every nibble a `*`, whatever its value. A card that is silent, or garbled, is that in the
// transcript too. Silence at a reset, a card pulled out, and bytes that are no APDU have no form there: they
// become comments.
//
// With a Masking the card's person is taken out of what is written; the reader gets what the card said.
//
// An answer is in the file before it is handed on: nothing is seen that the trace does not show.
// Only an answer 61xx or 6Cxx waits there for the rest of its pair.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/emv/t0_exchange.hpp"
#include "host/card/slot.hpp"
#include "host/transcript/masking.hpp"
#include "host/transcript/trace_writer.hpp"

namespace sesame::transcript {

// Passes on what the card's slot throws, and what `trace` throws where it cannot be written.
class TracingSlot final : public CardSlot {
 public:
  // All outlive it. `masking` may be nothing.
  TracingSlot(CardSlot& card, TraceWriter& trace, Masking* masking = nullptr)
      : card_(card), trace_(trace), masking_(masking) {}
  TracingSlot(const TracingSlot&) = delete;
  TracingSlot& operator=(const TracingSlot&) = delete;
  ~TracingSlot() override;

  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override;

 private:
  struct Piece {
    std::string command;  // hex, masked
    bool is_apdu = false;
    emv::ResponseBuffer response;
  };

  SlotStatus send(const SlotRequest& request, emv::ResponseBuffer& answer);
  void write_reset(std::string_view reset, SlotStatus status, Bytes atr);
  void write_failure(Bytes command, SlotStatus status);
  void write_exchange();
  void write_pieces();
  void mask(std::vector<Piece>& pieces);
  std::string pair(const Piece& piece, Bytes response) const;
  // Of a command, as hex.
  std::string masked(const std::string& command) const;

  CardSlot& card_;
  TraceWriter& trace_;
  Masking* masking_;
  emv::T0Exchange exchange_;   // what a reader makes of the pieces
  std::vector<Piece> pieces_;  // of the exchange, as long as it is not written
};

}  // namespace sesame::transcript
