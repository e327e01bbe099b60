#include "host/terminal/log.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>

using namespace sesame;
using terminal::Log;
using namespace std::chrono_literals;

namespace {

// A pipe or a socket whose writing end blocks, as that of a shell does.
class Channel {
 public:
  enum class Kind { pipe, socket };
  explicit Channel(Kind kind) {
    const int made = kind == Kind::pipe ? ::pipe2(ends_.data(), O_CLOEXEC)
                                        : ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data());
    REQUIRE(made == 0);
    REQUIRE(::fcntl(ends_[0], F_SETFL, O_NONBLOCK) == 0);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() {
    close_reader();
    ::close(ends_[1]);
  }

  int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  // What is in it.
  std::string read() const {
    std::string all;
    std::array<char, 4096> chunk{};
    for (ssize_t got = 0; (got = ::read(ends_[0], chunk.data(), chunk.size())) > 0;) {
      all.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

struct Time {
  Log::Clock::time_point now{};
  auto clock() {
    return [this] { return now; };
  }
};

}  // namespace

TEST_CASE("a line is said at once, on one line") {
  const Channel channel(Channel::Kind::pipe);
  Log log(channel.writer());
  log.tell("card \x1B[2J\nis in");
  CHECK(channel.read() == "sesame: card ?[2J?is in\n");
}

TEST_CASE("what is not read is not waited for, and counted") {
  for (const auto kind : {Channel::Kind::pipe, Channel::Kind::socket}) {
    const Channel channel(kind);
    Time time;
    Log log(channel.writer(), time.clock());
    const std::string drawing(1000, 'x');
    std::size_t drawn = 0;
    while (log.draw(drawing)) REQUIRE(++drawn < 10'000);
    while (log.draw("x")) REQUIRE(++drawn < 1'000'000);  // until it is full
    log.tell("the first");
    log.tell("the second");
    CHECK(channel.read().find("first") == std::string::npos);
    log.tell("the third");
    CHECK(channel.read() == "sesame: lines that were left out here: 2\nsesame: the third\n");
  }
}

TEST_CASE("a flood is followed by a line every three seconds, which says how many were left out") {
  const Channel channel(Channel::Kind::pipe);
  Time time;
  Log log(channel.writer(), time.clock());
  for (int i = 0; i < 1000; ++i) log.tell("again");
  CHECK(lines(channel.read()) == Log::kInARow);
  time.now += Log::kPause - 1ms;
  log.tell("too early");
  CHECK(channel.read().empty());
  time.now += 1ms;
  log.tell("in time");
  CHECK(channel.read() == "sesame: lines that were left out here: 981\nsesame: in time\n");
  log.tell("again");
  CHECK(channel.read().empty());
  time.now += 1h;
  for (int i = 0; i < 1000; ++i) log.tell("again");
  CHECK(lines(channel.read()) == Log::kInARow + 1);
}

TEST_CASE("a reader that has gone ends no process, and the signal is as it was afterwards") {
  Channel channel(Channel::Kind::pipe);
  const auto before = std::signal(SIGPIPE, SIG_DFL);
  {
    Log log(channel.writer());
    channel.close_reader();
    log.tell("not read");  // SIGPIPE would end this
  }
  CHECK(std::signal(SIGPIPE, before) == SIG_DFL);
}

TEST_CASE("a descriptor that others write to, too, goes on waiting for them") {
  const Channel channel(Channel::Kind::pipe);
  const Log log(channel.writer());
  CHECK((::fcntl(channel.writer(), F_GETFL) & O_NONBLOCK) == 0);
}
