// What other tools have logged of a card: its resets, and the commands and responses in their order, as they
// went (61xx and 6Cxx are not followed yet).
//
//   cardpeek        its replay file (.clf)              R:3B00   C:00A40400…:9000:6F1A…
//   pcscd           its log, with --apdu                00000012 APDU: 00 A4 …   00000345 SW: 6F … 90 00
//   pcsc-spy        what pcsc-spy prints, and what libpcscspy gives it
//   proxmark-trace  `trace list`, of a card with contacts, or with ISO/IEC 14443-4 around its APDUs
//   proxmark-emv    the JSON of `emv scan`: no commands, but what SELECT, GET PROCESSING OPTIONS and READ
//                   RECORD answered
//   hex             lines as people paste them: "> 00A4…" and "< 6F…9000", "C-APDU:" and "R-APDU:", what
//                   opensc-tool and scriptor print, or a command and its response turn by turn; "atr 3B…"
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sesame::logs {

enum class Format : std::uint8_t { cardpeek, pcscd, pcsc_spy, proxmark_trace, proxmark_emv, hex };
inline constexpr std::string_view kFormatNames[] = {"cardpeek",       "pcscd",        "pcsc-spy",
                                                    "proxmark-trace", "proxmark-emv", "hex"};
constexpr std::span<const std::string_view> names(Format) { return kFormatNames; }

struct Event {
  enum class Kind : std::uint8_t { reset, exchange };
  Kind kind = Kind::exchange;
  std::vector<std::uint8_t> atr;                // of a reset
  std::vector<std::uint8_t> command, response;  // 1 to 261 bytes; 2 to 258, or none: the card was mute
  // So many bytes of the command's data, the last ones, are not in the log.
  std::size_t unknown = 0;
};

// What a log looks like; nothing where it looks like none of them.
std::optional<Format> recognized(std::string_view text);

// At least one exchange; else, and where a line is not what it must be, Failure(Failure::invalid, "NAME:LINE:
// why"). No part of a line is repeated in it: it might hold a PIN.
std::vector<Event> read_log(std::string_view text, const std::string& name, Format format);

}  // namespace sesame::logs
