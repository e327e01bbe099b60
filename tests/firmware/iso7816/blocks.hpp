// Blocks of T=1 (ISO 7816-3:2006, 11.3) in hex, named as its annex A names them.
#pragma once

#include <string>
#include <string_view>

#include "firmware/core/iso7816/edc.hpp"
#include "tests/firmware/core/hex.hpp"
#include "tests/firmware/iso7816/link_tester.hpp"

namespace sesame::test {

inline std::string block(std::uint8_t pcb, std::string_view information = {}) {
  const ByteVector inf = bytes(information);
  ByteVector all{0x00, pcb, static_cast<std::uint8_t>(inf.size())};
  all.insert(all.end(), inf.begin(), inf.end());
  std::uint8_t lrc = 0;
  for (const std::uint8_t byte : all) lrc = iso7816::lrc_add(lrc, byte);
  all.push_back(lrc);
  return hex(all);
}
inline std::string i_block(int ns, bool more, std::string_view information) {
  return block(static_cast<std::uint8_t>((ns != 0 ? 0x40 : 0) | (more ? 0x20 : 0)), information);
}
// `flaw`: 0 none, 1 parity or EDC, 2 another.
inline std::string r_block(int nr, int flaw = 0) {
  return block(static_cast<std::uint8_t>(0x80 | (nr != 0 ? 0x10 : 0) | flaw));
}
inline std::uint8_t s_type(std::string_view what) {
  if (what == "RESYNCH") return 0;
  if (what == "IFS") return 1;
  if (what == "ABORT") return 2;
  if (what == "WTX") return 3;
  throw std::invalid_argument("no such S-block: " + std::string(what));
}
inline std::string s_request(std::string_view what, std::string_view information = {}) {
  return block(static_cast<std::uint8_t>(0xC0 | s_type(what)), information);
}
inline std::string s_response(std::string_view what, std::string_view information = {}) {
  return block(static_cast<std::uint8_t>(0xE0 | s_type(what)), information);
}
// The same block with its last character changed.
inline std::string spoiled(std::string block) {
  block.back() = block.back() == '0' ? '1' : '0';
  return block;
}

// A command that fits in one block.
inline const std::string kCommand = "00A4040002A00000";

// A reader at T=1, beyond the first S(IFS request).
struct T1Tester : LinkTester {
  static constexpr iso7816::Millis kBwt = 1361;  // BWI 4: 2^4 * 960 * 372 / f + 11 etu
  static constexpr iso7816::Millis kCwt = 23;    // CWI 8: (11 + 2^8) etu is 23.6 ms
  static constexpr iso7816::Millis kSlack = iso7816::Link::kSlack;

  // TB3 48, IFSC 32.
  explicit T1Tester(const std::string& atr = with_tck("80 81 21 48")) { activate(atr); }

  // The first command, for which S(IFS request) goes out before.
  void first(std::string_view command) {
    transmit(command);
    hears(s_request("IFS", "FE"));
    says(s_response("IFS", "FE"));
  }
  // A bad block: the line must be quiet before anything is said to it.
  void says_badly(std::string_view hex) {
    says(hex);
    if (silence() != kCwt + 1 + kSlack)
      throw std::logic_error("the reader does not wait until the line is quiet");
  }
  void never_answers() {
    if (silence() != kBwt + 1 + kSlack)
      throw std::logic_error("the reader does not wait for the block waiting time");
  }
};

}  // namespace sesame::test
