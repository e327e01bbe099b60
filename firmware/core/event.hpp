// What goes into the reader.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/names.hpp"
#include "firmware/core/slot.hpp"

namespace sesame {

enum class Key : std::uint8_t {
  d0,
  d1,
  d2,
  d3,
  d4,
  d5,
  d6,
  d7,
  d8,
  d9,
  point,
  ok,
  clear,
  f1,
  f2,
  f3,
  f4,
  f5,
  f6,
  f7,
  f8
};
// As on a key matrix; a function's key is engraved as its reader model says.
inline constexpr std::string_view kKeyNames[] = {"0",  "1",  "2",  "3",  "4",  "5",  "6",
                                                 "7",  "8",  "9",  ".",  "OK", "C",  "F1",
                                                 "F2", "F3", "F4", "F5", "F6", "F7", "F8"};
constexpr std::span<const std::string_view> names(Key) { return kKeyNames; }
inline constexpr std::size_t kMaxFunctions = 8;

constexpr Key digit_key(char digit) { return static_cast<Key>(digit - '0'); }
// The key of the profile's function `index`, from 0.
constexpr Key function_key(std::size_t index) {
  return static_cast<Key>(static_cast<std::size_t>(Key::f1) + index);
}

// What a program on the computer asks of the reader, one thing at a time: a request before the answer to the
// last one ends that one, which then has no answer. So it may let go of the card, or of a PIN being typed, at
// any moment.
struct HostRequest {
  enum class Kind : std::uint8_t {
    activate,    // cold reset; answered with the ATR
    warm_reset,  // answered with the ATR
    transmit,    // a command APDU of 4 to 261 bytes; answered with a response APDU
    verify_pin,  // a PIN_VERIFY_STRUCTURE; answered with SW1 SW2: the card's, or 6400, 6401, 6B80 (see below)
    deactivate,  // it no longer uses the card; answered with nothing
  };
  std::uint32_t number = 0;  // comes back with the answer
  Kind kind = Kind::deactivate;
  Bytes bytes;  // read during handle() only
};

// What the computer wants whose texts the reader signs (signing/link.hpp).
struct ComputerCommand {
  enum class Kind : std::uint8_t {
    pin,         // the person types it, and the card takes it
    show,        // a text is shown
    sign,        // a text is shown, and signed once the person has said OK
    cryptogram,  // of the text that has its OK, or of none
    unplug,      // the cable is pulled out
  };
  Kind kind = Kind::unplug;
  Bytes text;  // read during handle() only
};
inline constexpr std::string_view kComputerCommandNames[] = {"pin", "show", "sign", "cryptogram", "unplug"};
constexpr std::span<const std::string_view> names(ComputerCommand::Kind) { return kComputerCommandNames; }

struct Event {
  enum class Kind : std::uint8_t { press, hold, inserted, removed, answer, pin_on_pad, host, computer, tick };

  Kind kind = Kind::tick;
  Key key = Key::ok;
  std::uint32_t number = 0;
  SlotStatus status = SlotStatus::ok;
  Bytes bytes;  // read during handle() only
  HostRequest::Kind host = HostRequest::Kind::deactivate;
  ComputerCommand::Kind computer = ComputerCommand::Kind::unplug;

  static Event press(Key key) { return of(Kind::press, key); }
  static Event hold(Key key) { return of(Kind::hold, key); }
  static Event inserted() { return of(Kind::inserted); }
  static Event removed() { return of(Kind::removed); }
  static Event answer(std::uint32_t number, SlotStatus status, Bytes bytes) {
    return {Kind::answer, Key::ok, number, status, bytes, {}, {}};
  }
  // Where the reader asks for the PIN: it will be typed at the slot's own pinpad.
  static Event pin_on_pad() { return of(Kind::pin_on_pad); }
  static Event from_host(const HostRequest& request) {
    return {Kind::host, Key::ok, request.number, SlotStatus::ok, request.bytes, request.kind, {}};
  }
  static Event from_computer(const ComputerCommand& command) {
    return {Kind::computer, Key::ok, 0, SlotStatus::ok, command.text, {}, command.kind};
  }
  static Event tick() { return {}; }  // time has passed; harmless at any moment

  static Event of(Kind kind, Key key = Key::ok) { return {kind, key, 0, SlotStatus::ok, {}, {}, {}}; }
};

}  // namespace sesame
