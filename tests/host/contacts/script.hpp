// A card at character level under a script of characters, in virtual time.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "host/card/iso7816/character_card.hpp"
#include "tests/host/keys/hex.hpp"

namespace sesame::card::iso7816::test {

using keys::test::bytes;
using keys::test::hex;

// ATRs: of a card of T=0, and of one of T=1 (IFSC 32, LRC, BWI 4).
inline constexpr const char* kT0 = "3B00";
inline constexpr const char* kT1 = "3B 80 01 81";

// Answers what it was told to answer, in order; anything else 6D00. Keeps what it was asked.
class ScriptedCard final : public CardSlot {
 public:
  explicit ScriptedCard(std::string atr) : cold_(bytes(atr)), warm_(cold_) {}

  void on(const std::string& command, const std::string& response) { answers_[command].push_back(response); }
  void warm_atr(const std::string& atr) { warm_ = bytes(atr); }
  const std::vector<std::string>& asked() const { return asked_; }
  std::size_t cold_resets = 0, warm_resets = 0;

  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    switch (request.kind) {
      case SlotRequest::Kind::activate: ++cold_resets; return give(cold_, answer);
      case SlotRequest::Kind::warm_reset: ++warm_resets; return give(warm_, answer);
      case SlotRequest::Kind::transmit: return transmitted(hex(request.command), answer);
      default: return SlotStatus::ok;
    }
  }

 private:
  static SlotStatus give(Bytes bytes, emv::ResponseBuffer& answer) {
    return answer.assign(bytes) ? SlotStatus::ok : SlotStatus::garbled;
  }
  SlotStatus transmitted(const std::string& command, emv::ResponseBuffer& answer) {
    asked_.push_back(command);
    auto& left = answers_[command];
    const std::string next = left.empty() ? "6D00" : left.front();
    if (!left.empty()) left.pop_front();
    return next == "mute" ? SlotStatus::mute : give(bytes(next), answer);
  }

  std::vector<std::uint8_t> cold_, warm_;
  std::map<std::string, std::deque<std::string>> answers_;
  std::vector<std::string> asked_;
};

// A reader at the contacts. Characters of the reader are a millisecond apart.
class Script {
 public:
  explicit Script(const std::string& atr, const std::string& misbehavior = "")
      : apdus(atr), card(apdus, parse_misbehavior(misbehavior)) {}

  ScriptedCard apdus;
  CharacterCard card;
  Micros now = 1'000'000;
  std::vector<Micros> moments;  // of the characters last heard
  Micros spoke = 0;             // when the reader's last one was there

  // VCC, CLK, then RST: 6.2.2. What the card says.
  std::string power_up() {
    card.contacts(false, false, false, now);
    card.contacts(true, true, false, now);
    now += 200;
    return rst_high();
  }
  // 6.2.3.
  std::string warm_reset() {
    card.contacts(true, true, false, now);
    now += 200;
    return rst_high();
  }
  std::string rst_high() {
    card.contacts(true, true, true, now);
    spoke = now;
    return hear();
  }

  // Sends, and hears what comes of it.
  std::string say(const std::string& characters) {
    for (const std::uint8_t character : bytes(characters)) tell(character);
    return hear();
  }
  void tell(std::uint8_t character, bool parity_ok = true) {
    now += 1'000;
    spoke = now;
    card.received(character, parity_ok, now);
  }

  // All that the card sends until nothing more comes by itself; a character with a wrong parity has a ! after
  // it.
  std::string hear() {
    std::string heard;
    moments.clear();
    for (;;) {
      if (const auto next = card.next()) {
        now = std::max(now, next->at);
        moments.push_back(now);
        heard += hex(Bytes(&next->character, 1)) + (next->parity_ok ? "" : "!");
        card.sent(true, now);
      } else if (const auto deadline = card.deadline()) {
        now = std::max(now, *deadline);
        card.tick(now);
      } else {
        return heard;
      }
    }
  }
};

// A block of T=1 with its LRC.
inline std::string block(const std::string& text) {
  std::vector<std::uint8_t> all = bytes(text);
  std::uint8_t lrc = 0;
  for (const std::uint8_t byte : all) lrc = static_cast<std::uint8_t>(lrc ^ byte);
  all.push_back(lrc);
  return hex(all);
}

}  // namespace sesame::card::iso7816::test
