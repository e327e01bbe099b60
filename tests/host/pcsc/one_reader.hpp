// A private daemon with one reader, and the cards that are put into it.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "host/pcsc/context.hpp"
#include "host/pcsc/readers.hpp"
#include "tests/host/io/failures.hpp"
#include "tests/pcscd/private_daemon.hpp"
#include "tests/pcscd/script_card.hpp"

namespace sesame::pcsc {

using pcscd::Contact;
using pcscd::Contacts;
using pcscd::Script;
using pcscd::ScriptCard;
using sesame::test::said_by;

inline std::vector<std::uint8_t> hex(const std::string& text) { return pcscd::bytes(text); }
inline std::vector<std::uint8_t> copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// ATRs: of a card of T=0, of one of T=1, and of one of inverse convention.
inline const std::vector<std::uint8_t> kAtrT0 = hex("3B 65 00 00 20 63 CB 68 00");
inline const std::vector<std::uint8_t> kAtrT1 = hex("3B E0 00 00 81 31 20 45 35");
inline const std::vector<std::uint8_t> kAtrInverse = hex("3F 65 25 00 2C 09 69 90 00");

// GET CHALLENGE, which needs no application.
inline const std::vector<std::uint8_t> kCommand = hex("00 84 00 00 02");

// Longer than anything here takes; a test that needs it has failed.
inline constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(10);

// What others on the machine do comes about when they get to it.
template <class Condition>
void eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= end) throw std::runtime_error("it did not come about");
    std::this_thread::yield();
  }
}

struct OneReader {
  std::uint16_t port = pcscd::free_port();
  pcscd::PrivateDaemon daemon{{pcscd::vpcd_reader("Bench", port)}};
  Context context;
  std::string reader = "Bench 00 00";

  // Returns when the reader has noticed.
  std::unique_ptr<ScriptCard> insert(Script script) {
    auto card = std::make_unique<ScriptCard>(port, std::move(script));
    wait_for_card(context, reader, kPatience, [] {});
    return card;
  }
  void remove(ScriptCard& card) {
    card.pull();
    if (!card_leaves(context, reader, kPatience)) throw std::runtime_error("the card is still there");
  }
};

inline bool ends_with(const Contacts& contacts, const Contacts& end) {
  return contacts.size() >= end.size() && std::equal(end.rbegin(), end.rend(), contacts.rbegin());
}

}  // namespace sesame::pcsc
