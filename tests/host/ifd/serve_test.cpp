// `sesame reader serve` by itself: its lines, its keys, its end.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "tests/host/ifd/served_reader.hpp"

namespace sesame::ifd::test {
namespace {

using Catch::Matchers::Contains;
using e2e::Sandbox;

TEST_CASE("the reader works by itself, when no program has the card") {
  const Sandbox sandbox;
  ServedReader reader(sandbox, sandbox.file("reader"), {"--ephemeral", "--atc", "B4"});
  CHECK_THAT(reader.wait_for("a = CODE"), Contains("i = card in") && !Contains("q = end"));
  reader.wait_for("│Choisir la      │\n│fonction        │");
  reader.type("a");
  reader.wait_for("Code secret ?");
  reader.type("1234\n");
  CHECK_THAT(reader.wait_for("4251 1495"), !Contains("1234"));
}

TEST_CASE("neither the end of the keys nor q ends the reader") {
  const Sandbox sandbox;
  ServedReader reader(sandbox, sandbox.file("reader"));
  reader.type("q\x03");
  reader.no_more_keys();
  reader.signal(SIGUSR1);
  reader.wait_for("retir");
  reader.signal(SIGUSR2);
  reader.signal(GENERATE(SIGINT, SIGTERM));
  CHECK(reader.end() == 0);
  CHECK_FALSE(std::filesystem::exists(reader.socket()));
}

TEST_CASE("a second reader at the same socket is refused, and one that was killed is replaced") {
  const Sandbox sandbox;
  ServedReader reader(sandbox, sandbox.file("reader"));
  const std::vector<std::string> second{"reader", "serve", "--ephemeral", "--socket", reader.socket()};
  const e2e::Outcome refused = sandbox.sesame(second);
  CHECK(refused.status == 3);
  CHECK(refused.err == "sesame: " + reader.socket() + ": another reader is served there\n");
  reader.signal(SIGKILL);
  CHECK(reader.end() == 128 + SIGKILL);
  ServedReader third(sandbox, sandbox.file("reader"));
  third.signal(SIGTERM);
  CHECK(third.end() == 0);
}

TEST_CASE("what is wrong with the options is said before anything is served") {
  const Sandbox sandbox;
  const auto serve = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"reader", "serve", "--ephemeral"});
    return sandbox.sesame(options);
  };
  CHECK(serve({}).status == 2);
  CHECK(serve({"--socket", ""}).status == 2);
  CHECK(serve({"--socket", "/tmp/" + std::string(100, 'x')}).status == 2);
  CHECK(serve({"--socket", sandbox.file("reader"), "--keys-from", "77"}).status == 2);
  CHECK(serve({"--socket", sandbox.file("reader"), "--profile", "none"}).status == 2);
  CHECK(serve({"--socket", sandbox.file("no/reader")}).status == 3);
  CHECK(serve({"--socket", sandbox.write("file", "precious")}).status == 3);
  CHECK(sandbox.read("file") == "precious");
}

TEST_CASE("a state that cannot be written ends the reader") {
  const Sandbox sandbox;
  const std::string folder = sandbox.file("counters");
  std::filesystem::create_directory(folder);
  ServedReader reader(sandbox, sandbox.file("reader"), {"--state", folder + "/state"});
  reader.wait_for("Choisir");
  std::filesystem::remove_all(folder);
  reader.type("a1234\n");
  CHECK(reader.end() == 3);
  CHECK_FALSE(std::filesystem::exists(reader.socket()));
}

// A person at a terminal.
class Person {
 public:
  explicit Person(const Sandbox& sandbox) {
    const std::string socket = sandbox.file("reader");
    winsize size{24, 80, 0, 0};
    child_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    if (child_ == 0) {
      ::execl(SESAME_BINARY, "sesame", "reader", "serve", "--ephemeral", "--atc", "B4", "--socket",
              socket.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
  }
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  ~Person() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(terminal_);
  }

  void type(const std::string& keys) {
    REQUIRE(::write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
  }
  const std::string& wait_for(const std::string& words) {
    while (seen_.find(words) == std::string::npos) {
      CAPTURE(seen_);
      pollfd watched{terminal_, POLLIN, 0};
      REQUIRE(::poll(&watched, 1, 20'000) == 1);
      std::array<char, 4096> buffer{};
      const ssize_t got = ::read(terminal_, buffer.data(), buffer.size());
      REQUIRE(got > 0);
      seen_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return seen_;
  }
  void signal(int number) const { ::kill(child_, number); }
  int end() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  bool echoes() const {
    termios now{};
    return ::tcgetattr(terminal_, &now) == 0 && (now.c_lflag & ECHO) != 0 && (now.c_lflag & ICANON) != 0;
  }

 private:
  pid_t child_ = 0;
  int terminal_ = -1;
  std::string seen_;
};

TEST_CASE("at a terminal the screen changes in its place, and a PIN is not echoed") {
  const Sandbox sandbox;
  Person person(sandbox);
  person.wait_for("q = end");
  person.wait_for("Choisir");
  CHECK_FALSE(person.echoes());
  person.type("a");
  person.wait_for("Code secret ?");
  person.type("1234\r");
  CHECK_THAT(person.wait_for("4251 1495"), !Contains("1234") && Contains("\x1b[4A\r"));
  SECTION("q ends it") { person.type("q"); }
  SECTION("^C ends it") { person.type("\x03"); }
  SECTION("a signal ends it") { person.signal(SIGTERM); }
  CHECK(person.end() == 0);
  CHECK(person.echoes());
}

}  // namespace
}  // namespace sesame::ifd::test
