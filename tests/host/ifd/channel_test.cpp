// What the handler does when time runs out: the only part of it whose limits a test must choose.
#include "host/ifd/handler/channel.hpp"

#include <catch2/catch.hpp>

#include <future>

#include "tests/host/ifd/machine.hpp"
#include "tests/host/ifd/sockets.hpp"

namespace sesame::ifd {
namespace {

using namespace test;
using namespace std::chrono_literals;

TEST_CASE("a reader that says nothing for too long is hung up on, and its card is gone") {
  const sesame::test::TemporaryFolder folder;
  const Descriptor listener = listen_at(folder.file("reader"));
  Channel channel;
  REQUIRE(channel.open(0, folder.file("reader").c_str()));
  channel.wait(0, 0ms);
  const Descriptor presence = accept_at(listener);
  receive(presence);
  say(presence, Octets{1});
  channel.wait(0, 20s);
  REQUIRE(channel.present());

  Message message;
  Answer answer;
  CHECK(channel.ask(0, {Operation::power_up, 0, {}}, 30ms, message, answer) == Channel::Outcome::silent);
  const Descriptor requests = accept_at(listener);
  receive(requests);                       // the greeting
  CHECK_FALSE(receive(requests).empty());  // the request
  CHECK(receive(requests).empty());
  channel.wait(0, 20s);
  CHECK_FALSE(channel.present());
  CHECK(receive(presence).empty());
}

TEST_CASE("without a peer, the wait lasts as long as it should") {
  const sesame::test::TemporaryFolder folder;
  Channel channel;
  REQUIRE(channel.open(0, folder.file("reader").c_str()));
  const auto start = Clock::now();
  channel.wait(0, 50ms);
  CHECK(Clock::now() - start >= 50ms);
  CHECK_FALSE(channel.present());
}

TEST_CASE("closing ends every wait and request") {
  const sesame::test::TemporaryFolder folder;
  const Descriptor listener = listen_at(folder.file("reader"));
  Channel channel;
  REQUIRE(channel.open(7, folder.file("reader").c_str()));
  auto asking = std::async(std::launch::async, [&] {
    Message message;
    Answer answer;
    return channel.ask(7, {Operation::power_up, 0, {}}, 1h, message, answer);
  });
  auto waiting = std::async(std::launch::async, [&] { channel.wait(7, 1h); });
  const Descriptor one = accept_at(listener), other = accept_at(listener);
  receive(one);
  receive(other);
  channel.close();
  CHECK(asking.get() == Channel::Outcome::gone);
  waiting.get();
  Message message;
  Answer answer;
  CHECK(channel.ask(7, {Operation::power_up, 0, {}}, 1h, message, answer) == Channel::Outcome::gone);
}

}  // namespace
}  // namespace sesame::ifd
