#include "host/transcript/tracing_slot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "host/base/hex.hpp"
#include "host/transcript/command_text.hpp"
#include "host/transcript/transcript.hpp"

namespace sesame::transcript {
namespace {

std::string_view in_words(SlotStatus status) {
  switch (status) {
    case SlotStatus::ok: return "an answer";
    case SlotStatus::mute: return "no answer";
    case SlotStatus::garbled: return "a garbled answer";
    case SlotStatus::removed: return "the card is gone";
  }
  return "";
}

}  // namespace

TracingSlot::~TracingSlot() {
  try {
    write_pieces();
  } catch (const std::exception&) {
    // Only the pieces of an unfinished exchange are missing from the trace.
  }
}

SlotStatus TracingSlot::carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) {
  if (request.is_command()) return send(request, answer);
  const SlotStatus status = card_.carry_out(request, answer);
  switch (request.kind) {
    case SlotRequest::Kind::activate: write_reset("cold reset", status, answer); break;
    case SlotRequest::Kind::warm_reset: write_reset("warm reset", status, answer); break;
    default: write_pieces();
  }
  return status;
}

void TracingSlot::write_reset(std::string_view reset, SlotStatus status, Bytes atr) {
  write_pieces();
  if (status == SlotStatus::ok) return trace_.atr(atr);
  trace_.comment(fmt::format("{}: {}", reset, in_words(status)));
}

SlotStatus TracingSlot::send(const SlotRequest& request, emv::ResponseBuffer& answer) {
  const Bytes command = request.command;
  const bool goes_on = exchange_.pending() && equal(exchange_.command(), command);
  if (!goes_on) write_pieces();
  const SlotStatus status = card_.carry_out(request, answer);
  if (status != SlotStatus::ok) {
    write_pieces();
    write_failure(command, status);
    return status;
  }
  pieces_.push_back({masked_hex(command), static_cast<bool>(emv::parse_command(command)), answer});
  if (!goes_on) exchange_.start(command);
  if (exchange_.pending()) exchange_.answer(answer);
  if (!exchange_.pending()) write_exchange();
  return status;
}

void TracingSlot::write_failure(Bytes command, SlotStatus status) {
  const std::string shown = masked(masked_hex(command));
  const std::string_view word = word_for(status);
  if (word.empty() || !emv::parse_command(command)) {
    return trace_.comment(fmt::format("> {}: {}", shown, in_words(status)));
  }
  trace_.lines(fmt::format("> {}\n< {}\n", shown, word));
}

void TracingSlot::write_exchange() {
  if (exchange_.error() != emv::T0Error::none) return write_pieces();
  emv::ResponseBuffer response;
  static_cast<void>(response.assign(exchange_.response()));
  if (masking_ != nullptr) masking_->apply({response.data(), response.size()});
  const std::string joined = pair(pieces_.front(), response);
  pieces_.clear();
  trace_.lines(joined);
}

void TracingSlot::write_pieces() {
  exchange_.wipe();
  std::string text;
  std::vector<Piece> pieces = std::exchange(pieces_, {});
  mask(pieces);
  for (const Piece& piece : pieces) text += pair(piece, piece.response);
  trace_.lines(text);
}

// As one response: what is to be masked may be in one piece to its half, and in the next to the other.
void TracingSlot::mask(std::vector<Piece>& pieces) {
  if (masking_ == nullptr) return;
  const auto data_size = [](const Piece& piece) {
    return piece.response.size() < 2 ? 0 : static_cast<std::ptrdiff_t>(piece.response.size() - 2);
  };
  std::vector<std::uint8_t> joined;
  for (const Piece& piece : pieces) {
    joined.insert(joined.end(), piece.response.begin(), piece.response.begin() + data_size(piece));
  }
  joined.resize(joined.size() + 2);
  masking_->apply(joined);
  auto from = joined.begin();
  for (Piece& piece : pieces) {
    std::copy_n(from, data_size(piece), piece.response.data());
    from += data_size(piece);
  }
}

std::string TracingSlot::pair(const Piece& piece, Bytes response) const {
  const bool in_format = piece.is_apdu && emv::parse_response(response);
  const std::string_view prefix = in_format ? "" : "# ";
  return fmt::format("{0}> {1}\n{0}< {2}\n", prefix, masked(piece.command), to_hex(response));
}

std::string TracingSlot::masked(const std::string& command) const {
  return masking_ == nullptr ? command : masking_->mask(command);
}

}  // namespace sesame::transcript
