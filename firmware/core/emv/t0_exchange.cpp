#include "firmware/core/emv/t0_exchange.hpp"

#include "firmware/core/emv/status_word.hpp"

namespace sesame::emv {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(T0Error error) {
  switch (error) {
    case T0Error::none: return "no error"sv;
    case T0Error::response_too_short: return "an answer without a status word"sv;
    case T0Error::response_too_long: return "more data than an answer can have"sv;
    case T0Error::endless: return "61xx or 6Cxx again and again"sv;
  }
  return "unknown error"sv;
}

namespace {

// Case 2 or 4 (ISO 7816-3:2006, 12.1.3). A first byte 00 in a longer body is no Lc: it begins an extended
// length.
bool has_le(Bytes command) {
  return command.size() == 5 || (command.size() > 6 && command.size() == std::size_t{6} + command[4]);
}

}  // namespace

void T0Exchange::start(Bytes command) {
  wipe();
  pending_ = command_.assign(command);
  if (!pending_) error_ = T0Error::response_too_long;
}

CommandBuffer& T0Exchange::compose() {
  wipe();
  return command_;
}

void T0Exchange::answer(Bytes bytes) {
  const auto response = parse_response(bytes);
  if (!response) {
    return finish(response.error() == ApduError::too_short ? T0Error::response_too_short
                                                           : T0Error::response_too_long);
  }
  const std::uint8_t sw1 = sw::sw1(response->sw);
  const std::uint8_t sw2 = sw::sw2(response->sw);
  // A command without Le is not repeated, whatever the card says: it may be a VERIFY, and a PIN is sent once.
  const bool repeat = sw1 == sw::wrong_le && has_le(command_);
  const bool again = repeat || sw1 == sw::more_data;
  if (again && ++exchanges_ >= kMaxExchanges) return finish(T0Error::endless);

  if (repeat) {
    command_[command_.size() - 1] = sw2;
    return;
  }
  if (!response_.append(response->data)) return finish(T0Error::response_too_long);
  if (sw1 == sw::more_data) {
    const std::uint8_t cla = command_[0] & 0x03;  // GET RESPONSE keeps the logical channel
    command_.clear();
    if (command_.assign(std::array<std::uint8_t, 5>{cla, 0xC0, 0x00, 0x00, sw2})) return;
    return finish(T0Error::response_too_long);
  }
  if (!response_.append(bytes.last(2))) return finish(T0Error::response_too_long);
  finish(T0Error::none);
}

void T0Exchange::finish(T0Error error) {
  command_.clear();
  error_ = error;
  pending_ = false;
}

void T0Exchange::wipe() {
  command_.clear();
  response_.wipe();
  error_ = T0Error::none;
  exchanges_ = 0;
  pending_ = false;
}

}  // namespace sesame::emv
