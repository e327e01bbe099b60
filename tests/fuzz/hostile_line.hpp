// A card slot where anything may come, for as long as the input lasts, and then nothing any more. Checks what
// holds for every request, whatever comes.
#pragma once

#include "firmware/core/iso7816/link.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace sesame::fuzz {

class HostileLine {
 public:
  HostileLine(const iso7816::Interface& interface, Input& input) : link(interface), input_(input) {}

  // Runs the request just begun to its end; `longest`, in ms, is what it may take. `hear(character)` is
  // called with each character that the card takes, `talk(say)` where the card has the turn and the input
  // goes on: it calls say(character, parity_ok) for as many as it likes, or for none, which is silence.
  template <class Hear, class Talk>
  iso7816::Link::Outcome run(iso7816::Millis longest, const Hear& hear, const Talk& talk) {
    const iso7816::Millis began = now_;
    const auto say = [this](std::uint8_t character, bool parity_ok) { say_one(character, parity_ok); };
    for (int steps = 0; !link.outcome(); ++steps) {
      require(steps < kMostSteps, "a request ends");
      require(now_ - began <= longest, "a request ends in time");
      if (const auto character = link.to_send()) {
        send(*character, hear);
      } else if (!input_.more()) {
        wait();
      } else {
        said_ = false;
        talk(say);
        if (!said_) wait();
      }
    }
    require(!link.deadline() && !link.to_send(), "nothing is wanted after the end");
    const auto outcome = *link.outcome();
    if (outcome.error != iso7816::LinkError::none) require(outcome.bytes.empty(), "an error has no bytes");
    require(!to_string(outcome.error).empty(), "an outcome has a text");
    return outcome;
  }

  // The whole answer to a cold reset, as it is. False where it was not accepted.
  bool activate(Bytes atr, bool inverse) {
    link.activate(now_);
    while (!link.contacts().rst || !link.deadline()) wait();
    for (const std::uint8_t character : atr) {
      ++now_;
      link.received(inverse ? iso7816::inverted(character) : character, true, now_);
    }
    return link.outcome() && link.outcome()->error == iso7816::LinkError::none;
  }

  iso7816::Millis now() const { return now_; }

  iso7816::Link link;

 private:
  static constexpr int kMostSteps = 100'000;

  template <class Hear>
  void send(std::uint8_t character, const Hear& hear) {
    require(link.contacts() == iso7816::Contacts{true, true, true}, "only a running card is spoken to");
    const bool taken = !link.settings().error_signal || input_.byte() % 16 != 15;
    ++now_;
    if (taken) hear(link.settings().inverse ? iso7816::inverted(character) : character);
    link.sent(taken, now_);
  }
  void say_one(std::uint8_t character, bool parity_ok) {
    said_ = true;
    now_ += character % 4;
    link.received(character, parity_ok, now_);
  }
  void wait() {
    require(link.deadline().has_value(), "a wait has a deadline");
    const auto deadline = *link.deadline();
    link.tick(deadline - 1);
    require(link.deadline() == deadline, "before the deadline nothing happens");
    now_ = std::max(now_, deadline);  // what is dropped does not move it
    link.tick(now_);
  }

  Input& input_;
  iso7816::Millis now_ = 0;
  bool said_ = false;
};

}  // namespace sesame::fuzz
