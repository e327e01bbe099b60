// The whole firmware but the board: the core's Reader and Link, and a card at character level, in virtual
// time. As a Device: what a person sees. One character in either direction may be spoiled.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "firmware/core/iso7816/link.hpp"
#include "firmware/core/reader.hpp"
#include "host/card/iso7816/character_card.hpp"
#include "host/reader/device.hpp"

namespace sesame::contacts::test {

using card::iso7816::Micros;

// What happens on the line to the n-th character in one direction.
struct Fault {
  enum class Kind : std::uint8_t { lost, flipped, wrong_parity };
  enum class Direction : std::uint8_t { to_card, to_reader };

  Direction direction = Direction::to_card;
  std::size_t character = 0;  // from 0
  Kind kind = Kind::lost;
  std::uint8_t bit = 0;  // flipped
};

class ReaderOverContacts final : public Device {
 public:
  // All outlive it. `least_clocks_per_etu` as in iso7816::Interface: below 372 the reader asks for PPS.
  ReaderOverContacts(const ReaderProfile& profile, CardSlot& card,
                     const card::iso7816::Misbehavior& misbehavior = {},
                     std::uint16_t least_clocks_per_etu = 372)
      : reader_(profile), link_({kClock, least_clocks_per_etu}), card_(card, misbehavior, kClock) {}

  void spoil(const Fault& fault) { fault_ = fault; }

  void insert() override { handle(Event::inserted()); }
  void remove() override { handle(Event::removed()); }
  void press(Key key) override { handle(Event::press(key)); }
  void hold(Key key) override { handle(Event::hold(key)); }
  Screen shown() const override { return reader_.screen(); }
  State state() const override { return reader_.state(); }
  Notice notice() const override { return reader_.notice(); }
  std::optional<std::uint8_t> tries_left() const override { return reader_.tries_left(); }
  cap::Fault fault() const override { return reader_.fault(); }
  std::string code() const override { return {reader_.code().begin(), reader_.code().end()}; }

  Micros now() const { return now_; }
  // Characters that went, spoiled or not.
  std::size_t to_card() const { return to_card_; }
  std::size_t to_reader() const { return to_reader_; }
  card::iso7816::Rate fastest() const { return fastest_; }

 private:
  static constexpr std::uint32_t kClock = 4'200'000;
  // A reader that asks for more than this at one key is not coming to rest.
  static constexpr int kMostSteps = 1'000'000;

  Millis millis() const { return now_ / 1000; }

  void handle(const Event& event) {
    reader_.handle(event, millis());
    for (int steps = 0; reader_.request(); ++steps) {
      if (steps == kMostSteps) throw std::logic_error("the reader does not come to rest");
      take_request();
      if (link_.outcome()) {
        answer();
      } else {
        step();
      }
    }
  }

  void take_request() {
    const SlotRequest request = *reader_.request();
    if (request.number == number_) return;
    number_ = request.number;
    switch (request.kind) {
      case SlotRequest::Kind::activate: link_.activate(millis()); break;
      case SlotRequest::Kind::warm_reset: link_.warm_reset(millis()); break;
      case SlotRequest::Kind::transmit: link_.transmit(request.command, millis()); break;
      case SlotRequest::Kind::deactivate: link_.deactivate(millis()); break;
      case SlotRequest::Kind::verify_on_pad: throw std::logic_error("a slot without a pinpad");
    }
  }

  void answer() {
    const auto outcome = *link_.outcome();
    const bool mute = outcome.error == iso7816::LinkError::mute;
    const auto status = outcome.error == iso7816::LinkError::none ? SlotStatus::ok
                        : mute                                    ? SlotStatus::mute
                                                                  : SlotStatus::garbled;
    static_cast<void>(answer_.assign(outcome.bytes));
    set_contacts();
    reader_.handle(Event::answer(number_, status, answer_), millis());
  }

  // One thing that happens, and the time until then.
  void step() {
    set_contacts();
    if (const auto character = link_.to_send()) return send(*character);
    const auto next = card_.next();
    const auto own = card_.deadline();
    const auto link = in_micros(link_.deadline());
    const auto reader = in_micros(reader_.deadline());
    const Micros at = earliest(next ? std::optional(next->at) : std::nullopt, own, link, reader);
    now_ = std::max(now_, at);
    if (next && next->at <= at) return receive(*next);
    if (own && *own <= at) return card_.tick(now_);
    if (link && *link <= at) return link_.tick(millis());
    reader_.handle(Event::tick(), millis());
  }

  static std::optional<Micros> in_micros(std::optional<Millis> millis) {
    return millis ? std::optional(*millis * 1000) : std::nullopt;
  }
  template <class... Times>
  static Micros earliest(Times... times) {
    std::optional<Micros> first;
    for (const std::optional<Micros>& time : {times...}) {
      if (time && (!first || *time < *first)) first = time;
    }
    if (!first) throw std::logic_error("the reader waits for nothing");
    return *first;
  }

  void set_contacts() {
    const auto wanted = link_.contacts();
    if (wanted == contacts_) return;
    contacts_ = wanted;
    card_.contacts(wanted.vcc, wanted.clk, wanted.rst, now_);
  }

  std::optional<Fault> fault_at(Fault::Direction direction, std::size_t character) const {
    const bool here = fault_ && fault_->direction == direction && fault_->character == character;
    return here ? fault_ : std::nullopt;
  }

  void send(std::uint8_t character) {
    const auto settings = link_.settings();
    now_ += (12ULL + settings.guard) * settings.f * 1'000'000 / (std::uint64_t{settings.d} * kClock);
    const auto fault = fault_at(Fault::Direction::to_card, to_card_++);
    const bool parity_ok = !fault || fault->kind != Fault::Kind::wrong_parity;
    link_.sent(parity_ok || !card_.error_signal(), millis());
    if (fault && fault->kind == Fault::Kind::lost) return;
    if (fault && fault->kind == Fault::Kind::flipped) character = flipped(character, *fault);
    card_.received(character, parity_ok, now_);
    fastest_ = std::max(fastest_, card_.rate(), [](auto a, auto b) { return a.f * b.d > b.f * a.d; });
  }

  void receive(card::iso7816::CharacterCard::Outgoing next) {
    const auto fault = fault_at(Fault::Direction::to_reader, to_reader_++);
    const bool lost = fault && fault->kind == Fault::Kind::lost;
    if (fault && fault->kind == Fault::Kind::flipped) next.character = flipped(next.character, *fault);
    if (fault && fault->kind == Fault::Kind::wrong_parity) next.parity_ok = false;
    const bool taken = lost || next.parity_ok || !link_.settings().error_signal;
    if (!lost) link_.received(next.character, next.parity_ok, millis());
    card_.sent(taken, now_);
  }

  static std::uint8_t flipped(std::uint8_t character, const Fault& fault) {
    return static_cast<std::uint8_t>(character ^ (1U << fault.bit));
  }

  Reader reader_;
  iso7816::Link link_;
  card::iso7816::CharacterCard card_;
  iso7816::Contacts contacts_;
  emv::ResponseBuffer answer_;
  std::uint32_t number_ = 0;  // of the request that the link has
  std::optional<Fault> fault_;
  std::size_t to_card_ = 0, to_reader_ = 0;
  card::iso7816::Rate fastest_;
  Micros now_ = 0;
};

}  // namespace sesame::contacts::test
