// A virtual card under watch: whatever it is sent, what must never happen to a card does not. For the tests
// and the fuzzer; no test framework in here.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "firmware/core/emv/dol.hpp"
#include "host/card/virtual_card.hpp"

namespace sesame::card::test {

class WatchedCard {
 public:
  // Both outlive the watched card. All applications of the card need the PIN. How many cryptograms it gives
  // is watched where its file says nothing of when it does.
  WatchedCard(const Personalization& personalization, state::CounterStore& store)
      : personalization_(personalization),
        card_(personalization, store),
        seen_(personalization.applications.size()) {
    note_counters();
  }

  void reset() {
    card_.activate(response_);
    pin_ok_ = false;
  }

  // nullptr; or what the card did that no card may do.
  const char* transmit(Bytes command) {
    card_.transmit(command, response_);
    if (response_.size() < 2) return "an answer without a status word";
    sw_ = static_cast<std::uint16_t>(response_[response_.size() - 2] << 8 | response_[response_.size() - 1]);
    const bool t1 = personalization_.protocol == Protocol::t1;
    if (t1 && (sw_ >> 8 == 0x61 || sw_ >> 8 == 0x6C)) return "61xx or 6Cxx over T=1";
    if (response_.size() > 2 && sw_ != 0x9000 && sw_ >> 8 != 0x61) return "data beside an error";
    const char* fault = watch_atc(command);
    if (fault == nullptr) fault = watch_tries(command);
    if (fault == nullptr) fault = watch_cryptograms(command);
    note_counters();
    return fault;
  }

  const emv::ResponseBuffer& response() const { return response_; }
  VirtualCard& card() { return card_; }

 private:
  struct Seen {
    std::uint16_t atc = 0;
    int cryptograms = 0;  // under that ATC
  };

  bool accepted() const { return sw_ == 0x9000 || sw_ >> 8 == 0x61; }
  static bool is(Bytes command, std::uint8_t cla, std::uint8_t ins) {
    return command.size() >= 4 && command[0] == cla && command[1] == ins;
  }

  // One more, for one application, at a successful GET PROCESSING OPTIONS; else none.
  const char* watch_atc(Bytes command) {
    std::size_t counted = 0;
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      const std::uint16_t now = card_.counters().atc(i);
      if (now == seen_[i].atc) continue;
      if (now != seen_[i].atc + 1) return "an ATC that jumps";
      ++counted;
      current_ = i;
    }
    const bool begins = is(command, 0x80, 0xA8) && accepted();
    if (counted != (begins ? 1 : 0)) return "an ATC that counts something else than transactions";
    if (begins) pin_ok_ = false;
    return nullptr;
  }

  // One less where VERIFY says so; all of them where the PIN was right; else the same.
  const char* watch_tries(Bytes command) {
    const std::uint8_t now = card_.counters().tries_left();
    const bool verify = is(command, 0x00, 0x20) && command.size() >= 13;
    if (verify && accepted()) {
      pin_ok_ = right_pin(command.subspan(5, 8));
      if (!pin_ok_) return "a wrong PIN that was accepted";
      if (tries_ == 0) return "a PIN accepted without a try left";
      return now == personalization_.try_limit ? nullptr : "tries that a right PIN did not restore";
    }
    if (verify && sw_ >> 4 == 0x63C) {
      pin_ok_ = false;
      if (right_pin(command.subspan(5, 8))) return "a right PIN that was refused";
      return now + 1 == tries_ && now == (sw_ & 0x0F) ? nullptr : "a wrong PIN that took no try";
    }
    return now == tries_ ? nullptr : "tries that changed without a PIN";
  }

  const char* watch_cryptograms(Bytes command) {
    if (is(command, 0x80, 0xA8) && accepted()) seen_[current_].cryptograms = 0;
    if (!is(command, 0x80, 0xAE) || !accepted()) return nullptr;
    const auto& states = personalization_.behavior.states;
    const bool as_every_card = std::all_of(states.begin(), states.end(),
                                           [](const CardState& state) { return state.replies.empty(); });
    if (++seen_[current_].cryptograms > 2 && as_every_card) return "a third cryptogram under one ATC";
    if (sw_ != 0x9000) return nullptr;  // over T=0: not seen yet
    const bool arqc =
        (response_[personalization_.applications[current_].answer_format == AnswerFormat::format1 ? 2 : 5] &
         0xC0) == 0x80;
    if (arqc && !pin_ok_) return "an ARQC without a PIN";
    if (arqc && seen_[current_].cryptograms != 1) return "a second ARQC under one ATC";
    return nullptr;
  }

  bool right_pin(Bytes block) const {
    const std::string_view pin = personalization_.pin.view();
    std::array<std::uint8_t, 8> right;
    right.fill(0xFF);
    right[0] = static_cast<std::uint8_t>(0x20 | pin.size());
    for (std::size_t i = 0; i < pin.size(); ++i) {
      const auto digit = static_cast<std::uint8_t>(pin[i] - '0');
      std::uint8_t& byte = right[1 + i / 2];
      byte = static_cast<std::uint8_t>(i % 2 == 0 ? digit << 4 | 0x0F : (byte & 0xF0) | digit);
    }
    return equal(block, right);
  }

  void note_counters() {
    for (std::size_t i = 0; i < seen_.size(); ++i) seen_[i].atc = card_.counters().atc(i);
    tries_ = card_.counters().tries_left();
  }

  const Personalization& personalization_;
  VirtualCard card_;
  emv::ResponseBuffer response_;
  std::uint16_t sw_ = 0;
  std::vector<Seen> seen_;  // by application
  std::size_t current_ = 0;
  std::uint8_t tries_ = 0;
  bool pin_ok_ = false;
};

// Commands that lead through a transaction with that application, and some that do not; PIN 1234.
inline std::vector<ByteString> sensible_commands(const Application& application) {
  std::vector<ByteString> commands;
  const auto add = [&](std::array<std::uint8_t, 4> header, const ByteString& data,
                       std::optional<std::uint8_t> le) {
    ByteString& command = commands.emplace_back(header.begin(), header.end());
    if (!data.empty()) command.push_back(static_cast<std::uint8_t>(data.size()));
    command.insert(command.end(), data.begin(), data.end());
    if (le) command.push_back(*le);
  };
  const auto zeros = [](const ByteString& dol) { return ByteString(*emv::data_length(dol), 0); };
  ByteString options = zeros(application.pdol);
  options.insert(options.begin(), {0x83, static_cast<std::uint8_t>(options.size())});
  add({0x00, 0xA4, 0x04, 0x00}, application.aid, std::uint8_t{0});
  add({0x80, 0xA8, 0x00, 0x00}, options, std::uint8_t{0});
  add({0x00, 0x20, 0x00, 0x80}, {0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, {});
  add({0x80, 0xAE, 0x80, 0x00}, zeros(application.cdol1), std::uint8_t{0});
  add({0x80, 0xAE, 0x00, 0x00}, zeros(application.cdol2), std::uint8_t{0});
  add({0x00, 0x20, 0x00, 0x80}, {0x24, 0x43, 0x21, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, {});
  add({0x80, 0xAE, 0x40, 0x00}, zeros(application.cdol1), std::uint8_t{0});
  add({0x80, 0xAE, 0x80, 0x00}, zeros(application.cdol2), std::uint8_t{0});
  add({0x00, 0xA4, 0x04, 0x02}, {0xA0}, std::uint8_t{0});
  add({0x00, 0xA4, 0x04, 0x00}, {'1', 'P', 'A', 'Y', '.', 'S', 'Y', 'S', '.', 'D', 'D', 'F', '0', '1'},
      std::uint8_t{0});
  add({0x00, 0xB2, 0x01, 0x0C}, {}, std::uint8_t{0});
  add({0x80, 0xCA, 0x9F, 0x36}, {}, std::uint8_t{5});
  add({0x80, 0xCA, 0x9F, 0x17}, {}, std::uint8_t{0});
  add({0x00, 0xC0, 0x00, 0x00}, {}, std::uint8_t{0x10});
  return commands;
}

}  // namespace sesame::card::test
