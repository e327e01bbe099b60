#include "firmware/core/emv/apdu.hpp"

namespace sesame::emv {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(ApduError error) {
  switch (error) {
    case ApduError::too_short: return "too few bytes"sv;
    case ApduError::length_mismatch: return "the length byte does not match the bytes that follow"sv;
    case ApduError::extended_length: return "an extended length, which EMV does not use"sv;
    case ApduError::too_long: return "more bytes than a short APDU has"sv;
  }
  return "unknown error"sv;
}

namespace {

std::uint16_t le_of(std::uint8_t byte) { return byte == 0 ? 256 : byte; }

}  // namespace

Result<CommandApdu, ApduError> parse_command(Bytes bytes) {
  if (bytes.size() < 4) return ApduError::too_short;
  CommandApdu command{bytes[0], bytes[1], bytes[2], bytes[3], {}, {}};
  const Bytes body = bytes.subspan(4);
  if (body.empty()) return command;  // case 1
  if (body.size() == 1) {            // case 2
    command.le = le_of(body[0]);
    return command;
  }
  const std::size_t lc = body[0];
  if (lc == 0) return ApduError::extended_length;
  if (bytes.size() > kMaxCommand) return ApduError::too_long;
  if (body.size() == 1 + lc) {  // case 3
    command.data = body.subspan(1);
    return command;
  }
  if (body.size() == 2 + lc) {  // case 4
    command.data = body.subspan(1, lc);
    command.le = le_of(body[1 + lc]);
    return command;
  }
  return ApduError::length_mismatch;
}

Result<ResponseApdu, ApduError> parse_response(Bytes bytes) {
  if (bytes.size() < 2) return ApduError::too_short;
  if (bytes.size() > kMaxResponse) return ApduError::too_long;
  const std::size_t data = bytes.size() - 2;
  return ResponseApdu{bytes.first(data), static_cast<std::uint16_t>(bytes[data] << 8 | bytes[data + 1])};
}

}  // namespace sesame::emv
