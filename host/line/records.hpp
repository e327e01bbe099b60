// Records (host/card/line/stream.hpp) over a socket that does not block.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "host/card/line/stream.hpp"
#include "host/posix/descriptor.hpp"

namespace sesame::line {

using card::line::Record;

class Records {
 public:
  explicit Records(posix::Descriptor socket) : socket_(std::move(socket)) {}
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;
  ~Records();

  int descriptor() const { return socket_.get(); }

  // Reads what is there. False: the other side has closed the connection, or it broke.
  [[nodiscard]] bool receive();
  // The next record; taken off. Characters may be a PIN's: what was taken is overwritten.
  std::optional<Record> take();
  // Whether something came that is no record. Nothing more can be taken then.
  bool broken() const { return broken_; }

  // What does not fit into the socket waits: flush() when it is writable. False: the connection broke, or the other side
  // has not read for very long.
  [[nodiscard]] bool send(Record record);
  [[nodiscard]] bool flush();
  bool unsent() const { return !out_.empty(); }

 private:
  posix::Descriptor socket_;
  std::array<std::uint8_t, 1024> in_{};
  std::size_t begin_ = 0, end_ = 0;  // what of it is not taken
  std::vector<std::uint8_t> out_;
  bool broken_ = false;
};

}  // namespace sesame::line
