#include "host/ifd/server.hpp"

#include <catch2/catch.hpp>

#include "host/ifd/features.hpp"
#include "tests/host/ifd/machine.hpp"
#include "tests/host/ifd/sockets.hpp"

namespace sesame::ifd {
namespace {

using namespace test;
using namespace std::chrono_literals;

// Time is what a test says; nothing waits.
struct Served {
  sesame::test::TemporaryFolder folder;
  Machine machine;
  Listener listener{folder.file("reader")};
  std::vector<std::string> lines;
  Server::Clock::time_point now = Server::Clock::time_point() + 1h;
  Server server{listener, machine.reader, [this](const std::string& line) { lines.push_back(line); }, now};

  Descriptor connect(Role role, std::uint32_t process = 1, std::uint32_t lun = 0,
                     std::uint8_t version = kVersion) {
    Descriptor socket = connect_to(listener.path());
    REQUIRE(socket.is_open());
    Message hello;
    put(Hello{role, version, process, lun}, hello);
    say(socket, hello);
    server.serve(now);
    return socket;
  }
  // The answer in hex; "" if there is none yet, "end" if the server has hung up.
  std::string heard(const Descriptor& socket) {
    server.serve(now);
    Message message;
    switch (receive_message(socket.get(), message)) {
      case Received::message: return text(message);
      case Received::nothing: return "";
      case Received::end: break;
    }
    return "end";
  }
  std::string ask(const Descriptor& socket, const Octets& message) {
    say(socket, message);
    return heard(socket);
  }
  void type(std::string_view keys) {
    for (const char c : keys) server.press(c == '\n' ? Key::ok : digit_key(c), now);
  }
};

TEST_CASE("presence is told at once, and at each change") {
  Served served;
  const Descriptor presence = served.connect(Role::presence);
  CHECK(served.heard(presence) == "00");
  CHECK(served.heard(presence) == "");
  served.server.insert(served.now);
  CHECK(served.heard(presence) == "01");
  served.server.insert(served.now);
  CHECK(served.heard(presence) == "");
  served.server.remove(served.now);
  served.server.insert(served.now);
  CHECK(served.heard(presence) == "00");
  CHECK(served.heard(presence) == "01");
}

TEST_CASE("a request is answered") {
  Served served;
  served.server.insert(served.now);
  const Descriptor requests = served.connect(Role::requests);
  CHECK(served.ask(requests, request(Operation::power_up)) == kPoweredUp);
  CHECK(served.machine.reader.reader().state() == State::connected);
}

TEST_CASE("the answer to a PIN comes with the keys") {
  Served served;
  served.server.insert(served.now);
  const Descriptor requests = served.connect(Role::requests);
  served.ask(requests, request(Operation::power_up));
  served.ask(requests, request(Operation::transmit, hex(kSelect)));
  served.ask(requests, request(Operation::transmit, hex(kGetProcessingOptions)));
  CHECK(served.ask(requests, request(Operation::control, pin_order(), kVerifyPin)) == "");
  served.type("1234");
  CHECK(served.heard(requests) == "");
  served.type("\n");
  CHECK(served.heard(requests) == "009000");
}

TEST_CASE("the answer to a PIN that is not typed comes with time") {
  Served served;
  served.server.insert(served.now);
  const Descriptor requests = served.connect(Role::requests);
  served.ask(requests, request(Operation::power_up));
  CHECK(served.ask(requests, request(Operation::control, pin_order(1), kVerifyPin)) == "");
  CHECK(served.server.deadline() == served.now + 1s);
  served.now += 999ms;
  CHECK(served.heard(requests) == "");
  served.now += 1ms;
  CHECK(served.heard(requests) == "006400");
}

TEST_CASE("a card pulled out while a PIN is typed is news, and then the answer") {
  Served served;
  served.server.insert(served.now);
  const Descriptor presence = served.connect(Role::presence);
  const Descriptor requests = served.connect(Role::requests);
  served.ask(requests, request(Operation::power_up));
  served.ask(requests, request(Operation::control, pin_order(), kVerifyPin));
  CHECK(served.heard(presence) == "01");
  served.server.remove(served.now);
  CHECK(served.heard(presence) == "00");
  CHECK(served.heard(requests) == "02");
}

TEST_CASE("a program that hangs up lets go of the card") {
  Served served;
  served.server.insert(served.now);
  Descriptor requests = served.connect(Role::requests);
  served.ask(requests, request(Operation::power_up));
  if (GENERATE(false, true)) say(requests, request(Operation::control, pin_order(), kVerifyPin));
  served.server.serve(served.now);
  requests.close();
  served.server.serve(served.now);
  CHECK(served.machine.reader.reader().state() == State::choose_function);
}

TEST_CASE("who does not speak the protocol is hung up on") {
  Served served;
  served.server.insert(served.now);
  SECTION("instead of a greeting") {
    const Descriptor stranger = connect_to(served.listener.path());
    say(stranger, GENERATE(as<Octets>{}, Octets{'R'}, Octets(10), Octets(1000)));
    CHECK(served.heard(stranger) == "end");
  }
  SECTION("instead of a request") {
    const Descriptor requests = served.connect(Role::requests);
    CHECK(served.ask(requests, GENERATE(as<Octets>{}, Octets{0}, Octets{9}, Octets{5, 1}, Octets(1000))) ==
          "end");
    CHECK(served.ask(served.connect(Role::requests), request(Operation::power_up)) == kPoweredUp);
  }
  SECTION("before the answer") {
    const Descriptor requests = served.connect(Role::requests);
    served.ask(requests, request(Operation::power_up));
    CHECK(served.ask(requests, request(Operation::control, pin_order(), kVerifyPin)) == "");
    CHECK(served.ask(requests, request(Operation::power_up)) == "end");
    CHECK(served.machine.reader.reader().state() == State::choose_function);
  }
  SECTION("where only news goes") {
    const Descriptor presence = served.connect(Role::presence);
    CHECK(served.ask(presence, request(Operation::power_up)) == "01");
    CHECK(served.heard(presence) == "end");
  }
}

TEST_CASE("a program of another version is turned away, and that is told once") {
  Served served;
  for (int i = 0; i < 2; ++i) {
    const Descriptor other = served.connect(Role::requests, 1, 0, 2);
    CHECK(served.heard(other) == "end");
  }
  CHECK(served.lines.size() == 1);
}

TEST_CASE("one program at a time") {
  Served served;
  served.server.insert(served.now);
  Descriptor requests = served.connect(Role::requests, 1, 0);
  served.ask(requests, request(Operation::power_up));
  SECTION("another is turned away, in either role") {
    for (const Role role : {Role::requests, Role::presence}) {
      const Descriptor other = served.connect(role, 1, 0x10000);
      CHECK(served.heard(other) == "end");
    }
    CHECK(served.ask(requests, request(Operation::reset)) == kPoweredUp);
  }
  SECTION("until the first has left, however short before") {
    const Descriptor other = connect_to(served.listener.path());
    Message hello;
    put(Hello{Role::requests, kVersion, 2, 0}, hello);
    say(other, hello);
    requests.close();
    served.server.serve(served.now);
    CHECK(served.ask(other, request(Operation::power_up)) == kPoweredUp);
  }
  SECTION("the same that comes again has left") {
    const Descriptor again = served.connect(Role::requests, 1, 0);
    CHECK(served.heard(requests) == "end");
    CHECK(served.ask(again, request(Operation::power_up)) == kPoweredUp);
  }
}

TEST_CASE("those who connect and say nothing are not in the way") {
  Served served;
  std::vector<Descriptor> silent;
  for (int i = 0; i < 20; ++i) {
    silent.push_back(connect_to(served.listener.path()));
    REQUIRE(silent.back().is_open());
    served.server.serve(served.now);
  }
  std::vector<pollfd> watched;
  served.server.watch(watched);
  CHECK(watched.size() == 1 + 4);
  CHECK(served.heard(served.connect(Role::presence)) == "00");
}

}  // namespace
}  // namespace sesame::ifd
