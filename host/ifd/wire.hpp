// What the IFD handler, inside pcscd, and `sesame reader serve` say to each other, on a UNIX socket of type
// SOCK_SEQPACKET: one message is one packet, so nothing needs a length and none can be wrong. A message is 1
// to kMaxMessage bytes; a packet of none is the end of the connection. Numbers are big-endian.
//
// The handler connects twice, so that news of the card need not wait for an answer. Its first message says
// what for:
//
//   offset  size
//        0     1  role      'R' requests, 'P' presence
//        1     1  version   01
//        2     4  process   number of the handler's process
//        6     4  Lun       of pcscd; process and Lun are the same in both connections of a pair
//
// The reader serves one pair at a time and hangs up on every other client, and on any message that is not one
// of these.
//
// Presence, reader to handler: one byte, at once and at each change. 00 no card, 01 a card.
//
// Requests, handler to reader: an operation and its bytes; the next one only after the answer.
//
//   01 power up     cold reset; answered with the ATR
//   02 reset        warm reset; answered with the ATR
//   03 power down   answered with nothing
//   04 transmit     a command APDU; answered with the response APDU
//   05 control      a control code, 4 bytes, and its input; answered with its output
//
// Answers, reader to handler: a status and its bytes, which only 00 has.
//
//   00 done         04 mute          the card does not answer
//   01 busy         05 garbled       it answers nonsense
//   02 no card      06 unsupported   there is no such control
//   03 no power     (busy: the reader's keys are in use for a code)
//
// Where the connection of presence is closed, the card is gone, and the reader with it; where that of
// requests is, the card has lost its power.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "firmware/core/bytes.hpp"

namespace sesame::ifd {

inline constexpr std::uint8_t kVersion = 1;
// FEATURE_VERIFY_PIN_DIRECT: the one control whose answer a person may have to be waited for.
inline constexpr std::uint32_t kVerifyPin = 0x42330006;
// A PIN_VERIFY_STRUCTURE with the longest short APDU is the longest message.
inline constexpr std::size_t kMaxCommand = 261, kMaxInput = 19 + kMaxCommand, kMaxResponse = 258;
inline constexpr std::size_t kMaxMessage = 5 + kMaxInput;
using Message = SecretVector<std::uint8_t, kMaxMessage>;  // may hold a PIN

enum class Role : std::uint8_t { requests = 'R', presence = 'P' };
enum class Operation : std::uint8_t { power_up = 1, reset, power_down, transmit, control };
enum class Status : std::uint8_t { done, busy, no_card, no_power, mute, garbled, unsupported };

struct Hello {
  Role role = Role::requests;
  std::uint8_t version = kVersion;
  std::uint32_t process = 0, lun = 0;
};

struct Request {
  Operation operation = Operation::power_up;
  std::uint32_t code = 0;  // of a control
  Bytes bytes;             // point into the message
};

struct Answer {
  Status status = Status::done;
  Bytes bytes;  // point into the message
};

inline std::array<std::uint8_t, 4> big_endian(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

// Of the first four bytes.
inline std::uint32_t from_big_endian(Bytes bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | bytes[i];
  return number;
}

// ---- Messages to send. False: the bytes are too many, and the message is empty.

inline void put(const Hello& hello, Message& message) {
  message.clear();
  static_cast<void>(message.push(static_cast<std::uint8_t>(hello.role)) && message.push(hello.version) &&
                    message.append(big_endian(hello.process)) && message.append(big_endian(hello.lun)));
}

[[nodiscard]] inline bool put(const Request& request, Message& message) {
  const bool control = request.operation == Operation::control;
  message.clear();
  const bool fits = message.push(static_cast<std::uint8_t>(request.operation)) &&
                    (!control || message.append(big_endian(request.code))) && message.append(request.bytes);
  if (!fits) message.clear();
  return fits;
}

[[nodiscard]] inline bool put(const Answer& answer, Message& message) {
  message.clear();
  const bool fits = message.push(static_cast<std::uint8_t>(answer.status)) && message.append(answer.bytes);
  if (!fits) message.clear();
  return fits;
}

// ---- Messages received. Nothing: it is not one.

inline std::optional<Hello> parse_hello(Bytes message) {
  if (message.size() != 10) return std::nullopt;
  const auto role = static_cast<Role>(message[0]);
  if (role != Role::requests && role != Role::presence) return std::nullopt;
  return Hello{role, message[1], from_big_endian(message.subspan(2)), from_big_endian(message.subspan(6))};
}

inline std::optional<Request> parse_request(Bytes message) {
  if (message.empty() || message.size() > kMaxMessage) return std::nullopt;
  const auto operation = static_cast<Operation>(message[0]);
  switch (operation) {
    case Operation::power_up:
    case Operation::reset:
    case Operation::power_down:
      if (message.size() != 1) return std::nullopt;
      return Request{operation, 0, {}};
    case Operation::transmit: return Request{operation, 0, message.subspan(1)};
    case Operation::control:
      if (message.size() < 5) return std::nullopt;
      return Request{operation, from_big_endian(message.subspan(1)), message.subspan(5)};
  }
  return std::nullopt;
}

inline std::optional<Answer> parse_answer(Bytes message) {
  if (message.empty() || message.size() > 1 + kMaxResponse) return std::nullopt;
  if (message[0] > static_cast<std::uint8_t>(Status::unsupported)) return std::nullopt;
  const Answer answer{static_cast<Status>(message[0]), message.subspan(1)};
  if (answer.status != Status::done && !answer.bytes.empty()) return std::nullopt;
  return answer;
}

inline std::optional<bool> parse_presence(Bytes message) {
  if (message.size() != 1 || message[0] > 1) return std::nullopt;
  return message[0] == 1;
}

}  // namespace sesame::ifd
