#include "sim/cli/serving.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace sesame::sim {

std::size_t allow_many_descriptors() {
  constexpr rlim_t kEnough = 65'536;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlimit raised{std::max(limit.rlim_cur, std::min(limit.rlim_max, kEnough)), limit.rlim_max};
  if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return static_cast<std::size_t>(std::min(limit.rlim_cur, kEnough));
}

namespace {

// For requests that do not wait, beside those that do.
constexpr std::size_t kOtherConnections = 2'048;
constexpr std::size_t kLeastWaits = 64;

}  // namespace

Places places_for(std::optional<std::uint32_t> wanted, int usually) {
  const std::size_t descriptors = allow_many_descriptors();
  const std::size_t most = std::max(descriptors / 2, kLeastWaits);
  if (wanted && *wanted > most) {
    throw Failure(
        Failure::environment,
        fmt::format("--max-waits {}: with {} descriptors there is room for {}; ulimit -n gives more", *wanted,
                    descriptors, most));
  }
  const std::size_t waits = wanted ? *wanted : std::min(static_cast<std::size_t>(usually), most);
  Places places;
  places.waits = static_cast<int>(waits);
  places.limits.connections = std::max(places.limits.connections, waits + kOtherConnections);
  return places;
}

void add_max_waits(const cli::Command& command, std::optional<std::uint32_t>& wanted, int usually,
                   const std::string& what) {
  command
      .number("--max-waits", wanted, {1, 32'768},
              fmt::format("{} at once, without a thread each; beyond them 503 [{}]", what, usually))
      .type("N");
}

namespace {

// What comes is not looked at.
bool is_at_end(int descriptor) {
  std::array<char, 512> bytes{};
  const ssize_t count = ::read(descriptor, bytes.data(), bytes.size());
  return count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN);
}

}  // namespace

bool wait_for_end(io::Signals& signals, const Worker& server, bool until_eof) {
  const int input = until_eof ? STDIN_FILENO : -1;  // none, for poll()
  for (;;) {
    std::array<pollfd, 3> watched{
        {{signals.descriptor(), POLLIN, 0}, {server.ended(), POLLIN, 0}, {input, POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return false;
    if (watched[1].revents != 0) return false;
    if (watched[2].revents != 0 && is_at_end(input)) return true;
    while (const auto signal = signals.take()) {
      if (*signal != SIGUSR1 && *signal != SIGUSR2) return true;
    }
  }
}

std::string url_of(const std::string& address, std::uint16_t port, std::string_view scheme) {
  const std::string host = address == "0.0.0.0" || address == "::"  ? kLoopback
                           : address.find(':') != std::string::npos ? "[" + address + "]"
                                                                    : address;
  return fmt::format("{}://{}:{}", scheme, host, port);
}

}  // namespace sesame::sim
