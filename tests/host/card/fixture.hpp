// A terminal to put a card in: bytes are written and read as hexadecimal.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "firmware/core/emv/t0_exchange.hpp"
#include "host/card/virtual_card.hpp"
#include "tests/host/card/cards.hpp"

namespace sesame::card::test {

// ---- commands

inline std::string two_digits(std::size_t number) {
  const auto byte = static_cast<std::uint8_t>(number);
  return hex(Bytes(&byte, 1));
}

// Header and data, with Lc between them: "80A80000", "8300".
inline std::string command(std::string_view header, std::string_view data) {
  return std::string(header) + two_digits(bytes(data).size()) + std::string(data);
}

inline std::string select(std::string_view name) { return command("00A40400", name) + "00"; }
inline std::string select_next(std::string_view name) { return command("00A40402", name) + "00"; }
inline const std::string kSelectPse = select("315041592E5359532E4444463031");
inline const std::string kGpo = "80A8000002830000";
inline const std::string kGetAtc = "80CA9F3600";
inline const std::string kGetLastOnlineAtc = "80CA9F1300";
inline const std::string kGetTries = "80CA9F1700";

inline std::string read_record(unsigned sfi, unsigned record) {
  return "00B2" + two_digits(record) + two_digits(sfi << 3 | 4) + "00";
}

inline std::string verify(std::string_view pin) {
  std::string block = "2";
  block += "0123456789ABCDEF"[pin.size()];
  block += pin;
  block.resize(16, 'F');
  return command("00200080", block);
}

// `control`: 80 ARQC, 40 TC, 00 AAC.
inline std::string generate_ac(std::string_view control, std::string_view data) {
  return command("80AE" + std::string(control) + "00", data) + "00";
}
inline const std::string kZeros29(58, '0');
inline const std::string kZeros31(62, '0');
inline const std::string kFirstAc = generate_ac("80", kZeros29);
inline const std::string kSecondAc = generate_ac("00", kZeros31);

// ---- a card in a terminal

// How far a transaction has come.
enum class Stage { reset, directory, selected, initiated, pin_verified, first_ac_given, over };

class Terminal {
 public:
  explicit Terminal(Personalization card)
      : personalization_(std::move(card)), card_(personalization_, own_) {}
  Terminal(Personalization card, state::CounterStore& store)
      : personalization_(std::move(card)), card_(personalization_, store) {}

  // The whole answer; its status word; its data, where that is 9000.
  std::string send(std::string_view command) {
    card_.transmit(bytes(command), response_);
    return hex(response_);
  }
  std::string sw(std::string_view command) {
    const std::string answer = send(command);
    return answer.size() < 4 ? answer : answer.substr(answer.size() - 4);
  }
  std::string data(std::string_view command) {
    const std::string answer = send(command);
    INFO(command << " is answered " << answer);
    REQUIRE(answer.size() >= 4);
    REQUIRE(answer.substr(answer.size() - 4) == "9000");
    return answer.substr(0, answer.size() - 4);
  }

  // The whole answer, of a card of either protocol: 61xx and 6Cxx are followed.
  std::string whole(std::string_view command) {
    emv::T0Exchange exchange;
    const auto sent = bytes(command);
    exchange.start(sent);
    while (exchange.pending()) {
      card_.transmit(exchange.command(), response_);
      exchange.answer(response_);
    }
    REQUIRE(exchange.error() == emv::T0Error::none);
    return hex(exchange.response());
  }

  std::string cold_reset() {
    REQUIRE(card_.activate(response_) == SlotStatus::ok);
    return hex(response_);
  }
  std::string warm_reset() {
    REQUIRE(card_.warm_reset(response_) == SlotStatus::ok);
    return hex(response_);
  }

  // From a reset on.
  Terminal& go_to(Stage stage, std::string_view aid = kCap) {
    card_.activate(response_);
    if (stage == Stage::directory) data(kSelectPse);
    if (stage >= Stage::selected) data(select(aid));
    if (stage >= Stage::initiated) data(kGpo);
    if (stage >= Stage::pin_verified) data(verify("1234"));
    if (stage >= Stage::first_ac_given) data(kFirstAc);
    if (stage >= Stage::over) data(kSecondAc);
    return *this;
  }

  // As GET DATA tells them; in an open transaction.
  std::string atc() { return data(kGetAtc).substr(6); }
  std::string tries() { return data(kGetTries).substr(6); }

  VirtualCard& card() { return card_; }
  const emv::ResponseBuffer& response() const { return response_; }

 private:
  Personalization personalization_;
  state::EphemeralStore own_;
  VirtualCard card_;
  emv::ResponseBuffer response_;
};

}  // namespace sesame::card::test
