// One connection of requests, as the reader sees it: messages (host/ifd/wire.hpp) in, messages out, and no
// socket.
//
//   Session session(reader);
//   if (!session.take(message)) …hang up…
//   if (session.answer(message)) …send it…    // now, or after a key or some time: a PIN may be being typed
//
// The reader is a pinpad reader: see features.hpp for the controls. What is no short APDU (ISO
// 7816-3:2006, 12.1) never reaches the card and is answered 6700.
#pragma once

#include "host/ifd/wire.hpp"
#include "host/reader/native_reader.hpp"

namespace sesame::ifd {

class Session {
 public:
  // The reader outlives it, and is the shell's: the caller, which has a clock, calls its advance() before
  // take().
  explicit Session(NativeReader& reader) : reader_(reader) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  // The program is gone: it lets go of the card.
  ~Session();

  // False: not a request, or one before the answer to the last.
  [[nodiscard]] bool take(Bytes message);
  // The answer to the last request, once, as soon as there is one.
  [[nodiscard]] bool answer(Message& message);

 private:
  void carry_out(const Request& request);
  void transmit(Bytes command);
  void control(std::uint32_t code, Bytes input);
  void ask_reader(HostRequest::Kind kind, Bytes bytes = {});
  void reply(Status status, Bytes bytes = {});

  NativeReader& reader_;
  bool waiting_ = false;       // for an answer
  bool reader_asked_ = false;  // and the reader has it
  std::uint32_t number_ = 0;   // of the request to the reader
  Message reply_;              // else it is this one
};

}  // namespace sesame::ifd
