#include "host/io/socket_stream.hpp"

#include <catch2/catch.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

using namespace sesame;
using io::Descriptor;
using io::SocketStream;

namespace {

struct Pair {
  Pair() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    ours = Descriptor(ends[0]);
    theirs = Descriptor(ends[1]);
  }
  void say(const std::string& text) const {
    REQUIRE(::send(theirs.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  }
  Descriptor ours, theirs;
};

std::string text(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

bool zeros(const std::uint8_t* from, std::size_t count) {
  return std::all_of(from, from + count, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

TEST_CASE("what was taken from a stream is overwritten, and what is left stays") {
  Pair pair;
  SocketStream stream(std::move(pair.ours), 16);
  pair.say("1234rest");
  REQUIRE(stream.receive());
  const std::uint8_t* const begin = stream.received().data();
  stream.take(4);
  CHECK(text(stream.received()) == "rest");
  CHECK(zeros(begin, 4));
}

TEST_CASE("what is left of a full stream goes to the front, and where it was is overwritten") {
  Pair pair;
  SocketStream stream(std::move(pair.ours), 8);
  pair.say("12345678");
  REQUIRE(stream.receive());
  const std::uint8_t* const begin = stream.received().data();
  stream.take(6);
  REQUIRE(stream.receive());  // nothing new
  CHECK(text(stream.received()) == "78");
  CHECK(stream.received().data() == begin);
  CHECK(zeros(begin + 2, 6));
  pair.say("abcdefgh");
  REQUIRE(stream.receive());
  CHECK(text(stream.received()) == "78abcdef");  // as much as there is room for
}

TEST_CASE("what a socket does not take waits, and goes out in its order") {
  Pair pair;
  SocketStream stream(std::move(pair.ours), 8);
  std::string sent;
  for (char c = 'a'; stream.unsent() == 0; c = c == 'z' ? 'a' : static_cast<char>(c + 1)) {
    const std::vector<std::uint8_t> piece(10'000, static_cast<std::uint8_t>(c));
    sent += text(piece);
    REQUIRE(stream.send(piece));
  }
  std::string heard;
  std::array<char, 65'536> some{};
  while (heard.size() < sent.size()) {
    const ssize_t count = ::recv(pair.theirs.get(), some.data(), some.size(), 0);
    if (count > 0) heard.append(some.data(), static_cast<std::size_t>(count));
    REQUIRE(stream.flush());
  }
  CHECK(heard == sent);
  CHECK(stream.unsent() == 0);
}

TEST_CASE("a stream whose other end is closed says so") {
  Pair pair;
  SocketStream stream(std::move(pair.ours), 8);
  CHECK(stream.receive());
  pair.theirs.close();
  CHECK_FALSE(stream.receive());
  CHECK_FALSE(stream.send(std::vector<std::uint8_t>{1}));
}
