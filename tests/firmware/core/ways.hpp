// A way into each state of a reader, for the tests of what holds in all of them, or in some.
#pragma once

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/firmware/core/pin_order.hpp"
#include "tests/firmware/core/test_reader.hpp"

namespace sesame::test {

// What is typed on the way, and must not be remembered.
inline const std::string kTypedPin = "82467159", kTypedChallenge = "87654321";

struct Way {
  std::string_view state;
  std::function<void(TestReader&)>
      go;  // from a new reader with the keys of the Vasco, and a card that gives codes
};

inline const std::vector<Way>& ways() {
  static const std::vector<Way> all{
      {"off",
       [](TestReader& r) {
         r.insert();
         r.wait(30'000);
       }},
      {"insert_card", [](TestReader& r) { r.press("OK"); }},
      {"starting",
       [](TestReader& r) {
         r.answering = false;
         r.insert();
       }},
      {"choose_function", [](TestReader& r) { r.insert(); }},
      {"prompt",
       [](TestReader& r) {
         r.insert();
         r.press("M1");
         r.type(kTypedChallenge);
       }},
      {"pin",
       [](TestReader& r) {
         r.insert();
         r.press("M2");
         r.type(kTypedPin);
       }},
      {"working",
       [](TestReader& r) {
         r.card = TableCard(kAtr, with(identify(), "GET DATA", "silent"));
         r.use("M2", kTypedPin);
       }},
      {"last_try",
       [](TestReader& r) {
         r.card = TableCard(kAtr, with(identify(), "GET DATA", "9F1701019000"));
         r.use("M2", kTypedPin);
       }},
      {"wrong_pin",
       [](TestReader& r) {
         r.card = TableCard(kAtr, with(identify(), "VERIFY", "63C2"));
         r.use("M2", "1234");
       }},
      {"code",
       [](TestReader& r) {
         r.use("M2", "1234");
         r.press("OK");
       }},
      {"notice",
       [](TestReader& r) {
         r.card = TableCard("mute", {});
         r.insert();
       }},
      {"connected",
       [](TestReader& r) {
         r.insert();
         r.connect();
       }},
      {"host_pin",
       [](TestReader& r) {
         r.insert();
         r.connect();
         r.verify(PinOrder().hex());
       }},
  };
  return all;
}

inline void reach(TestReader& reader, std::string_view state) {
  for (const Way& way : ways()) {
    if (way.state == state) way.go(reader);
  }
  REQUIRE(reader.state() == state);
}

}  // namespace sesame::test
