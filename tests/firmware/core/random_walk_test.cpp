// Every event in every state, from a fixed sequence of random numbers, with a card that is sometimes good and
// sometimes hostile; after each event the rules of ReaderWatch hold.
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "tests/firmware/core/dialogue.hpp"
#include "tests/firmware/core/hex.hpp"
#include "tests/firmware/core/profiles.hpp"
#include "tests/firmware/core/reader_watch.hpp"

using namespace sesame;
using namespace sesame::test;

namespace {

class RandomWalk {
 public:
  RandomWalk(const ReaderProfile& profile, unsigned seed) : reader_(profile, &connection_), random_(seed) {
    for (const Step& step : identify()) good_answers_[step.name[0]].push_back(bytes(step.response));
  }

  void step() {
    const Event event = next_event();
    const State before = reader_.state();
    reader_.handle(event, now_);
    if (const auto broken = watch_.broken_rule(reader_, event, now_)) {
      FAIL(*broken << ", from state " << to_string(before) << " at event " << static_cast<int>(event.kind));
    }
    ++visits_[reader_.state()];
  }

  const std::map<State, int>& visits() const { return visits_; }

 private:
  unsigned below(unsigned limit) { return static_cast<unsigned>(random_()) % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }

  Event next_event() {
    now_ += below(20) == 0 ? below(90'000) : below(300);
    const auto request = reader_.request();
    if (request && chance(80)) return answer(*request);
    if (chance(reader_.state() == State::connected ? 60 : 3)) return from_host();
    switch (below(40)) {
      case 0: return Event::removed();
      case 1:
      case 2: return Event::inserted();
      case 3: return Event::tick();
      case 4: return Event::hold(any_key());
      case 5: {  // an answer that was not asked for
        bytes_ = random_bytes();
        return Event::answer(
            below(3) == 0 ? (request ? request->number - 1 : 7) : static_cast<std::uint32_t>(random_()),
            SlotStatus::ok, bytes_);
      }
      case 6: return Event::pin_on_pad();
      default: return Event::press(likely_key());
    }
  }

  // A program asks for something, mostly when it should.
  Event from_host() {
    const auto kind = static_cast<HostRequest::Kind>(below(5));
    switch (kind) {
      case HostRequest::Kind::transmit:
        bytes_ =
            chance(90) ? bytes(chance(50) ? "00A4040000" : "0020008008241234FFFFFFFFFF") : random_bytes();
        break;
      case HostRequest::Kind::verify_pin:
        bytes_ = bytes("1E0A8947040C040702090400000000 0D000000 0020008008 20FFFFFFFFFFFFFF");
        if (chance(20))
          bytes_[below(static_cast<unsigned>(bytes_.size()))] = static_cast<std::uint8_t>(random_());
        break;
      case HostRequest::Kind::deactivate:
        if (chance(80)) return Event::tick();
        break;
      case HostRequest::Kind::activate:
      case HostRequest::Kind::warm_reset: break;
    }
    return Event::from_host({static_cast<std::uint32_t>(random_()), kind, bytes_});
  }

  Key any_key() { return static_cast<Key>(below(static_cast<unsigned>(Key::f8) + 1)); }

  // What leads on from here, most of the time.
  Key likely_key() {
    if (chance(15)) return any_key();
    switch (reader_.state()) {
      case State::choose_function:
        return function_key(below(static_cast<unsigned>(reader_.profile().functions.size())));
      case State::menu: return chance(60) ? function_key(1) : chance(70) ? Key::d3 : Key::ok;
      case State::prompt:
        if (reader_.function()->on_insertion && chance(10)) return function_key(below(2));
        return chance(30) ? Key::ok : static_cast<Key>(below(11));
      case State::pin:
      case State::host_pin: return chance(20) ? Key::ok : static_cast<Key>(below(10));
      default: return Key::ok;
    }
  }

  Event answer(const SlotRequest& request) {
    const SlotStatus status = chance(99) ? SlotStatus::ok : static_cast<SlotStatus>(below(4));
    bytes_ = chance(96) ? good_answer(request) : random_bytes();
    return Event::answer(request.number, status, bytes_);
  }

  ByteVector good_answer(const SlotRequest& request) {
    switch (request.kind) {
      case SlotRequest::Kind::deactivate: return {};
      case SlotRequest::Kind::warm_reset:
      case SlotRequest::Kind::activate: return bytes(chance(20) ? "3F00" : "3B00");
      case SlotRequest::Kind::transmit:
      case SlotRequest::Kind::verify_on_pad: break;
    }
    if (chance(2)) return ByteVector(request.command.begin(), request.command.end());  // an echo
    switch (request.command[1]) {
      case 0xA4: return chance(85) ? named_fci(request.command) : bytes("6A82");
      case 0xA8: return good_answers_['G'][0];
      case 0xB2: return good_answers_['R'][request.command[2] == 1 ? 0 : 1];
      case 0xCA:
        if (request.command[3] == 0x36) return bytes(chance(50) ? "9F360200B49000" : "6985");
        return bytes(chance(30) ? "9F1701019000" : "9F1701039000");
      case 0x20: return bytes(chance(60) ? "9000" : (chance(50) ? "63C1" : "63C2"));
      case 0xAE: return bytes(kIdentifyAc + kOk);
      default: return bytes("6D00");
    }
  }

  // Of whatever application is asked for.
  static ByteVector named_fci(Bytes select) {
    const std::string name = select.size() > 5 ? hex(select.subspan(5, select.size() - 6)) : "";
    return bytes(fci(name, tlv("50", "434150") + tlv("5F2D", "66726E6C")));
  }

  ByteVector random_bytes() {
    ByteVector all(below(8) == 0 ? below(300) : below(12));
    for (std::uint8_t& byte : all) byte = static_cast<std::uint8_t>(random_());
    if (all.size() >= 2 && chance(50)) {
      static constexpr std::uint8_t sw1[] = {0x90, 0x61, 0x6C, 0x63, 0x69};
      all[all.size() - 2] = sw1[below(5)];
      if (chance(50)) all[all.size() - 1] = 0;
    }
    return all;
  }

  pinpad::Connection connection_;
  Reader reader_;
  ReaderWatch watch_{connection_};
  std::mt19937 random_;
  Millis now_ = 0;
  ByteVector bytes_;
  std::map<char, std::vector<ByteVector>> good_answers_;
  std::map<State, int> visits_;
};

}  // namespace

TEST_CASE("no event in any state breaks a rule: 250,000 of them, on five models") {
  std::map<State, int> visits;
  for (const ReaderProfile* profile : kProfiles) {
    for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) {
      CAPTURE(profile->name, seed);
      RandomWalk walk(*profile, seed);
      for (int i = 0; i < 10'000; ++i) walk.step();
      for (const auto& [state, times] : walk.visits()) visits[state] += times;
    }
  }
  for (int i = 0; i <= static_cast<int>(State::host_pin); ++i) {
    CAPTURE(to_string(static_cast<State>(i)));
    CHECK(visits[static_cast<State>(i)] > 500);  // the walk has really been everywhere
  }
}
