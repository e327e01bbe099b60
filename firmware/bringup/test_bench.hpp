// The tests of firmware/panel/bringup.hpp, each by the drivers that a reader has.
#pragma once

#include <cstdint>

#include "firmware/core/bytes.hpp"
#include "firmware/core/iso7816/link.hpp"
#include "firmware/panel/bringup.hpp"

namespace sesame::bringup {

using Result = Buffer<panel::kMostResult>;

class Bench {
 public:
  explicit Bench(const iso7816::Interface& interface) : interface_(interface) {}

  // What the test says; empty where there is no such test. A card without an answer takes four seconds.
  Result run(std::uint8_t test, std::uint8_t argument);

  // The first character of those that the display is to show, where it is.
  std::uint8_t first_shown() const { return first_shown_; }

 private:
  void set_contacts(std::uint8_t bits, Result& result);
  void echo(Result& result);
  void answer(Result& result);

  iso7816::Interface interface_;
  std::uint8_t first_shown_ = 0;
};

}  // namespace sesame::bringup
