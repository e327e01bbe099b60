// What the commands that serve have in common.
#pragma once

#include <sys/eventfd.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "host/base/failure.hpp"
#include "host/cli/command.hpp"
#include "host/io/descriptor.hpp"
#include "host/io/signals.hpp"
#include "sim/http/http_server.hpp"

namespace sesame::sim {

inline constexpr const char* kLoopback = "127.0.0.1";

// A thread that runs until it is told to stop, and tells when it ends by itself.
class Worker {
 public:
  template <class Run, class Stop>
  Worker(Run run, Stop stop) : stop_(std::move(stop)), ended_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!ended_.is_open()) throw Failure(Failure::environment, "the system has no descriptor left");
    thread_ = std::thread([run = std::move(run), ended = ended_.get()] {
      run();
      ::eventfd_write(ended, 1);
    });
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    stop_();
    thread_.join();
  }
  int ended() const { return ended_.get(); }  // readable then

 private:
  std::function<void()> stop_;
  io::Descriptor ended_;
  std::thread thread_;
};

// A connection is a descriptor, and the system's usual 1024 are soon used up. How many there may be now.
std::size_t allow_many_descriptors();

// How many may wait at once, and what that takes of connections.
struct Places {
  int waits = 0;
  HttpLimits limits;
};
// As many waits as are wanted, or `usually`, or as there are descriptors for. Failure (environment): there
// are none for all that are wanted.
Places places_for(std::optional<std::uint32_t> wanted, int usually);
void add_max_waits(const cli::Command& command, std::optional<std::uint32_t>& wanted, int usually,
                   const std::string& what);

// Until a signal ends it, or, where it is wanted, standard input does. False: the server ended by itself.
bool wait_for_end(io::Signals& signals, const Worker& server, bool until_eof = false);

// Where a client of this machine finds what listens at the address: "http://127.0.0.1:8035".
std::string url_of(const std::string& address, std::uint16_t port, std::string_view scheme = "http");

}  // namespace sesame::sim
