// Between the IFD handler and a reader: passes every message on, and keeps a copy.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "tests/host/ifd/sockets.hpp"

namespace sesame::ifd::test {

class Relay {
 public:
  // Listens at `path`; each client is connected to `reader`.
  Relay(const std::string& path, std::string reader)
      : listener_(listen_at(path)), reader_(std::move(reader)), stop_(::eventfd(0, EFD_CLOEXEC)) {
    thread_ = std::thread([this] { run(); });
  }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof one);
    thread_.join();
  }

  std::vector<std::vector<std::uint8_t>> messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  struct Pair {
    Descriptor one, other;
  };

  void run() {
    for (;;) {
      std::vector<pollfd> watched{{stop_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      for (const Pair& pair : pairs_) {
        watched.push_back({pair.one.get(), POLLIN, 0});
        watched.push_back({pair.other.get(), POLLIN, 0});
      }
      ::poll(watched.data(), watched.size(), -1);
      if (watched[0].revents != 0) return;
      for (auto pair = pairs_.begin(); pair != pairs_.end();) {
        const bool open = pass(pair->one, pair->other) && pass(pair->other, pair->one);
        pair = open ? pair + 1 : pairs_.erase(pair);
      }
      if (watched[1].revents == 0) continue;
      Pair pair{accept_at(listener_), connect_to(reader_)};
      if (pair.other.is_open()) pairs_.push_back(std::move(pair));
    }
  }

  bool pass(const Descriptor& from, const Descriptor& to) {
    Message message;
    const Received received = receive_message(from.get(), message);
    if (received != Received::message) return received == Received::nothing;
    const std::lock_guard lock(mutex_);
    messages_.emplace_back(message.begin(), message.end());
    return send_message(to.get(), message);
  }

  Descriptor listener_;
  std::string reader_;
  Descriptor stop_;
  std::vector<Pair> pairs_;
  mutable std::mutex mutex_;
  std::vector<std::vector<std::uint8_t>> messages_;
  std::thread thread_;
};

}  // namespace sesame::ifd::test
