// A card in the reader of something that talks as vpcd does.
#include <csignal>

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <thread>

#include "host/base/failure.hpp"
#include "host/vpcd/server.hpp"
#include "tests/host/vpcd/spy_slot.hpp"

using namespace sesame;
using namespace sesame::vpcd;
using namespace sesame::vpcd::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

// A server on a thread of its own, with the signals of this process.
class Served {
 public:
  Served(CardSlot& slot, ServerOptions options)
      : server_(slot, std::move(options), signals_, [this](const std::string& line) { tell(line); }),
        thread_([this] {
          std::string outcome = "ended";
          try {
            server_.run();
          } catch (const Failure& failure) {
            outcome = std::string(to_string(failure.kind())) + " " + failure.what();
          }
          const std::lock_guard lock(mutex_);
          outcome_ = outcome;
          changed_.notify_all();
        }) {}
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  ~Served() {
    signal(SIGTERM);
    thread_.join();
  }

  void signal(int number) const { ::kill(::getpid(), number); }

  // The next line, or how it ended.
  std::string next() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10),
                      [&] { return taken_ < lines_.size() || !outcome_.empty(); });
    return taken_ < lines_.size() ? lines_[taken_++] : outcome_.empty() ? "nothing" : outcome_;
  }

 private:
  void tell(const std::string& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
    changed_.notify_all();
  }

  Signals signals_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::size_t taken_ = 0;
  std::string outcome_;
  Server server_;
  std::thread thread_;
};

ServerOptions at(const Listener& listener, int wait = 5) {
  return {"the card", listener.port(), std::chrono::seconds(wait), {}};
}

std::uint16_t unused_port() { return Listener().port(); }

}  // namespace

TEST_CASE("a card is inserted, powered, asked, and taken out in the end") {
  SpySlot slot;
  Listener listener;
  {
    Served served(slot, at(listener));
    FakeVpcd vpcd(listener);
    CHECK(vpcd.atr() == "3B00");
    CHECK(served.next() == "the card is in the reader at 127.0.0.1:" + std::to_string(listener.port()));
    vpcd.power_on();
    CHECK(vpcd.atr() == "3B00");
    CHECK(vpcd.ask(kSelect) == "AABB9000");
    vpcd.reset();
    CHECK(vpcd.atr() == "3B01AA");
    vpcd.power_off();
    CHECK(vpcd.atr() == "3B01AA");
    vpcd.power_on();
    CHECK(vpcd.ask("00B2010C00") == "AABB9000");
    CHECK(slot.take() == "cold off cold " + kSelect + " warm off cold 00B2010C00");
    served.signal(SIGTERM);
    CHECK(vpcd.closed());
    CHECK(served.next() ==
          "the card was removed from the reader at 127.0.0.1:" + std::to_string(listener.port()));
    CHECK(served.next() == "ended");
  }
  CHECK(slot.take() == "off");
}

TEST_CASE("a signal that comes twice ends it once") {
  SpySlot slot;
  Listener listener;
  Served served(slot, at(listener));
  FakeVpcd vpcd(listener);
  vpcd.atr();
  served.next();
  served.signal(SIGINT);
  served.signal(SIGTERM);
  CHECK(vpcd.closed());
  CHECK_THAT(served.next(), Contains("removed"));
  CHECK(served.next() == "ended");
}

TEST_CASE("frames may come in any pieces") {
  SpySlot slot;
  Listener listener;
  Served served(slot, at(listener));
  FakeVpcd vpcd(listener);
  const auto stream = bytes("0001 01 0001 04 0005 00B2010C00 0000 0001 04 000C 00A4040007A0000000048002");
  const auto answers = [&] {
    for (const char* answer : {"3B00", "AABB9000", "6700", "3B00", "AABB9000"})
      CHECK(vpcd.receive() == answer);
  };
  SECTION("byte by byte") {
    for (const std::uint8_t byte : stream) vpcd.send_raw({&byte, 1});
    answers();
  }
  SECTION("all at once") {
    vpcd.send_raw(stream);
    answers();
  }
  SECTION("with the longest frame between them") {
    vpcd.power_on();
    for (int i = 0; i < 5; ++i) {
      vpcd.send(std::vector<std::uint8_t>(65535, 0x5A));
      vpcd.send(bytes(kSelect));
    }
    for (int i = 0; i < 5; ++i) {
      CHECK(vpcd.receive() == "6700");
      CHECK(vpcd.receive() == "AABB9000");
    }
  }
}

TEST_CASE("a client that asks without reading gets all answers later") {
  constexpr int kCommands = 20000;
  SpySlot slot;
  slot.on_transmit = [](Bytes command, emv::ResponseBuffer& answer) {
    const std::vector<std::uint8_t> long_answer(256, command[3]);
    static_cast<void>(answer.assign(long_answer) && answer.append(bytes("9000")));
  };
  Listener listener;
  Served served(slot, at(listener));
  FakeVpcd vpcd(listener);
  vpcd.power_on();
  std::thread asks([&] {
    for (int i = 0; i < kCommands; ++i) {
      const std::uint8_t frame[] = {0, 5, 0x00, 0xB2, 0x01, static_cast<std::uint8_t>(i & 0xFF), 0x00};
      vpcd.send_raw(frame);
    }
  });
  bool right = true;
  for (int i = 0; i < kCommands; ++i) {
    const std::string answer = vpcd.receive();
    const auto byte = static_cast<std::uint8_t>(i & 0xFF);
    right = right && answer.size() == 516 && answer.substr(0, 2) == hex({&byte, 1});
  }
  asks.join();
  CHECK(right);
}

TEST_CASE("an exchange does not wait for a delayed acknowledgement") {
  SpySlot slot;
  Listener listener;
  Served served(slot, at(listener));
  FakeVpcd vpcd(listener);
  vpcd.power_on();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 200; ++i) vpcd.ask(kSelect);
  // 40 ms each would be eight seconds.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
}

TEST_CASE("SIGUSR1 takes the card out, SIGUSR2 puts it in again") {
  SpySlot slot;
  Listener listener;
  Served served(slot, at(listener));
  for (int i = 0; i < 3; ++i) {
    FakeVpcd vpcd(listener);
    vpcd.power_on();
    vpcd.ask(kSelect);
    CHECK_THAT(served.next(), Contains("is in the reader"));
    served.signal(SIGUSR2);  // it is in already
    vpcd.atr();              // two signals that wait have no order
    served.signal(SIGUSR1);
    CHECK(vpcd.closed());
    CHECK_THAT(served.next(), Contains("removed") && Contains("SIGUSR2"));
    CHECK(slot.take() == "cold " + kSelect + " off");
    served.signal(SIGUSR1);  // it is out already
    served.signal(SIGUSR2);
  }
}

TEST_CASE("the card leaves as the command after the last arrives, which it never sees") {
  SpySlot slot;
  Listener listener;
  ServerOptions options = at(listener);
  options.eject_after = GENERATE(0u, 1u, 3u);
  Served served(slot, options);
  std::string done = "cold";
  {
    FakeVpcd vpcd(listener);
    vpcd.power_on();
    for (std::uint64_t i = 0; i < *options.eject_after; ++i) {
      CHECK(vpcd.atr() == "3B00");  // no command
      CHECK(vpcd.ask(kSelect) == "AABB9000");
      done += " " + kSelect;
    }
    vpcd.send(bytes("00B2010C00"));
    CHECK(vpcd.closed());
  }
  CHECK_THAT(served.next(), Contains("is in the reader"));
  CHECK_THAT(served.next(), Contains("removed") && Contains("SIGUSR2"));
  CHECK(slot.take() == done + " off");

  served.signal(SIGUSR2);
  FakeVpcd vpcd(listener);
  vpcd.power_on();
  for (int i = 0; i < 10; ++i) CHECK(vpcd.ask(kSelect) == "AABB9000");
}

TEST_CASE("a daemon that stops is a card that is out, and back with the next daemon") {
  SpySlot slot;
  auto listener = std::make_unique<Listener>();
  const std::uint16_t port = listener->port();
  Served served(slot, at(*listener));
  {
    FakeVpcd vpcd(*listener);
    vpcd.power_on();
    CHECK(vpcd.ask(kSelect) == "AABB9000");
    vpcd.send_raw(bytes("0005 00B2"));  // in the middle of a command
    listener.reset();
  }
  CHECK_THAT(served.next(), Contains("is in the reader"));
  CHECK_THAT(served.next(), Contains("removed"));
  CHECK_THAT(served.next(), Contains("waits"));
  CHECK(slot.take() == "cold " + kSelect + " off");
  listener = std::make_unique<Listener>(port);
  FakeVpcd vpcd(*listener);
  vpcd.power_on();
  CHECK(vpcd.ask(kSelect) == "AABB9000");
  CHECK_THAT(served.next(), Contains("is in the reader"));
}

TEST_CASE("where nothing listens it fails, at once or after the time given") {
  SpySlot slot;
  const std::uint16_t port = unused_port();
  SECTION("at once") {
    Served served(slot, {"the card", port, std::chrono::seconds(0), {}});
    CHECK_THAT(served.next(), StartsWith("environment no reader at 127.0.0.1:" + std::to_string(port) +
                                         ": Connection refused"));
  }
  SECTION("after a second, having said that it waits") {
    const auto start = std::chrono::steady_clock::now();
    Served served(slot, {"the card", port, std::chrono::seconds(1), {}});
    CHECK_THAT(served.next(), Contains("waits for a reader"));
    CHECK_THAT(served.next(), StartsWith("environment no reader"));
    CHECK(std::chrono::steady_clock::now() - start >= std::chrono::seconds(1));
  }
  SECTION("not where the daemon comes in time") {
    Served served(slot, {"the card", port, std::chrono::seconds(10), {}});
    CHECK_THAT(served.next(), Contains("waits for a reader"));
    Listener listener(port);
    FakeVpcd vpcd(listener);
    CHECK(vpcd.atr() == "3B00");
    CHECK_THAT(served.next(), Contains("is in the reader"));
  }
  SECTION("ended by a signal meanwhile, it has not failed") {
    Served served(slot, {"the card", port, std::chrono::seconds(60), {}});
    CHECK_THAT(served.next(), Contains("waits for a reader"));
    served.signal(SIGINT);
    CHECK(served.next() == "ended");
  }
}

TEST_CASE("a listener that closes at once is no reader") {
  SpySlot slot;
  Listener listener;
  Served served(slot, at(listener, 0));
  {
    FakeVpcd closes(listener);
    closes.send_raw(bytes("00"));
  }
  CHECK_THAT(served.next(), StartsWith("environment no reader") && Contains("reset"));
  CHECK(slot.take().empty());
}

TEST_CASE("nothing is answered whose counters are not on the disk") {
  SpySlot slot;
  slot.on_transmit = [](Bytes, emv::ResponseBuffer&) {
    throw Failure(Failure::environment, "the disk is full");
  };
  Listener listener;
  Served served(slot, at(listener));
  FakeVpcd vpcd(listener);
  vpcd.power_on();
  CHECK(vpcd.atr() == "3B00");
  vpcd.send(bytes("80A8000002830000"));
  CHECK(vpcd.closed());
  served.next();
  CHECK(served.next() == "environment the disk is full");
}

TEST_CASE("a card that falls silent has left") {
  SpySlot slot;
  Listener listener;
  Served served(slot, at(listener));
  FakeVpcd vpcd(listener);
  vpcd.power_on();
  CHECK(vpcd.atr() == "3B00");
  slot.status = SlotStatus::mute;
  vpcd.send(bytes(kSelect));
  CHECK(vpcd.closed());
  served.next();
  CHECK_THAT(served.next(), Contains("it does not answer"));
}
