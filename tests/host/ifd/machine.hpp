// The reader of the manual with its card, in memory.
#pragma once

#include <string>
#include <vector>

#include "host/base/hex.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/ifd/wire.hpp"
#include "host/profile/reader_file.hpp"
#include "host/reader/native_reader.hpp"
#include "host/state/counters.hpp"

namespace sesame::ifd::test {

using Octets = std::vector<std::uint8_t>;

inline Octets hex(std::string_view text) { return std::get<Octets>(parse_hex(text)); }
inline std::string text(Bytes bytes) { return to_hex(bytes); }

inline constexpr std::string_view kAtr = "3B6500005345534D01", kSelect = "00A4040007A0000000048002",
                                  kGetProcessingOptions = "80A80000028300";

// What a program is told when it powers the card.
inline const std::string kPoweredUp = "00" + std::string(kAtr);

// PIN_VERIFY_STRUCTURE for a VERIFY with an EMV PIN block.
inline Octets pin_order(std::uint8_t timeout = 0) {
  Octets order = hex("0000 89 47 04 0C04 02 01 0C04 00 000000 0D000000 0020008008 20FFFFFFFFFFFFFF");
  order[0] = timeout;
  return order;
}

struct Machine {
  profile::LoadedReader loaded = profile::load_reader("sesame");
  card::Personalization personalization = card::load_card("sesame-card");
  state::EphemeralStore store;
  card::VirtualCard card{personalization, store};
  NativeReader reader{loaded.profile(), card};

  void type(std::string_view keys) {
    for (const char c : keys) reader.press(c == '\n' ? Key::ok : c == 'c' ? Key::clear : digit_key(c));
  }
};

inline Octets request(Operation operation, Bytes bytes = {}, std::uint32_t code = 0) {
  Message message;
  if (!put(Request{operation, code, bytes}, message)) throw std::runtime_error("too long");
  return {message.begin(), message.end()};
}

}  // namespace sesame::ifd::test
