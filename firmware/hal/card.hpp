// The card slot: contacts and characters (ISO 7816-3:2006, 5 to 7). Characters come and go as they stand on
// the line; convention, protocol and time-outs are the core's (firmware/core/iso7816/link.hpp).
#pragma once

#include <cstdint>
#include <optional>

#include "firmware/core/iso7816/link.hpp"

namespace sesame::hal::card {

void init();

// Debounced where the contact bounces. False for a board whose panel link has taken over (see panel.hpp).
bool present();

// In the order of 6.2.2 and 6.4 where several change at once. RST low also drops what was received and not
// yet read.
void set(const iso7816::Contacts& contacts);
void set(const iso7816::LineSettings& settings);

// Begins to send; only where sending() is over. What the board hears of itself it drops.
void send(std::uint8_t character);
enum class Sending : std::uint8_t { over, busy };
Sending sending();
// After the last send(): false where the card signaled a parity error (7.3).
bool taken();
// After the last send(): whether the board has heard what it sent itself, as it does where the line is whole.
bool heard_itself();

struct Character {
  std::uint8_t value = 0;
  bool parity_ok = true;
  bool lost_before = false;  // there was one before it that came too fast
};
// The next of those that came meanwhile; received in an interrupt, so that none is lost while the loop works.
std::optional<Character> receive();

}  // namespace sesame::hal::card
