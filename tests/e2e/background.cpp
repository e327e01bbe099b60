#include "tests/e2e/background.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace sesame::e2e {

namespace {

constexpr int kKeys = 3;  // in the child

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  std::array<int, 2> ends{};
};

}  // namespace

Background::Background(const Sandbox& sandbox, const std::vector<std::string>& arguments,
                       const std::map<std::string, std::string>& variables) {
  const Pipe errors, output, keys;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors.ends[1], STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&files, keys.ends[0], kKeys);
  child_ = sandbox.spawn(arguments, variables, files);
  posix_spawn_file_actions_destroy(&files);
  ::close(errors.ends[1]);
  ::close(output.ends[1]);
  ::close(keys.ends[0]);
  errors_ = errors.ends[0];
  output_ = output.ends[0];
  keys_ = keys.ends[1];
}

Background::~Background() {
  ::close(keys_);
  if (child_ != 0) {
    ::kill(child_, SIGKILL);
    wait();
  }
  ::close(errors_);
  ::close(output_);
}

bool Background::says(const std::string& text) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::seconds(30);
  for (;;) {
    const std::size_t found = said_.find(text, read_);
    if (found != std::string::npos) {
      read_ = found + text.size();
      return true;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd more{errors_, POLLIN, 0};
    if (left <= 0 || (::poll(&more, 1, static_cast<int>(left)) < 0 && errno != EINTR)) return false;
    if (more.revents == 0) continue;
    std::array<char, 4096> buffer;
    const ssize_t got = ::read(errors_, buffer.data(), buffer.size());
    if (got <= 0) return false;
    said_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void Background::keys(const std::string& keys) const {
  if (::write(keys_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::runtime_error("the keys cannot be typed");
  }
}

void Background::signal(int number) const { ::kill(child_, number); }

std::string Background::out() const {
  std::string all;
  std::array<char, 4096> buffer;
  for (ssize_t got = 0; (got = ::read(output_, buffer.data(), buffer.size())) > 0;) {
    all.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return all;
}

int Background::wait() {
  int status = 0;
  ::waitpid(child_, &status, 0);
  child_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace sesame::e2e
