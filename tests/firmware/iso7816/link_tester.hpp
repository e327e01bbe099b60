// A card slot on the tester: a test plays the card and the clock, character by character, against the real
// Link. Any character that was not expected throws.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "firmware/core/iso7816/link.hpp"
#include "tests/firmware/core/hex.hpp"

namespace sesame::test {

class LinkTester {
 public:
  // 4.2 MHz: an etu is 88.6 us, the initial waiting time of 9600 etu is 851 ms.
  static constexpr std::uint32_t kClock = 4'200'000;

  explicit LinkTester(std::uint16_t least_clocks_per_etu = 372) : link({kClock, least_clocks_per_etu}) {}

  // To a card whose RST has just gone high, from activate() or warm_reset().
  void reset() {
    for (int steps = 0; !link.contacts().rst || !link.deadline(); ++steps) {
      if (steps == 2) throw std::logic_error("RST does not go high");
      expect_no_character();
      pass();
    }
  }
  void activate(std::string_view atr) {
    link.activate(now);
    if (link.contacts().rst) throw std::logic_error("a reset begins with RST high");
    reset();
    says(atr);
  }

  // The card sends these, a character each millisecond.
  void says(std::string_view hex) {
    for (const std::uint8_t character : bytes(hex)) says_one(character, true);
  }
  void says_one(std::uint8_t character, bool parity_ok) {
    expect_no_character();
    cards_turn_ = true;
    if (link.outcome()) throw std::logic_error("the request is over, and the card still talks");
    ++now;
    link.received(character, parity_ok, now);
  }
  // The card receives these; `taken` is what it signals for each of them. After one that it does not take it
  // is given time, as when it has the turn.
  void hears(std::string_view hex, bool taken = true) {
    for (const std::uint8_t character : bytes(hex)) {
      if (cards_turn_ || refused_) turn();
      if (!link.to_send())
        throw std::logic_error("nothing is sent, instead of " + test::hex({&character, 1}));
      const std::uint8_t sent = *link.to_send();
      if (sent != character) {
        throw std::logic_error(test::hex({&sent, 1}) + " is sent, instead of " + test::hex({&character, 1}));
      }
      ++now;
      link.sent(taken, now);
      refused_ = !taken;
    }
  }
  // The card says nothing until the reader has waited long enough. Returns how long that was.
  iso7816::Millis silence() {
    expect_no_character();
    cards_turn_ = true;
    const iso7816::Millis before = now;
    pass();
    return now - before;
  }

  void transmit(std::string_view hex) {
    command_ = bytes(hex);
    cards_turn_ = true;
    link.transmit(command_, now);
  }
  // What the request has ended with: bytes, or the name of the error.
  std::string outcome() const {
    const auto outcome = link.outcome();
    if (!outcome) return "still under way";
    if (outcome->error == iso7816::LinkError::none) return hex(outcome->bytes);
    if (!outcome->bytes.empty()) return "an error, with bytes";
    return std::string(to_string(outcome->error));
  }

  iso7816::Link link;
  iso7816::Millis now = 1'000'000;

 private:
  // The moment between the card's last character and ours.
  void turn() {
    cards_turn_ = refused_ = false;
    if (link.to_send()) throw std::logic_error("the card is given no time to listen");
    const iso7816::Millis before = now;
    pass();
    if (now - before < 2 || now - before > 10)
      throw std::logic_error("the card is given a wrong time to listen");
  }
  void pass() {
    if (!link.deadline()) throw std::logic_error("nothing to wait for");
    link.tick(*link.deadline() - 1);
    now = *link.deadline();
    link.tick(now);
  }
  void expect_no_character() const {
    const auto character = link.to_send();
    if (character) throw std::logic_error(hex({&*character, 1}) + " is sent, while the card has the turn");
  }

  ByteVector command_;
  bool cards_turn_ = true;  // it was, last
  bool refused_ = false;    // the last character that was sent
};

// An answer to reset of direct convention: TS before, TCK after what is given, which is T0 to the last
// historical byte.
inline std::string with_tck(std::string_view hex) {
  ByteVector atr = bytes(hex);
  std::uint8_t tck = 0;
  for (const std::uint8_t character : atr) tck = static_cast<std::uint8_t>(tck ^ character);
  atr.insert(atr.begin(), 0x3B);
  atr.push_back(tck);
  return test::hex(atr);
}

inline const std::string kMute = std::string(to_string(iso7816::LinkError::mute));
inline const std::string kBadAtr = std::string(to_string(iso7816::LinkError::bad_atr));
inline const std::string kParity = std::string(to_string(iso7816::LinkError::parity));
inline const std::string kProtocol = std::string(to_string(iso7816::LinkError::protocol));
inline const std::string kTooLong = std::string(to_string(iso7816::LinkError::too_long));

}  // namespace sesame::test
