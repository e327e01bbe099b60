#include "host/reader/panel/qemu_device.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>
#include <vector>

#include "host/base/failure.hpp"

namespace sesame {

namespace {

using io::Descriptor;
using Arguments = std::vector<std::string>;

constexpr const char* kProgram = "qemu-system-arm";

std::string message(int error) { return std::generic_category().message(error); }

std::pair<Descriptor, Descriptor> ends(int result, const std::array<int, 2>& numbers) {
  if (result != 0) throw Failure(Failure::environment, "QEMU cannot be started: " + message(errno));
  return {Descriptor(numbers[0]), Descriptor(numbers[1])};
}

// Ours, which does not block, and the other's.
std::pair<Descriptor, Descriptor> socket_pair() {
  std::array<int, 2> numbers{};
  auto both = ends(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, numbers.data()), numbers);
  ::fcntl(both.first.get(), F_SETFL, O_NONBLOCK);
  return both;
}

// Its reading end, and its writing end.
std::pair<Descriptor, Descriptor> pipe_pair() {
  std::array<int, 2> numbers{};
  return ends(::pipe2(numbers.data(), O_CLOEXEC), numbers);
}

void add_uart(Arguments& arguments, const std::string& id, int descriptor) {
  arguments.insert(arguments.end(), {"-chardev", "socket,id=" + id + ",fd=" + std::to_string(descriptor),
                                     "-serial", "chardev:" + id});
}

Arguments arguments_for(const QemuOptions& options, int panel, int characters) {
  Arguments arguments{kProgram,      "-M",       "netduinoplus2", "-kernel",  options.image,
                      "-nodefaults", "-display", "none",          "-monitor", "none"};
  add_uart(arguments, "panel", panel);
  add_uart(arguments, "card", characters);
  if (options.port_log) arguments.insert(arguments.end(), {"-d", "unimp", "-D", *options.port_log});
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  return arguments;
}

// What the child does between fork and exec: system calls alone. Returns only the errno of a failure.
int become(char* const* arguments, pid_t parent, int panel, int characters, int errors) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  ::setpgid(0, 0);  // what is typed at our terminal is not for it
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // Its memory holds a PIN. Not 0, at which a core still goes where the system pipes them; no core is of one
  // byte.
  const rlimit no_core{1, 1};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(errors, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::fcntl(panel, F_SETFD, 0);
  ::fcntl(characters, F_SETFD, 0);
  ::execvp(arguments[0], arguments);
  return errno;
}

pid_t start(const Arguments& arguments, int panel, int characters, int errors) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  auto [failed, fail] = pipe_pair();
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw Failure(Failure::environment, "QEMU cannot be started: " + message(errno));
  if (child == 0) {
    const int error = become(pointers.data(), parent, panel, characters, errors);
    static_cast<void>(!::write(fail.get(), &error, sizeof error));
    ::_exit(1);
  }
  fail.close();
  int error = 0;
  if (::read(failed.get(), &error, sizeof error) != static_cast<ssize_t>(sizeof error)) return child;
  ::waitpid(child, nullptr, 0);
  throw Failure(Failure::environment, error == ENOENT ? "QEMU is not installed; install qemu-system-arm"
                                                      : std::string(kProgram) + ": " + message(error));
}

}  // namespace

Qemu::Qemu(const QemuOptions& options) {
  if (::access(options.image.c_str(), R_OK) != 0) {
    throw Failure(Failure::environment, options.image + ": " + message(errno));
  }
  auto [panel, other_panel] = socket_pair();
  auto [characters, other_characters] = socket_pair();
  auto [errors, other_errors] = pipe_pair();
  process_ = start(arguments_for(options, other_panel.get(), other_characters.get()), other_panel.get(),
                   other_characters.get(), other_errors.get());
  panel_ = std::move(panel);
  characters_ = std::move(characters);
  errors_ = std::move(errors);
}

Qemu::~Qemu() {
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string Qemu::last_words() {
  std::string words;
  for (pollfd more{errors_.get(), POLLIN, 0}; ::poll(&more, 1, 1000) > 0;) {
    std::array<char, 512> buffer;
    const ssize_t count = ::read(errors_.get(), buffer.data(), buffer.size());
    if (count <= 0) break;
    words.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return words.substr(0, words.find('\n'));
}

QemuDevice::QemuDevice(const QemuOptions& options, CardLine& card, const PanelLimits& limits)
    : Qemu(options), PanelDevice(take_panel(), take_characters(), card, limits) {
  connect();
}

std::string QemuDevice::why_closed() {
  const std::string words = last_words();
  return words.empty() ? "QEMU has ended" : "QEMU has ended: " + words;
}

}  // namespace sesame
