// A board at the end of a socket or of a serial line, in a thread of its own.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <thread>

#include "host/io/descriptor.hpp"
#include "tests/host/reader/board.hpp"

namespace sesame::test {

// Serves a board at a descriptor until the other end closes, or this ends.
class BoardThread {
 public:
  BoardThread(Board& board, int descriptor)
      : thread_([this, &board, descriptor] { run(board, descriptor); }) {}
  BoardThread(const BoardThread&) = delete;
  BoardThread& operator=(const BoardThread&) = delete;
  ~BoardThread() {
    over_ = true;
    thread_.join();
  }

 private:
  void run(Board& board, int descriptor) {
    while (!over_) {
      pollfd file{descriptor, POLLIN, 0};
      if (::poll(&file, 1, 20) <= 0) continue;
      std::array<std::uint8_t, 64> bytes{};
      const ssize_t count = ::read(descriptor, bytes.data(), bytes.size());
      for (ssize_t i = 0; i < count; ++i) board.received(bytes[static_cast<std::size_t>(i)]);
      const Line said = board.take_said();
      for (std::size_t at = 0; at < said.size();) {
        const ssize_t sent = ::write(descriptor, said.data() + at, said.size() - at);
        if (sent > 0) at += static_cast<std::size_t>(sent);
        if (sent < 0 && errno != EAGAIN) return;
      }
    }
  }

  std::atomic<bool> over_ = false;
  std::thread thread_;
};

// A serial line whose other end is `master`.
struct Terminal {
  Terminal() {
    int master_number = -1, slave_number = -1;
    if (::openpty(&master_number, &slave_number, nullptr, nullptr, nullptr) != 0) {
      throw std::runtime_error("no pseudo terminal");
    }
    master = io::Descriptor(master_number);
    slave = io::Descriptor(slave_number);
    ::fcntl(master_number, F_SETFL, O_NONBLOCK);
    path = ::ttyname(slave_number);
  }
  io::Descriptor master, slave;
  std::string path;
};

}  // namespace sesame::test
