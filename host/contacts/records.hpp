// Records (host/card/iso7816/stream.hpp) over a socket that does not block.
#pragma once

#include <optional>

#include "host/card/iso7816/stream.hpp"
#include "host/io/socket_stream.hpp"

namespace sesame::contacts {

using card::iso7816::Record;

class Records {
 public:
  explicit Records(io::Descriptor socket) : stream_(std::move(socket), kRoom) {}

  int descriptor() const { return stream_.descriptor(); }

  // Reads what is there. False: the other side has closed the connection, or it broke.
  [[nodiscard]] bool receive() { return stream_.receive(); }
  // The next record; taken off.
  std::optional<Record> take();
  // Whether something came that is no record. Nothing more can be taken then.
  bool broken() const { return broken_; }

  // What does not fit into the socket waits: flush() when it is writable. False: the connection broke, or the
  // other side has not read for very long.
  [[nodiscard]] bool send(Record record) {
    return stream_.unsent() <= kMostUnsent && stream_.send(record.bytes());
  }
  [[nodiscard]] bool flush() { return stream_.flush(); }
  bool unsent() const { return stream_.unsent() > 0; }

 private:
  static constexpr std::size_t kRoom = 1024, kMostUnsent = 1U << 16;

  io::SocketStream stream_;
  bool broken_ = false;
};

}  // namespace sesame::contacts
