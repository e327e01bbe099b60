// Command and response APDUs: ISO 7816-3:2006, 12.1; ISO 7816-4, 5.1. Short lengths only, as EMV has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/result.hpp"

namespace sesame::emv {

// Header 4, Lc 1, data 255, Le 1; and the longest answer: data 256, SW1 SW2.
inline constexpr std::size_t kMaxCommand = 261;
inline constexpr std::size_t kMaxResponse = 258;
using CommandBuffer = Buffer<kMaxCommand>;
using ResponseBuffer = Buffer<kMaxResponse>;

enum class ApduError {
  too_short,        // fewer bytes than a header (command) or a status word (response)
  length_mismatch,  // neither Lc nor Lc and Le account for the bytes
  extended_length,  // ISO 7816-3 12.1.3: a form that EMV does not use
  too_long,         // more than any short APDU has
};
std::string_view to_string(ApduError);

// A command of one of the four cases. Lc is data.size(); Le counts 1 to 256 (encoded 00).
struct CommandApdu {
  std::uint8_t cla = 0, ins = 0, p1 = 0, p2 = 0;
  Bytes data;
  std::optional<std::uint16_t> le;

  int iso_case() const { return data.empty() ? (le ? 2 : 1) : (le ? 4 : 3); }
};
Result<CommandApdu, ApduError> parse_command(Bytes bytes);

template <std::size_t N>
[[nodiscard]] bool append_command(Buffer<N>& out, const CommandApdu& command) {
  if (command.data.size() > 255 || (command.le && (*command.le < 1 || *command.le > 256))) return false;
  bool ok = out.push(command.cla) && out.push(command.ins) && out.push(command.p1) && out.push(command.p2);
  if (!command.data.empty()) {
    ok = ok && out.push(static_cast<std::uint8_t>(command.data.size())) && out.append(command.data);
  }
  if (command.le) ok = ok && out.push(static_cast<std::uint8_t>(*command.le & 0xFF));
  return ok;
}

struct ResponseApdu {
  Bytes data;
  std::uint16_t sw = 0;  // SW1 SW2
};
Result<ResponseApdu, ApduError> parse_response(Bytes bytes);

}  // namespace sesame::emv
