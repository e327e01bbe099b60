// What T=0 leaves to the application: 61xx and 6Cxx (EMV 4.3 Book 1, 9.3.1.1; annex A has the cases).
// One command and its response may take several exchanges with the card. Sans-I/O:
//
//   T0Exchange exchange;
//   for (exchange.start(command); exchange.pending();) exchange.answer(card(exchange.command()));
//   use(exchange.response());
//
// A T=1 card, or a driver that has already joined the pieces, never answers 61 or 6C, and passes straight
// through. A card could answer 61xx forever: after kMaxExchanges, or more than 256 bytes of data, the
// exchange ends with an error.
#pragma once

#include <string_view>

#include "firmware/core/emv/apdu.hpp"

namespace sesame::emv {

enum class T0Error {
  none,
  response_too_short,  // an answer without a status word
  response_too_long,   // more than 256 bytes of data in all
  endless,             // 61xx or 6Cxx again and again
};
std::string_view to_string(T0Error);

class T0Exchange {
 public:
  static constexpr int kMaxExchanges = 16;

  T0Exchange() = default;
  // Begins with a command of at most kMaxCommand bytes.
  void start(Bytes command);
  // The same for a long one, made in its place: what compose() gives is filled in, then begin() called.
  CommandBuffer& compose();
  void begin() { pending_ = true; }
  void answer(Bytes response);

  bool pending() const { return pending_; }
  Bytes command() const { return command_; }    // what to send next, while pending
  Bytes response() const { return response_; }  // data and status word, once not pending
  T0Error error() const { return error_; }
  void wipe();

 private:
  void finish(T0Error error);

  SecretVector<std::uint8_t, kMaxCommand> command_;
  ResponseBuffer response_;
  T0Error error_ = T0Error::none;
  int exchanges_ = 0;
  bool pending_ = false;
};

}  // namespace sesame::emv
