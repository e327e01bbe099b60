#include "tests/host/ifd/served_reader.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "tests/host/ifd/sockets.hpp"

extern char** environ;

namespace sesame::ifd::test {

namespace {

constexpr int kKeys = 9;  // the descriptor in the child

std::array<int, 2> new_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  for (int& end : ends) {  // out of the way of the numbers they get in the child
    const int low = std::exchange(end, ::fcntl(end, F_DUPFD_CLOEXEC, kKeys + 1));
    ::close(low);
  }
  return ends;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

ServedReader::ServedReader(const e2e::Sandbox& sandbox, std::string socket,
                           const std::vector<std::string>& arguments)
    : socket_(std::move(socket)) {
  std::vector<std::string> argv{SESAME_BINARY,        "reader", "serve", "--socket", socket_, "--keys-from",
                                std::to_string(kKeys)};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> envp;
  for (char** entry = environ; *entry != nullptr; ++entry) envp.emplace_back(*entry);
  envp.push_back("XDG_STATE_HOME=" + sandbox.file("state"));

  const auto keys = new_pipe(), out = new_pipe();
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, keys[0], kKeys);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, out[1], STDERR_FILENO);
  const int spawned =
      ::posix_spawn(&pid_, SESAME_BINARY, &files, nullptr, pointers(argv).data(), pointers(envp).data());
  posix_spawn_file_actions_destroy(&files);
  ::close(keys[0]);
  ::close(out[1]);
  keys_ = keys[1];
  out_ = out[0];
  if (spawned != 0) throw std::runtime_error("sesame could not be started");
  wait_for("sesame: the reader is at " + socket_ + "\n");
}

ServedReader::~ServedReader() {
  no_more_keys();
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(out_);
}

void ServedReader::type(const std::string& keys) {
  if (::write(keys_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::runtime_error("the keys cannot be typed");
  }
}

void ServedReader::no_more_keys() {
  if (keys_ >= 0) ::close(keys_);
  keys_ = -1;
}

void ServedReader::signal(int number) { ::kill(pid_, number); }

int ServedReader::end() {
  while (read_more(kPatienceMs)) {
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

const std::string& ServedReader::wait_for(const std::string& words) {
  while (printed_.find(words) == std::string::npos) {
    if (!read_more(kPatienceMs))
      throw std::runtime_error("it ended without: " + words + "; it said: " + printed_);
  }
  return printed_;
}

// False: it has closed its output, as it does when it ends.
bool ServedReader::read_more(int milliseconds) {
  pollfd watched{out_, POLLIN, 0};
  if (::poll(&watched, 1, milliseconds) != 1) throw std::runtime_error("it says no more than: " + printed_);
  std::array<char, 4096> buffer{};
  const ssize_t got = ::read(out_, buffer.data(), buffer.size());
  if (got <= 0) return false;
  printed_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

}  // namespace sesame::ifd::test
