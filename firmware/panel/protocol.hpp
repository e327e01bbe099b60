// The panel link: a host in the place of the keys, the eyes and the card detect switch. It carries what a
// camera would see, the code included; never a PIN and never a byte of the card.
//
// A frame stands between two END bytes (RFC 1055: C0; C0 and DB inside are escaped as DB DC and DB DD) and is
//
//   type 1, body 0 to kMaxBody, CRC 2
//
// The CRC is that of ISO 13239, as in T=1 (polynomial 1021 reflected, from FFFF, complemented), low byte
// first. What has no valid CRC is dropped, and so is an unknown type: the end that waits for an answer asks
// again.
//
//   host to reader
//     48 'H'  hello                   answered with I, C, S, W, then A
//     4B 'K'  kind 1, key 1           a key: kind 00 press, 01 hold; key as `enum class Key`
//     50 'P'  present 1               the card: 00 out, 01 in
//     54 'T'  test 1, argument 1       the bring-up image alone (bringup.hpp): answered with R, then A
//     each ends with a sequence number, 1 byte, chosen by the host: another than in the frame before, unless
//     it is that frame again. What comes again is acknowledged again, and not handled a second time; a hello
//     is always answered in full.
//   reader to host
//     49 'I'  version 1, digest 4, reader, 00, board, 00, software, 00, revision
//             kVersion; generated::kDigest of the reader's profile, low byte first; names in ASCII, and the
//             version of the sources and their commit
//     53 'S'  state 1, notice 1, tries 1, lit 1, rows 1, columns 1, cells
//             what is shown; cells row by row, UTF-16, low byte first; state and notice as the enums of
//             state.hpp; tries: PIN tries left where the screen tells them, else FF
//     57 'W'  power 1, time 4          00 asleep, 01 awake; milliseconds since reset, low byte first
//     43 'C'  contacts 1               bit 0 VCC, bit 1 RST, bit 2 CLK
//     46 'F'  cause 1, vector 1, PC 4, LR 4, CFSR 4
//             how the run before this one ended, where memory has kept it (hal::Fault): in the answer to a
//             hello, before S
//     52 'R'  test 1, values           the bring-up image: what the test said
//     41 'A'  sequence 1, time 4       the frame with that number is handled; all it changed at once was sent
//
// S and C come whenever they change, and before the A of a frame that changed them; after each S stands a W
// with its time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/iso7816/edc.hpp"
#include "firmware/core/reader.hpp"

namespace sesame::panel {

inline constexpr std::uint8_t kVersion = 2;
inline constexpr std::uint8_t kEnd = 0xC0, kEscape = 0xDB, kEscapedEnd = 0xDC, kEscapedEscape = 0xDD;
inline constexpr std::uint8_t kNoTries = 0xFF;
// In the order of hal::FaultCause.
inline constexpr std::string_view kFaultCauses[] = {"the program", "an exception", "an unknown interrupt",
                                                    "a loop that hung", "the watchdog"};

enum class Type : std::uint8_t {
  hello = 'H',
  key = 'K',
  presence = 'P',
  test = 'T',
  identity = 'I',
  screen = 'S',
  power = 'W',
  contacts = 'C',
  result = 'R',
  fault = 'F',
  acknowledge = 'A',
};

// Writes frames byte by byte into `Put`, a callable of one byte: a board needs no buffer for them.
//
//   FrameWriter out(put, Type::acknowledge);
//   out.byte(sequence);
//   out.time(now);
//   out.end();
template <class Put>
class FrameWriter {
 public:
  FrameWriter(Put put, Type type) : put_(put) {
    put_(kEnd);
    byte(static_cast<std::uint8_t>(type));
  }
  void byte(std::uint8_t value) {
    crc_ = iso7816::crc_add(crc_, value);
    escaped(value);
  }
  void word(std::uint16_t value) {  // low byte first
    byte(static_cast<std::uint8_t>(value & 0xFF));
    byte(static_cast<std::uint8_t>(value >> 8));
  }
  void long_word(std::uint32_t value) {  // likewise
    word(static_cast<std::uint16_t>(value & 0xFFFF));
    word(static_cast<std::uint16_t>(value >> 16));
  }
  void time(std::uint64_t millis) { long_word(static_cast<std::uint32_t>(millis & 0xFFFFFFFF)); }
  void end() {
    word(static_cast<std::uint16_t>(~crc_ & 0xFFFF));
    put_(kEnd);
  }

 private:
  void escaped(std::uint8_t value) {
    if (value != kEnd && value != kEscape) return put_(value);
    put_(kEscape);
    put_(value == kEnd ? kEscapedEnd : kEscapedEscape);
  }

  Put put_;
  std::uint16_t crc_ = iso7816::kCrcInitial;
};

// Takes frames apart. `kMaxBody` bytes of body suffice for what comes from the host (a board), or from a
// reader (a host: 6 + 2 * 80 cells). A frame that is too long is dropped.
template <std::size_t kMaxBody>
class FrameReader {
 public:
  // True where this byte ended a valid frame, which type() and body() are until the next call.
  bool take(std::uint8_t byte) {
    if (over_) begin();
    over_ = byte == kEnd;
    if (!over_) state_ = next(byte);
    return over_ && valid();
  }
  std::uint8_t type() const { return bytes_[0]; }
  Bytes body() const { return Bytes(bytes_).subspan(1, bytes_.size() - kAround); }
  // Overwrites the frame, once it is dealt with: a key may have been a digit of a PIN.
  void wipe() { bytes_.wipe(); }
  // That byte ended something that was no valid frame: one may be lost.
  bool dropped() const { return over_ && !valid() && (state_ != State::frame || !bytes_.empty()); }

 private:
  enum class State : std::uint8_t {
    frame,
    escape,   // after an ESCAPE
    spoiled,  // too long, or wrongly escaped: until the END
  };
  static constexpr std::size_t kAround = 3;  // type and CRC

  bool valid() const {
    return state_ == State::frame && bytes_.size() >= kAround && crc_ == iso7816::kCrcGood;
  }
  void begin() {
    over_ = false;
    state_ = State::frame;
    bytes_.clear();
    crc_ = iso7816::kCrcInitial;
  }
  State next(std::uint8_t byte) {
    switch (state_) {
      case State::frame: return byte == kEscape ? State::escape : store(byte);
      case State::escape:
        if (byte == kEscapedEnd) return store(kEnd);
        return byte == kEscapedEscape ? store(kEscape) : State::spoiled;
      case State::spoiled: break;
    }
    return State::spoiled;
  }
  State store(std::uint8_t byte) {
    crc_ = iso7816::crc_add(crc_, byte);
    return bytes_.push(byte) ? State::frame : State::spoiled;
  }

  Buffer<kMaxBody + kAround> bytes_;
  std::uint16_t crc_ = iso7816::kCrcInitial;
  State state_ = State::frame;
  bool over_ = false;
};
inline constexpr std::size_t kMaxBodyToReader = 3;
inline constexpr std::size_t kMaxBodyToHost = 6 + 2 * Screen::kMaxRows * Screen::kMaxColumns;

}  // namespace sesame::panel
