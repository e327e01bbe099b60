#include "tests/memory/watched.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <sstream>
#include <stdexcept>

namespace sesame::memory {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

void check(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

// What the child has as standard input, output and error, and what is at the other ends.
struct Ends {
  int child_input, child_output, input, output;
};

Ends pipes() {
  std::array<int, 2> in{}, out{};
  check(::pipe2(in.data(), O_CLOEXEC) == 0 && ::pipe2(out.data(), O_CLOEXEC) == 0, "no pipe");
  return {in[0], out[1], in[1], out[0]};
}

Ends terminal() {
  int ours = -1, line = -1;
  const winsize size{24, 80, 0, 0};
  check(::openpty(&ours, &line, nullptr, nullptr, &size) == 0, "no terminal");
  for (const int end : {ours, line}) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  return {line, line, ours, ::fcntl(ours, F_DUPFD_CLOEXEC, 0)};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment(const e2e::Sandbox& sandbox, const Start& start) {
  std::vector<std::string> all{"XDG_STATE_HOME=" + sandbox.file("state"), "LC_ALL=C.UTF-8", "TERM=xterm"};
  for (const char* name : {"PATH", "HOME", "SESAME_FIRMWARE"}) {
    if (const char* value = ::getenv(name)) all.push_back(std::string(name) + "=" + value);
  }
  for (const auto& [name, value] : start.variables) all.push_back(name + "=" + value);
  return all;
}

[[noreturn]] void become(const Ends& ends, const Start& start, char* const* argv, char* const* envp) {
  if (start.terminal) {
    ::setsid();
    ::ioctl(ends.child_input, TIOCSCTTY, 0);
  }
  const rlimit core{start.may_dump ? RLIM_INFINITY : 0, RLIM_INFINITY};
  ::setrlimit(RLIMIT_CORE, &core);
  ::dup2(ends.child_input, STDIN_FILENO);
  ::dup2(ends.child_output, STDOUT_FILENO);
  ::dup2(ends.child_output, STDERR_FILENO);
  ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  ::execve(argv[0], argv, envp);
  ::_exit(127);
}

}  // namespace

Watched::Watched(const e2e::Sandbox& sandbox, const Arguments& arguments, const Start& start)
    : by_steps_(start.by_steps) {
  const Ends ends = start.terminal ? terminal() : pipes();
  std::vector<std::string> argv{SESAME_BINARY}, envp = environment(sandbox, start);
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const auto arguments_of_it = pointers(argv), variables = pointers(envp);
  process_ = ::fork();
  if (process_ == 0) {
    static_cast<void>(!::chdir(sandbox.path().c_str()));
    become(ends, start, arguments_of_it.data(), variables.data());
  }
  check(process_ > 0, "no process");
  input_ = ends.input;
  output_ = ends.output;
  ::close(ends.child_output);
  if (!start.terminal) ::close(ends.child_input);
  int status = 0;
  check(::waitpid(process_, &status, 0) == process_ && WIFSTOPPED(status), "sesame could not be started");
  memory_.emplace(process_);
  if (by_steps_) {
    const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT;
    check(::ptrace(PTRACE_SETOPTIONS, process_, nullptr, options) == 0, "it cannot be traced");
  } else {
    ::ptrace(PTRACE_DETACH, process_, nullptr, nullptr);
  }
}

Watched::~Watched() {
  if (process_ != 0) {
    ::kill(process_, SIGKILL);
    int status = 0;
    do {
      ::ptrace(PTRACE_CONT, process_, nullptr, nullptr);  // if it stands at its end
    } while (::waitpid(process_, &status, 0) == process_ && WIFSTOPPED(status));
  }
  end_of_input();
  ::close(output_);
}

// ---- what it says and is told

bool Watched::read_more(int timeout_ms) {
  pollfd more{output_, POLLIN, 0};
  const int ready = ::poll(&more, 1, timeout_ms);
  if (ready <= 0) return ready < 0 && errno == EINTR;
  std::array<char, 4096> buffer;
  const ssize_t got = ::read(output_, buffer.data(), buffer.size());
  if (got <= 0) return false;
  said_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

bool Watched::says(const std::string& text) {
  const auto end = Clock::now() + 30s;
  for (;;) {
    const std::size_t found = said_.find(text, read_);
    if (found != std::string::npos) {
      read_ = found + text.size();
      return true;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0 || !read_more(static_cast<int>(left))) return false;
  }
}

void Watched::type(const std::string& text) const {
  check(::write(input_, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "it cannot be typed");
}

void Watched::end_of_input() {
  if (input_ >= 0) ::close(input_);
  input_ = -1;
}

void Watched::signal(int number) const { ::kill(process_, number); }

int Watched::wait() {
  int status = 0;
  if (by_steps_) {
    while (next_text()) {
    }
    ::ptrace(PTRACE_CONT, process_, nullptr, nullptr);
  }
  while (read_more(-1)) {
  }
  ::waitpid(process_, &status, 0);
  process_ = 0;
  return status;
}

// ---- looking

// All threads stand still while this lives.
class Watched::Pause {
 public:
  explicit Pause(const Watched& watched) : process_(watched.by_steps_ ? 0 : watched.process_) {
    if (process_ == 0) return;
    ::kill(process_, SIGSTOP);
    int status = 0;
    check(::waitpid(process_, &status, WUNTRACED) == process_ && WIFSTOPPED(status), "it has ended");
  }
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;
  ~Pause() {
    if (process_ != 0) ::kill(process_, SIGCONT);
  }

 private:
  pid_t process_;
};

std::vector<std::string> Watched::places(const Secret& secret) const {
  const Pause pause(*this);
  return memory::places(*memory_, secret);
}

std::vector<std::string> places(const Memory& memory, const Secret& secret) {
  std::vector<std::string> all;
  memory.each([&](const std::string& name, std::uint64_t address, Bytes content) {
    for (const Secret::Place& place : secret.find_in(content)) {
      std::ostringstream text;
      text << secret.name() << " as " << place.form << " at " << std::hex << address + place.offset << " "
           << (name.empty() ? "(mapped)" : name);
      all.push_back(text.str());
    }
  });
  return all;
}

std::string Watched::remains(const Secret& secret) const {
  const auto end = Clock::now() + 5s;
  for (;;) {
    const std::vector<std::string> found = places(secret);
    if (!found.empty() && !by_steps_ && Clock::now() < end) {
      ::poll(nullptr, 0, 10);
      continue;
    }
    std::string all;
    for (const std::string& place : found) all += place + "\n";
    return all;
  }
}

bool Watched::holds(const Secret& secret) const {
  const auto end = Clock::now() + 5s;
  while (places(secret).empty()) {
    if (by_steps_ || Clock::now() > end) return false;
    ::poll(nullptr, 0, 10);
  }
  return true;
}

// ---- by steps

std::optional<std::string> Watched::next_text() {
  for (int signal = 0; !ended_;) {
    check(::ptrace(PTRACE_SYSCALL, process_, nullptr, signal) == 0, "it cannot go on");
    int status = 0;
    check(::waitpid(process_, &status, 0) == process_ && WIFSTOPPED(status), "it has ended");
    signal = 0;
    ended_ = status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8);
    if (ended_) break;
    if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
      signal = WSTOPSIG(status);
      continue;
    }
    __ptrace_syscall_info call{};
    ::ptrace(PTRACE_GET_SYSCALL_INFO, process_, sizeof call, &call);
    if (call.op != PTRACE_SYSCALL_INFO_ENTRY || call.entry.nr != SYS_write) continue;
    if (call.entry.args[0] != STDOUT_FILENO && call.entry.args[0] != STDERR_FILENO) continue;
    return memory_->text(call.entry.args[1], call.entry.args[2]);
  }
  return std::nullopt;
}

bool Watched::next_text_with(const std::string& part) {
  while (const auto text = next_text()) {
    if (text->find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace sesame::memory
