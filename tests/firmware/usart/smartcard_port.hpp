// What a USART in smartcard mode does to the line and hears of it, whatever its registers look like
// (RM0090, 30.3.11; AN4800): the two shift registers, the guard time, the error signal both ways. It hears
// what it sends. It samples once a bit, in the middle: what noise does is not modelled.
//
//   port.set({…});  port.send(0x3B, now);
//   …at *port.next(): const auto news = port.step(now);
#pragma once

#include <optional>

#include "tests/firmware/usart/line.hpp"

namespace sesame::board::model {

class SmartcardPort {
 public:
  struct Settings {
    bool on = false;  // the USART is enabled, in smartcard mode, its receiver and transmitter too
    Time etu = 0;
    unsigned guard = 0;           // GT
    bool half_stop_more = false;  // 1.5 stop bits, else 1
    bool nack = false;
    bool odd_parity = false;
  };
  struct Heard {
    std::uint8_t character;
    bool parity_error, framing_error;
  };

  explicit SmartcardPort(Line& line) : line_(line) {}

  const Settings& settings() const { return now_; }
  void set(const Settings& settings, Time now) {
    if (!settings.on) {
      hearing_ = {};
      sending_.reset();
    } else if (!now_.on) {
      hearing_.free_at = now;
    }
    now_ = settings;
  }

  // The shift register takes a character as soon as it is free.
  bool free() const { return !sending_; }
  void send(std::uint8_t character, Time now) {
    const Time start = now + now_.etu / 16;
    line_.put(Line::frame(character, now_.odd_parity), start, now_.etu);
    // A character takes 12 etu or 11, by the stop bits; then GT more until it is complete.
    sending_ = start + (now_.half_stop_more ? 12 : 11) * now_.etu + now_.guard * now_.etu;
    sent_at.push_back(start);
  }
  std::vector<Time> sent_at;  // the start bits, for tests
  // What is broken: the transmitter never comes to an end; the receiver hears nothing.
  bool jammed = false, deaf = false;

  std::optional<Time> next() const {
    if (!now_.on) return std::nullopt;
    std::optional<Time> first = jammed ? std::nullopt : sending_;
    if (deaf) return first;
    const std::optional<Time> hears = hearing_.next ? hearing_.next : line_.falls_after(hearing_.free_at);
    if (hears && (!first || *hears < *first)) first = hears;
    return first;
  }

  struct News {
    std::optional<Heard> heard;
    bool complete = false;
  };
  News step(Time now) {
    News news;
    if (sending_ && *sending_ <= now && !jammed) {
      sending_.reset();
      news.complete = true;
    }
    if (deaf) return news;
    if (!hearing_.next) {
      const auto falls = line_.falls_after(hearing_.free_at);
      if (falls && *falls <= now) begin(*falls);
    } else if (*hearing_.next <= now) {
      hearing_.parity_known ? news.heard = end() : news.heard = parity_bit_over();
    }
    return news;
  }

 private:
  struct Hearing {
    std::optional<Time> next;  // a character has begun, and this is when something happens to it
    Time start = 0;
    bool parity_known = false, nacked = false;
    Time free_at = 0;  // a start bit that falls before is not noticed
  };

  Time halves(unsigned count) const { return hearing_.start + count * now_.etu / 2; }

  void begin(Time start) {
    hearing_.start = start;
    hearing_.parity_known = hearing_.nacked = false;
    hearing_.next = halves(21);
  }

  std::uint16_t bits() const {
    std::uint16_t bits = 0;
    for (unsigned i = 0; i < 9; ++i) {
      if (line_.high(halves(2 * i + 3))) bits = static_cast<std::uint16_t>(bits | 1U << i);
    }
    return bits;
  }
  bool parity_error() const {
    const std::uint16_t heard = bits();
    return heard != Line::frame(static_cast<std::uint8_t>(heard & 0xFF), now_.odd_parity);
  }

  // After the first half of the stop bit the error signal begins, for one etu.
  std::optional<Heard> parity_bit_over() {
    hearing_.parity_known = true;
    hearing_.nacked = now_.nack && now_.half_stop_more && parity_error();
    if (hearing_.nacked) line_.pull(halves(21), halves(23));
    hearing_.next = halves(now_.half_stop_more ? 23 : 22);
    return std::nullopt;
  }

  // The stop bit is sampled in the middle of its last whole bit. With one and a half the receiver is busy for
  // half a bit more; with one it is free.
  std::optional<Heard> end() {
    const bool framing_error = !hearing_.nacked && !line_.high(halves(now_.half_stop_more ? 22 : 21));
    const Heard heard{static_cast<std::uint8_t>(bits() & 0xFF), parity_error(), framing_error};
    hearing_.free_at = now_.half_stop_more ? halves(23) - 1 : halves(21) + now_.etu / 8;
    hearing_.next.reset();
    return heard;
  }

  Line& line_;
  Settings now_;
  std::optional<Time> sending_;  // when it is complete
  Hearing hearing_;
};

}  // namespace sesame::board::model
