// What a card does wrong, or at the edge of what is right, to see what a reader makes of it. Plain data with
// a text form: a list with commas, e.g. "nulls=2,single,slow=90".
//
//   nulls=N       T=0: N times NULL (60) before each procedure byte (ISO 7816-3:2006, 10.3.3)
//   single        T=0: asks for, and sends, data one byte at a time: INS^FF before each
//   slow=P        before each procedure byte, block or PPS response P percent of the waiting time, also with
//                 NULLs and WTX: up to 100 it is only slow, beyond that it is late
//   wtx=N         T=1: asks for N times the block waiting time before each answer (11.6.2.2)
//   mute          no answer to reset
//   mute-after=N  silent from the command APDU after the first N: also after a reset
//   garbage=N     random characters, 1 to 40, instead of the N-th answer to a command
//   seed=N        which random characters
//   bad-lrc=N     T=1: the N-th block has a wrong LRC or CRC
//   lose=N        the N-th character that it sends, of all since it was made, is lost
//   corrupt=N     that character has a bit flipped, its parity right
//   parity=N      that character comes with a wrong parity
//   bad-atr       TS is neither 3B nor 3F
//
// N counts from 1, to 65535 (wtx: 255); P to 1000.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sesame::card::iso7816 {

// 0 and false: not at all.
struct Misbehavior {
  std::uint16_t nulls = 0;
  bool single = false;
  std::uint16_t slow = 0;
  std::uint16_t wtx = 0;
  bool mute = false;
  std::uint16_t mute_after = 0;
  std::uint16_t garbage = 0;
  std::uint16_t seed = 1;
  std::uint16_t bad_lrc = 0;
  std::uint16_t lose = 0;
  std::uint16_t corrupt = 0;
  std::uint16_t parity = 0;
  bool bad_atr = false;

  friend bool operator==(const Misbehavior&, const Misbehavior&) = default;
};

// Failure(Failure::invalid): a word that is not one of these, or a number out of its range. The empty text is
// no misbehavior.
Misbehavior parse_misbehavior(std::string_view text);
// Numbers, then words; parse_misbehavior(to_text(m)) == m.
std::string to_text(const Misbehavior& misbehavior);

}  // namespace sesame::card::iso7816
