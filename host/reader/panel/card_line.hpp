// What is in the slot of a reader whose contacts and characters come to this process: one character at a
// time, in microseconds of a clock that never goes back. Characters are as they stand on the line (ISO
// 7816-3:2006, 7).
#pragma once

#include <cstdint>
#include <optional>

namespace sesame {

class CardLine {
 public:
  using Micros = std::uint64_t;
  virtual ~CardLine() = default;

  // Whether there is a card; may change by itself, during receive().
  virtual bool present() const = 0;
  virtual void contacts(bool vcc, bool clk, bool rst, Micros now) = 0;
  virtual void received(std::uint8_t character, Micros now) = 0;
  // The card's next character, once its time has come.
  virtual std::optional<std::uint8_t> take(Micros now) = 0;
  // When take() may have one without anything happening before.
  virtual std::optional<Micros> due() const = 0;

  // A card elsewhere: readable when receive() has something to do. None: -1.
  virtual int descriptor() const { return -1; }
  // Failure(Failure::environment) where the other side is gone.
  virtual void receive(Micros /*now*/) {}
};

}  // namespace sesame
