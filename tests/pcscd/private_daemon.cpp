#include "tests/pcscd/private_daemon.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <winscard.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace sesame::pcscd {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto kPatience = std::chrono::seconds(20);  // for a daemon on a machine with other things to do
constexpr const char* kSocketVariable = "PCSCLITE_CSOCK_NAME";

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::runtime_error(what + ": " + std::strerror(error));
}

fs::path new_folder() {
  std::string pattern = (fs::temp_directory_path() / "sesame-pcscd-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) fail("no temporary folder " + pattern, errno);
  return pattern;
}

// libpcsclite reads its variable once in a process's life. So this process's points to a link, and the link
// to whichever daemon is the newest; to nothing, at first: no test ever meets the system's daemon.
class CurrentDaemon {
 public:
  CurrentDaemon() : folder_(new_folder()) { ::setenv(kSocketVariable, link().c_str(), 1); }
  ~CurrentDaemon() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  void set(const fs::path& socket) {
    std::error_code ignored;
    fs::remove(link(), ignored);
    fs::create_symlink(socket, link());
  }

 private:
  fs::path link() const { return folder_ / "current"; }

  fs::path folder_;
};
CurrentDaemon current_daemon;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// vpcd keeps its readers by slot number alone: two entries that share a library would share their cards. So
// each gets a file of its own, which also takes it out of the folder that the daemon does not see.
std::string own_copy(const ReaderEntry& reader, const fs::path& folder, std::size_t number) {
  if (reader.library != VPCD) return reader.library;
  const fs::path copy = folder / ("libifdvpcd-" + std::to_string(number) + ".so");
  fs::copy_file(reader.library, copy);
  return copy.string();
}

void write_configuration(const fs::path& folder, const std::vector<ReaderEntry>& readers) {
  fs::create_directory(folder / "reader.conf.d");
  std::ofstream out(folder / "reader.conf.d" / "readers");
  for (std::size_t i = 0; i < readers.size(); ++i) {
    out << "FRIENDLYNAME \"" << readers[i].friendly_name << "\"\nDEVICENAME " << readers[i].device_name
        << "\nLIBPATH " << own_copy(readers[i], folder, i) << "\nCHANNELID " << readers[i].channel << "\n\n";
  }
}

Descriptor listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw std::runtime_error(path + " is too long for a socket: set TMPDIR to a shorter path");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, 64) != 0) {
    fail("no socket at " + path, errno);
  }
  return Descriptor(fd);
}

// ---- What runs in the child, between fork and exec: system calls only, no memory is asked for. ----

// What went wrong, for the parent, in whose memory the text is too.
struct StartFailure {
  const char* what;
  int error;
};

struct Launch {
  int listener, log, failure;  // descriptors
  pid_t parent;
  const char* uid_map;  // "uid uid 1"
  const char* gid_map;
  char* listen_pid;  // the digits of LISTEN_PID, to be filled in
  char* const* arguments;
  char* const* environment;
};

bool write_file(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool written = ::write(fd, text, std::strlen(text)) == static_cast<ssize_t>(std::strlen(text));
  ::close(fd);
  return written;
}

bool new_mount_namespace(const Launch& launch) {
  if (::unshare(CLONE_NEWNS) == 0) return true;
  return ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_file("/proc/self/setgroups", "deny") &&
         write_file("/proc/self/uid_map", launch.uid_map) && write_file("/proc/self/gid_map", launch.gid_map);
}

bool cover(const char* folder) {
  return ::mount("tmpfs", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0;
}

bool exists(const char* path) {
  struct stat ignored {};
  return ::stat(path, &ignored) == 0;
}

// A /run of the daemon's own for its process number, and no drivers of USB readers: those are not a test's.
bool isolate(const Launch& launch) {
  return new_mount_namespace(launch) && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         cover(exists("/run/pcscd") ? "/run/pcscd" : "/run") && (!exists(DRIVERS) || cover(DRIVERS));
}

// Where namespaces are not permitted, as in many containers: pcscd needs no more than its folder in /run.
bool can_do_without() {
  ::mkdir("/run/pcscd", 0755);
  return ::access("/run/pcscd", W_OK) == 0;
}

void put_number(char* out, pid_t number) {
  std::array<char, 16> digits{};
  std::size_t count = 0;
  for (; number > 0; number /= 10) digits[count++] = static_cast<char>('0' + number % 10);
  while (count > 0) *out++ = digits[--count];
  *out = '\0';
}

[[noreturn]] void give_up(const Launch& launch, const char* what) {
  const StartFailure failure{what, errno};
  [[maybe_unused]] const ssize_t written = ::write(launch.failure, &failure, sizeof failure);
  ::_exit(127);
}

[[noreturn]] void become_daemon(Launch launch) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);

  // Out of the way of the numbers they are to get.
  launch.failure = ::fcntl(launch.failure, F_DUPFD_CLOEXEC, 10);
  launch.listener = ::fcntl(launch.listener, F_DUPFD_CLOEXEC, 10);
  if (!isolate(launch) && !can_do_without()) {
    give_up(launch,
            "no private pcscd: neither a mount namespace (as root, or unprivileged user namespaces) nor a "
            "/run/pcscd that can be written; make one: mkdir /run/pcscd && chown $USER /run/pcscd");
  }
  // After the namespaces: a change of credentials clears it.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launch.parent) ::_exit(127);

  // The first descriptor that systemd's socket activation passes is 3: sd_listen_fds(3).
  if (::dup2(launch.log, STDOUT_FILENO) < 0 || ::dup2(launch.log, STDERR_FILENO) < 0 ||
      ::dup2(launch.listener, 3) < 0 || ::close_range(4, UINT_MAX, CLOSE_RANGE_CLOEXEC) != 0) {
    give_up(launch, "no private pcscd: its descriptors");
  }
  put_number(launch.listen_pid, ::getpid());
  ::execve(PCSCD, launch.arguments, launch.environment);
  give_up(launch, "no private pcscd: " PCSCD " does not start; install pcscd");
}

// ---- The parent again. ----

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> inherited_environment() {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, "LISTEN_", 7) != 0) out.emplace_back(*entry);
  }
  return out;
}

// Whether exec succeeded: the pipe was closed by it, with nothing said.
void expect_start(int failure_pipe) {
  StartFailure failure{};
  ssize_t got = 0;
  do {
    got = ::read(failure_pipe, &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  if (got == static_cast<ssize_t>(sizeof failure)) fail(failure.what, failure.error);
}

class Context {
 public:
  Context() : result_(::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &handle_)) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    if (result_ == SCARD_S_SUCCESS) ::SCardReleaseContext(handle_);
  }
  LONG result() const { return result_; }
  SCARDCONTEXT get() const { return handle_; }

 private:
  SCARDCONTEXT handle_ = 0;
  LONG result_;
};

// A sanitizer has found something in a driver, which must not go unnoticed where the daemon is no longer
// needed.
void expect_sane(const std::string& log) {
  if (log.find("AddressSanitizer") == std::string::npos && log.find("runtime error") == std::string::npos)
    return;
  std::cerr << log;
  std::abort();
}

// The names, each ended by a zero byte.
std::string reader_names(SCARDCONTEXT context) {
  DWORD size = 0;
  if (::SCardListReaders(context, nullptr, nullptr, &size) != SCARD_S_SUCCESS) return {};
  std::string names(size, '\0');
  return ::SCardListReaders(context, nullptr, names.data(), &size) == SCARD_S_SUCCESS ? names : std::string();
}

bool all_there(const std::string& names, const std::vector<ReaderEntry>& readers) {
  const std::string bounded = std::string(1, '\0') + names;
  for (const ReaderEntry& reader : readers) {
    if (bounded.find(std::string(1, '\0') + reader.friendly_name + " ") == std::string::npos) return false;
  }
  return true;
}

}  // namespace

ReaderEntry vpcd_reader(const std::string& name, std::uint16_t port) {
  return {name, "/dev/null:" + std::to_string(port), VPCD, port};
}

std::uint16_t free_port() {
  static std::mutex mutex;
  static std::vector<std::unique_ptr<Descriptor>> held;
  static unsigned pairs_tried = 0;

  const auto reserve = [](unsigned port) {
    auto fd = std::make_unique<Descriptor>(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool bound = ::bind(fd->get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return bound ? std::move(fd) : nullptr;
  };
  // No other process takes a port that is bound, but a driver, which sets SO_REUSEADDR, may still listen
  // there.
  const auto share_with_driver = [](int fd) {
    const int yes = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  };

  const std::lock_guard lock(mutex);
  // Below the ports that the system hands out: a card of another test that still looks for its reader at such
  // a port, where nothing listens any more, would insert itself here.
  constexpr unsigned first_port = 20000, pairs = 6000;
  while (pairs_tried < pairs) {
    const unsigned port = first_port + 2 * ((static_cast<unsigned>(::getpid()) + pairs_tried++) % pairs);
    auto first = reserve(port);
    auto second = reserve(port + 1);
    if (!first || !second) continue;
    share_with_driver(first->get());
    share_with_driver(second->get());
    held.push_back(std::move(first));
    held.push_back(std::move(second));
    return static_cast<std::uint16_t>(port);
  }
  fail("no two free TCP ports in a row", errno);
}

PrivateDaemon::PrivateDaemon(const std::vector<ReaderEntry>& readers) : folder_(new_folder()) {
  try {
    write_configuration(folder_, readers);
    start();
    current_daemon.set(socket());
    wait_for(readers);
  } catch (...) {
    kill();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    throw;
  }
}

PrivateDaemon::~PrivateDaemon() {
  kill();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void PrivateDaemon::start() {
  Descriptor listener = listen_at(socket());
  const Descriptor log(::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  std::array<int, 2> ends{};
  if (log.get() < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) fail("no log, or no pipe", errno);
  const Descriptor failure(ends[0]);
  Descriptor failure_in_child(ends[1]);

  std::vector<std::string> arguments{PCSCD, "--foreground", "--config", (folder_ / "reader.conf.d").string()};
  std::vector<std::string> environment = inherited_environment();
#ifdef SANITIZER_RUNTIME
  environment.emplace_back("LD_PRELOAD=" SANITIZER_RUNTIME);
  environment.emplace_back("ASAN_OPTIONS=detect_leaks=0");  // of pcscd's own
#endif
  environment.emplace_back("LISTEN_FDS=1");
  environment.emplace_back("LISTEN_PID=" + std::string(20, '0'));
  const std::vector<char*> argv = pointers(arguments);
  const std::vector<char*> envp = pointers(environment);
  const auto map_of = [](unsigned id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; };
  const std::string uid_map = map_of(::getuid());
  const std::string gid_map = map_of(::getgid());

  const Launch launch{listener.get(),
                      log.get(),
                      failure_in_child.get(),
                      ::getpid(),
                      uid_map.c_str(),
                      gid_map.c_str(),
                      environment.back().data() + std::strlen("LISTEN_PID="),
                      argv.data(),
                      envp.data()};
  pid_ = ::fork();
  if (pid_ < 0) fail("no process for pcscd", errno);
  if (pid_ == 0) become_daemon(launch);
  failure_in_child.close();
  // Only the daemon has it now: when the daemon dies, a client that waits to be accepted hears of it.
  listener.close();
  expect_start(failure.get());
}

void PrivateDaemon::wait_for(const std::vector<ReaderEntry>& readers) const {
  const auto deadline = Clock::now() + kPatience;
  const Context context;  // waits to be accepted
  std::string names;
  while (context.result() == SCARD_S_SUCCESS) {
    names = reader_names(context.get());
    if (all_there(names, readers)) return;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    SCARD_READERSTATE any_reader{};
    any_reader.szReader = "\\\\?PnP?\\Notification";
    const LONG result =
        ::SCardGetStatusChange(context.get(), static_cast<DWORD>(left.count()), &any_reader, 1);
    if (result != SCARD_S_SUCCESS) break;
  }
  for (char& c : names) c = c == '\0' ? ';' : c;
  throw std::runtime_error("the private pcscd does not have the readers it should; it has: " + names +
                           " and says: " + log());
}

void PrivateDaemon::kill() { end(SIGKILL); }
void PrivateDaemon::stop() { end(SIGTERM); }

void PrivateDaemon::pause() {
  ::kill(pid_, SIGSTOP);
  siginfo_t stopped{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &stopped, WSTOPPED) < 0 && errno == EINTR) {
  }
}

void PrivateDaemon::go_on() { ::kill(pid_, SIGCONT); }

void PrivateDaemon::end(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  expect_sane(log());
}

std::string PrivateDaemon::socket() const { return (folder_ / "socket").string(); }

std::map<std::string, std::string> PrivateDaemon::environment() const {
  return {{kSocketVariable, socket()}};
}

std::string PrivateDaemon::log() const { return slurp(folder_ / "log"); }

}  // namespace sesame::pcscd
