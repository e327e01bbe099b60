// The durable store on a real file system, among real processes.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "host/base/failure.hpp"
#include "host/state/durable_store.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace sesame;
using namespace sesame::state;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using std::chrono::milliseconds;
using std::chrono::minutes;
namespace fs = std::filesystem;

namespace {

std::vector<std::string>* synced = nullptr;  // what reached the disk, by name at that time, where a test asks

}  // namespace

// In the place of the C library's, for this executable: there is no other way to see that the real one is
// called.
extern "C" int fsync(int descriptor) {
  std::error_code unknown;
  if (synced != nullptr)
    synced->push_back(fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor), unknown).string());
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}

namespace {

unsigned mode(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777u;
}

std::uint32_t atc(const CounterStore& store) {
  const auto counters = store.get("A1");
  return counters ? counters->find("atc").value_or(0) : 0;
}

void count(CounterStore& store) { store.put("A1", Counters{{"atc", atc(store) + 1}}); }

std::string refusal(const std::string& path, Failure::Kind kind, milliseconds wait = {}) {
  try {
    DurableStore store(path, wait);
    count(store);
  } catch (const Failure& failure) {
    CHECK(failure.kind() == kind);
    CHECK(std::string(failure.what()).find('\n') == std::string::npos);
    return failure.what();
  }
  return "accepted";
}

// Runs it in a child process, which then ends at once with that status.
pid_t start(const std::function<int()>& run) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    ::_exit(run());
  } catch (...) {
    ::_exit(99);
  }
}

int exit_status(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// Open file descriptors, and whether those of files below `directory` close on exec.
struct Descriptors {
  std::size_t all = 0;
  std::size_t below = 0;
  std::size_t inherited = 0;
};
Descriptors descriptors(const std::string& directory) {
  Descriptors found;
  for (int fd = 0; fd < 1024; ++fd) {
    const int flags = ::fcntl(fd, F_GETFD);
    if (flags < 0) continue;
    ++found.all;
    std::error_code error;
    const std::string path = fs::read_symlink("/proc/self/fd/" + std::to_string(fd), error).string();
    if (path.rfind(directory, 0) != 0) continue;
    ++found.below;
    if ((flags & FD_CLOEXEC) == 0) ++found.inherited;
  }
  return found;
}

class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("the state file is where the XDG base directory specification wants it") {
  struct Case {
    const char* xdg_state_home;
    const char* home;
    const char* file;
  };
  const Case cases[] = {
      {"/state", "/home/u", "/state/sesame/cards.state"},
      {"/state", nullptr, "/state/sesame/cards.state"},
      {nullptr, "/home/u", "/home/u/.local/state/sesame/cards.state"},
      {"", "/home/u", "/home/u/.local/state/sesame/cards.state"},
      {"relative", "/home/u", "/home/u/.local/state/sesame/cards.state"},
  };
  for (const Case& c : cases) {
    const Variable state("XDG_STATE_HOME", c.xdg_state_home);
    const Variable home("HOME", c.home);
    CHECK(default_state_file("cards") == c.file);
  }
  for (const char* unusable : {static_cast<const char*>(nullptr), "", "relative"}) {
    const Variable state("XDG_STATE_HOME", unusable);
    const Variable home("HOME", unusable);
    try {
      default_state_file("cards");
      FAIL("accepted");
    } catch (const Failure& failure) {
      CHECK(failure.kind() == Failure::environment);
      CHECK_THAT(failure.what(), Contains("neither XDG_STATE_HOME nor HOME is set"));
    }
  }
}

TEST_CASE("counters come back when the store is opened again") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("made/on/the way/cards.state");
  {
    DurableStore store(path);
    CHECK_FALSE(store.get("A1"));
    store.put("A1", Counters{{"atc", 0xB4}, {"tries", 3}, {"blocked", 0}});
    store.put("B2", Counters{{"atc", 1}});
    store.put("A1", Counters{{"tries", 2}});
  }
  CHECK_THAT(sesame::test::content(path), StartsWith("sesame-state 1\n"
                                                     "A1 atc=00B4 tries=0002 blocked=0000\n"
                                                     "B2 atc=0001\n"
                                                     "end "));
  const DurableStore store(path);
  CHECK(store.get("A1")->find("tries") == 2u);
  CHECK(store.get("A1")->find("atc") == 0xB4u);
  CHECK(mode(path) == 0600);
  CHECK(mode(path + ".lock") == 0600);
  CHECK(mode(directory.file("made")) == 0700);
  CHECK(mode(directory.file("made/on/the way")) == 0700);
  CHECK_FALSE(fs::exists(path + ".new"));
}

TEST_CASE("a file name alone is in the working directory") {
  const sesame::test::TemporaryFolder directory;
  CHECK(exit_status(start([&] {
          if (::chdir((directory.file("")).c_str()) != 0) return 1;
          DurableStore store("cards.state");
          count(store);
          return 0;
        })) == 0);
  CHECK(atc(DurableStore(directory.file("cards.state"))) == 1);
}

TEST_CASE("a symbolic link stays one, and is locked with the file that it names") {
  const sesame::test::TemporaryFolder directory;
  fs::create_directory(directory.file("real"));
  const std::string link = directory.file("link");
  const std::string real = directory.file("real/cards.state");
  fs::create_symlink("second", link);
  fs::create_symlink("real/cards.state", directory.file("second"));
  {
    DurableStore store(link);  // of which the file does not exist yet
    count(store);
    CHECK_THAT(refusal(real, Failure::environment), Contains("in use by another sesame"));
  }
  CHECK(fs::is_symlink(link));
  CHECK(fs::is_regular_file(fs::symlink_status(real)));
  CHECK(atc(DurableStore(real)) == 1);
  CHECK_FALSE(fs::exists(link + ".lock"));

  const std::string loop = directory.file("loop");
  fs::create_symlink("loop", loop);
  CHECK_THAT(refusal(loop, Failure::environment), Contains("Too many levels of symbolic links"));
}

TEST_CASE("a value is on the disk before put returns: the new file under its own name, then the folder") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("cards.state");
  DurableStore store(path);
  count(store);
  std::vector<std::string> seen;
  synced = &seen;
  count(store);
  synced = nullptr;
  const fs::path folder = fs::canonical(fs::path(path).parent_path());
  CHECK(seen == std::vector<std::string>{(folder / "cards.state.new").string(), folder.string()});
}

TEST_CASE("a link in the place of what the store makes for itself leads it nowhere") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("cards.state"), precious = directory.file("precious");
  const std::string suffix = GENERATE(".new", ".lock");
  CAPTURE(suffix);
  std::ofstream(precious) << "precious";
  fs::create_symlink(precious, path + suffix);
  CHECK_THAT(refusal(path, Failure::environment), Contains("Too many levels of symbolic links"));
  CHECK(sesame::test::content(precious) == "precious");
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("what cannot be a state file is refused in one line") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("x");

  SECTION("a directory") {
    fs::create_directory(path);
    CHECK_THAT(refusal(path, Failure::environment), StartsWith("cannot read " + path + ": Is a directory"));
  }
  SECTION("the name of a directory") {
    CHECK_THAT(refusal(path + "/", Failure::environment), Contains(": Is a directory"));
    CHECK_FALSE(fs::exists(path));
  }
  SECTION("no name") { CHECK_THAT(refusal("", Failure::environment), StartsWith("cannot open ")); }
  SECTION("a file for a parent") {
    std::ofstream(path) << "x";
    CHECK_THAT(refusal(path + "/y", Failure::environment), Contains(": Not a directory"));
  }
  SECTION("a named pipe") {
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK_THAT(refusal(path, Failure::invalid), StartsWith(path + ":1: "));
  }
  SECTION("an empty file") {
    std::ofstream(path) << "";
    CHECK_THAT(refusal(path, Failure::invalid), StartsWith(path + ":1: "));
    CHECK(sesame::test::content(path).empty());
  }
  SECTION("more than 16 MiB") {
    std::ofstream(path) << "";
    fs::resize_file(path, (16 << 20) + 1);
    CHECK_THAT(refusal(path, Failure::invalid), StartsWith(path + ": larger than 16 MiB"));
    fs::resize_file(path, 16 << 20);
    CHECK_THAT(refusal(path, Failure::invalid), StartsWith(path + ":1: "));
  }
}

TEST_CASE("without permission there is one line, and nothing changes") {
  const sesame::test::TemporaryFolder directory;
  const std::string read_only = directory.file("read-only");
  const std::string path = read_only + "/cards.state";
  fs::create_directory(read_only);
  {
    DurableStore store(path);
    count(store);
  }
  const std::string before = sesame::test::content(path);
  const auto as_user = [](const std::function<int()>& run) {
    return exit_status(start([&] { return ::geteuid() == 0 && ::setuid(65534) != 0 ? 98 : run(); }));
  };
  const auto refused_with = [](const std::string& file, const std::string& start) {
    try {
      DurableStore store(file);
      count(store);
    } catch (const Failure& failure) {
      return failure.kind() == Failure::environment && std::string(failure.what()).rfind(start, 0) == 0;
    }
    return false;
  };
  ::chmod((directory.file("")).c_str(), 0755);
  ::chmod(read_only.c_str(), 0555);
  ::chmod(path.c_str(), 0444);

  SECTION("to create the lock file") {
    ::chmod(read_only.c_str(), 0755);
    fs::remove(path + ".lock");
    ::chmod(read_only.c_str(), 0555);
    CHECK(as_user([&] {
            return refused_with(path, "cannot lock " + path + ".lock: Permission denied; ") ? 0 : 1;
          }) == 0);
  }
  SECTION("to write the directory") {
    ::chmod((path + ".lock").c_str(), 0666);
    CHECK(as_user([&] {
            return refused_with(path, "cannot write " + path + ": Permission denied; ") ? 0 : 1;
          }) == 0);
  }
  SECTION("to create the directory") {
    const std::string below = read_only + "/more/cards.state";
    CHECK(as_user([&] {
            return refused_with(below, "cannot create " + read_only + "/more: Permission denied; ") ? 0 : 1;
          }) == 0);
  }
  SECTION("to read the file") {
    ::chmod((path + ".lock").c_str(), 0666);
    ::chmod(path.c_str(), 0);
    CHECK(as_user([&] {
            return refused_with(path, "cannot open " + path + ": Permission denied; ") ? 0 : 1;
          }) == 0);
    ::chmod(path.c_str(), 0600);
  }
  ::chmod(read_only.c_str(), 0755);
  CHECK(sesame::test::content(path) == before);
}

TEST_CASE("a home whose parent cannot be read is no obstacle") {
  const sesame::test::TemporaryFolder directory;
  const std::string home = directory.file("home/u");
  fs::create_directories(home);
  ::chmod((directory.file("")).c_str(), 0755);
  ::chmod((directory.file("home")).c_str(), 0711);
  ::chmod(home.c_str(), 0777);
  CHECK(exit_status(start([&] {
          if (::geteuid() == 0 && ::setuid(65534) != 0) return 98;
          DurableStore store(home + "/.local/state/sesame/cards.state");
          count(store);
          return 0;
        })) == 0);
  CHECK(fs::exists(home + "/.local/state/sesame/cards.state"));
}

TEST_CASE("a file that may not grow is reported, and the former values stay") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("cards.state");
  CHECK(exit_status(start([&] {
          DurableStore store(path);
          count(store);
          ::signal(SIGXFSZ, SIG_IGN);
          const rlimit limit{60, 60};  // the new file would be longer, so its write is cut short
          if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
          try {
            store.put(std::string(64, 'B'), Counters{{"atc", 1}});
            return 2;
          } catch (const Failure& failure) {
            const std::string start = "cannot write " + path + ": File too large; make room there";
            if (std::string(failure.what()).rfind(start, 0) != 0) return 3;
          }
          if (store.get(std::string(64, 'B')) || atc(store) != 1) return 4;
          count(store);  // which fits
          return 0;
        })) == 0);
  CHECK(atc(DurableStore(path)) == 2);
}

TEST_CASE("no descriptor is inherited or left open") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("cards.state");
  const std::size_t before = descriptors(path).all;
  {
    DurableStore store(path);
    count(store);
    const Descriptors open = descriptors(path);
    CHECK(open.all == before + 1);
    CHECK(open.below == 1);
    CHECK(open.inherited == 0);
    refusal(path, Failure::environment);
    refusal(path, Failure::environment, milliseconds(1));
    CHECK(descriptors(path).all == before + 1);
  }
  CHECK(descriptors(path).all == before);
  std::ofstream(path) << "damaged";
  refusal(path, Failure::invalid);
  CHECK(descriptors(path).all == before);
}

TEST_CASE("two stores of one file exclude each other in one process") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("cards.state");
  {
    DurableStore store(path);
    const auto start = std::chrono::steady_clock::now();
    CHECK(refusal(path, Failure::environment) ==
          path + " is in use by another sesame; waited 0 s: try again when it has ended");
    CHECK(refusal(path, Failure::environment, milliseconds(50)) ==
          path + " is in use by another sesame; waited 0.05 s: try again when it has ended");
    CHECK(std::chrono::steady_clock::now() - start >= milliseconds(50));
    count(store);  // a store that was refused has not unlocked this one
    CHECK_THAT(refusal(path, Failure::environment), Contains("in use"));
  }
  // Nor does a wait given up take the lock later.
  CHECK(refusal(path, Failure::environment) == "accepted");
  CHECK(atc(DurableStore(path, {})) == 2);
}

TEST_CASE("who waits for the lock gets it when the file is closed") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("cards.state");
  std::optional<DurableStore> first(std::in_place, path);
  std::array<int, 2> ready{};
  REQUIRE(::pipe(ready.data()) == 0);
  std::thread waiter([&] {
    const char byte = 1;
    if (::write(ready[1], &byte, 1) != 1) return;
    DurableStore store(path, minutes(1));
    count(store);
  });
  char byte = 0;
  CHECK(::read(ready[0], &byte, 1) == 1);
  count(*first);
  first.reset();
  waiter.join();
  CHECK(atc(DurableStore(path)) == 2);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("a process killed with the lock leaves it free") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("cards.state");
  CHECK(exit_status(start([&] {
          DurableStore store(path);
          count(store);
          return ::raise(SIGKILL);
        })) == 1000 + SIGKILL);
  CHECK(atc(DurableStore(path, {})) == 1);
}

TEST_CASE("two processes that count 200 times each arrive at 400") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("cards.state");
  const auto count_200 = [&] {
    for (int i = 0; i < 200; ++i) {
      DurableStore store(path, minutes(5));
      count(store);
    }
    return 0;
  };
  const pid_t one = start(count_200);
  const pid_t other = start(count_200);
  CHECK(exit_status(one) == 0);
  CHECK(exit_status(other) == 0);
  CHECK(atc(DurableStore(path)) == 400);
}

TEST_CASE("kill -9 while counting loses no value that was acknowledged") {
  const sesame::test::TemporaryFolder directory;
  const std::string path = directory.file("cards.state");
  std::uint32_t last = 0;
  for (int kill_after = 0; kill_after < 60; ++kill_after) {
    std::array<int, 2> acknowledged{};
    REQUIRE(::pipe(acknowledged.data()) == 0);
    const pid_t child = start([&] {
      DurableStore store(path);
      while (true) {
        count(store);
        const std::uint32_t value = atc(store);
        if (::write(acknowledged[1], &value, sizeof value) != sizeof value) return 1;
      }
    });
    ::close(acknowledged[1]);
    const auto next = [&] {
      std::uint32_t value = 0;
      if (::read(acknowledged[0], &value, sizeof value) != sizeof value) return false;
      CHECK(value == last + 1);  // so none is used twice either
      last = value;
      return true;
    };
    for (int i = 0; i < kill_after % 20; ++i) REQUIRE(next());
    ::kill(child, SIGKILL);
    while (next()) {
    }
    CHECK(exit_status(child) == 1000 + SIGKILL);
    ::close(acknowledged[0]);
    const std::uint32_t now = atc(DurableStore(path, {}));
    CHECK((now == last || now == last + 1));  // the one under way may be there
    last = now;
  }
  CHECK(last >= 3 * (19 * 20) / 2);
}
