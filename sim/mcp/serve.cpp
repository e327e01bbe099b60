#include "sim/mcp/serve.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <string_view>

#include "host/base/failure.hpp"
#include "host/base/secret.hpp"
#include "host/io/private_memory.hpp"
#include "host/terminal/output.hpp"

namespace sesame::sim {

namespace {

// What was read and is no whole line yet. It may hold a PIN.
class Lines {
 public:
  explicit Lines(McpServer& server) : server_(server) {}
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  ~Lines() { drop(); }

  void add(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      keep(bytes.substr(0, end));
      if (end == std::string_view::npos) return;
      finish();
      bytes.remove_prefix(end + 1);
    }
  }
  // Also of one without a line feed at the end.
  void finish() {
    const auto answer = too_long_ ? server_.refuse_line() : server_.answer(line_);
    drop();
    too_long_ = false;
    if (answer) terminal::print_json(*answer);
    io::wipe_stack();
  }

 private:
  void keep(std::string_view part) {
    too_long_ = too_long_ || line_.size() + part.size() > McpServer::kLongestLine;
    if (too_long_) return drop();
    line_ += part;
  }
  void drop() {
    wipe(line_.data(), line_.size());
    line_.clear();
  }

  McpServer& server_;
  std::string line_;
  bool too_long_ = false;
};

bool is_over(io::Signals& signals) {
  while (const auto signal = signals.take()) {
    if (*signal != SIGUSR1 && *signal != SIGUSR2) return true;
  }
  return false;
}

}  // namespace

void serve_lines(McpServer& server, int in, io::Signals& signals) {
  Lines lines(server);
  std::array<char, 65'536> bytes{};
  for (;;) {
    std::array<pollfd, 2> watched{{{signals.descriptor(), POLLIN, 0}, {in, POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) {
      throw Failure(Failure::environment, fmt::format("standard input: {}", std::strerror(errno)));
    }
    if (is_over(signals)) return;
    if (watched[1].revents == 0) continue;
    const ssize_t count = ::read(in, bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0)
      throw Failure(Failure::environment, fmt::format("standard input: {}", std::strerror(errno)));
    if (count == 0) return lines.finish();
    lines.add({bytes.data(), static_cast<std::size_t>(count)});
    wipe(bytes.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace sesame::sim
