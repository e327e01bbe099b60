// Recorded cards, cards that follow a script, and what they say.
#pragma once

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/core/emv/t0_exchange.hpp"
#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/card/slot.hpp"
#include "host/transcript/command_text.hpp"
#include "host/transcript/transcript.hpp"
#include "host/transcript/transcript_slot.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::transcript::test {

// Spaces are skipped.
inline std::vector<std::uint8_t> bytes(std::string_view text) {
  return std::get<std::vector<std::uint8_t>>(parse_hex(text));
}
inline std::string hex(Bytes bytes) { return to_hex(bytes); }

// The hex of `count` times this byte.
inline std::string repeated(std::string_view byte, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += byte;
  return text;
}

inline std::string shipped(const std::string& name) { return std::string(SESAME_TRANSCRIPTS "/") + name; }

// "ok" where nothing is thrown; else the line, after its kind: "invalid card.apdu:3: …".
inline std::string outcome(const std::function<void()>& action) {
  try {
    action();
  } catch (const Failure& failure) {
    const std::string line = failure.what();
    CHECK(line.find('\n') == std::string::npos);
    return std::string(to_string(failure.kind())) + " " + line;
  }
  return "ok";
}

// A slot with the recorded card in it, powered.
inline TranscriptSlot recorded(std::string_view text) {
  TranscriptSlot slot(std::make_shared<const Transcript>(Transcript::parse(text, "card.apdu")));
  emv::ResponseBuffer atr;
  REQUIRE(slot.activate(atr) == SlotStatus::ok);
  return slot;
}

// The response, or the failure, or "mute".
inline std::string ask(CardSlot& slot, std::string_view command) {
  emv::ResponseBuffer answer;
  SlotStatus status = SlotStatus::ok;
  std::string result = outcome([&] { status = slot.transmit(bytes(command), answer); });
  if (result == "ok") result = status == SlotStatus::ok ? hex(answer) : "mute";
  return result;
}

// As a reader asks: after 61xx and 6Cxx.
inline std::string ask_through(CardSlot& slot, std::string_view command) {
  emv::T0Exchange exchange;
  exchange.start(bytes(command));
  while (exchange.pending()) {
    emv::ResponseBuffer answer;
    if (slot.transmit(exchange.command(), answer) != SlotStatus::ok) return "mute";
    exchange.answer(answer);
  }
  if (exchange.error() != emv::T0Error::none) return std::string(to_string(exchange.error()));
  return hex(exchange.response());
}

struct Step {
  std::string command, answer;  // hex
  SlotStatus status = SlotStatus::ok;
  bool on_pad = false;  // a VERIFY whose PIN the slot's own keys fill in
};

// A card that expects exactly these commands, in this order.
class ScriptedSlot final : public CardSlot {
 public:
  explicit ScriptedSlot(std::vector<Step> steps, std::vector<Step> resets = {Step{"", "3B00"}})
      : steps_(std::move(steps)), resets_(std::move(resets)) {}

  ScriptedSlot(const ScriptedSlot&) = delete;
  ScriptedSlot& operator=(const ScriptedSlot&) = delete;

  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    if (request.is_command()) return play(request, answer);
    if (request.kind != SlotRequest::Kind::deactivate) return reset(answer);
    ++deactivations_;
    return SlotStatus::ok;
  }

  bool at_end() const { return done_ == steps_.size(); }
  int deactivations() const { return deactivations_; }

 private:
  SlotStatus play(const SlotRequest& request, emv::ResponseBuffer& answer) {
    const Step& step = steps_.at(done_++);
    CHECK(hex(request.command) == hex(bytes(step.command)));
    CHECK(step.on_pad == (request.kind == SlotRequest::Kind::verify_on_pad));
    REQUIRE(answer.assign(bytes(step.answer)));
    return step.status;
  }

  SlotStatus reset(emv::ResponseBuffer& answer) {
    const Step& step = resets_.at(resets_done_);
    if (resets_done_ + 1 < resets_.size()) ++resets_done_;
    REQUIRE(answer.assign(bytes(step.answer)));
    return step.status;
  }

  std::vector<Step> steps_, resets_;
  std::size_t done_ = 0;
  std::size_t resets_done_ = 0;
  int deactivations_ = 0;
};

}  // namespace sesame::transcript::test
