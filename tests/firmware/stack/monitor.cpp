#include "tests/firmware/stack/monitor.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

namespace sesame::test {

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

}  // namespace

Monitor::Monitor(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + ": too long for a socket");
  path.copy(address.sun_path, path.size());
  if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail(path);
  line();  // its greeting
  execute(R"({"execute":"qmp_capabilities"})");
}

std::vector<std::uint8_t> Monitor::memory(std::uint32_t address, std::size_t size, const std::string& file) {
  const nlohmann::json arguments{{"val", address}, {"size", size}, {"filename", file}};
  execute(nlohmann::json{{"execute", "pmemsave"}, {"arguments", arguments}}.dump());
  std::ifstream in(file, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (bytes.size() != size) throw std::runtime_error(file + ": the memory is not there");
  return bytes;
}

// Its answer is "return"; in between may be events.
void Monitor::execute(const std::string& command) {
  if (::send(socket_.get(), command.data(), command.size(), MSG_NOSIGNAL) < 0) fail("QEMU's monitor");
  for (;;) {
    const auto answer = nlohmann::json::parse(line());
    if (answer.contains("error")) throw std::runtime_error("QEMU's monitor: " + answer.dump());
    if (answer.contains("return")) return;
  }
}

std::string Monitor::line() {
  for (;;) {
    if (const auto end = read_.find('\n'); end != std::string::npos) {
      const std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    char bytes[4096];
    const ssize_t count = ::read(socket_.get(), bytes, sizeof bytes);
    if (count <= 0) fail("QEMU's monitor is closed");
    read_.append(bytes, static_cast<std::size_t>(count));
  }
}

}  // namespace sesame::test
