// `sesame card serve --iso7816`: the contacts and the characters of a card at a socket.
#include <poll.h>
#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>

#include "host/base/failure.hpp"
#include "host/contacts/client.hpp"
#include "tests/e2e/background.hpp"
#include "tests/e2e/output.hpp"
#include "tests/host/keys/hex.hpp"

using namespace sesame;
using namespace sesame::e2e;
using Catch::Matchers::Contains;
using keys::test::bytes;
using keys::test::hex;

namespace {

constexpr const char* kAtr = "3B6500005345534D01";

// At the reader's end of the line, in real time.
class Hand {
 public:
  explicit Hand(const std::string& endpoint) : card_(contacts::connect(contacts::parse_endpoint(endpoint))) {}

  bool wait_for_presence(bool present) {
    while (card_.present() != present && receive()) {
    }
    return card_.present() == present;
  }
  void contacts() { card_.contacts(true, true, false, 0); }
  std::string power_up(std::size_t length) {
    card_.contacts(true, true, false, 0);
    card_.contacts(true, true, true, 0);
    return hear(length);
  }
  std::string say(const std::string& characters, std::size_t length) {
    for (const std::uint8_t character : bytes(characters)) card_.received(character, 0);
    return hear(length);
  }
  // So many characters, or those that came until nothing more did for ten seconds.
  std::string hear(std::size_t length) {
    std::string heard;
    while (heard.size() < 2 * length) {
      if (const auto character = card_.take(0)) {
        heard += hex(Bytes(&*character, 1));
      } else if (!receive()) {
        break;
      }
    }
    return heard;
  }
  // False where nothing comes, for that long.
  bool receive(int milliseconds = 10'000) {
    pollfd waiting{card_.descriptor(), POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds) <= 0) return false;
    card_.receive(0);
    return true;
  }

 private:
  contacts::LineClient card_;
};

}  // namespace

TEST_CASE(
    "a served card answers its reset and its commands, to one reader after the other, until it is ended") {
  const Sandbox sandbox;
  const std::string endpoint = "unix:" + sandbox.file("card");
  Background served(sandbox, {"card", "serve", "--ephemeral", "--iso7816", endpoint});
  REQUIRE(served.says("listens at " + endpoint));
  for (int reader = 0; reader < 2; ++reader) {
    Hand hand(endpoint);
    REQUIRE(hand.wait_for_presence(true));
    CHECK(hand.power_up(9) == kAtr);
    CHECK(hand.say("00A4040007", 1) == "A4");
    CHECK(hand.say("A0000000048002", 2).substr(0, 2) == "61");
  }
  served.signal(SIGTERM);
  CHECK(served.wait() == 0);
  CHECK_FALSE(std::filesystem::exists(sandbox.file("card")));
}

TEST_CASE("a port that is free is told, and an inverse card stands on the line as it should") {
  const Sandbox sandbox;
  std::string card = sandbox.sesame({"card", "new"}).out;
  const auto at = card.find("3B65 0000");
  REQUIRE(at != std::string::npos);
  card.replace(at, 2, "3F");
  Background served(sandbox, {"card", "serve", "--ephemeral", "--card", sandbox.write("inverse.toml", card),
                              "--iso7816", "tcp:0"});
  REQUIRE(served.says("listens at tcp:127.0.0.1:"));
  const std::string said = served.said();
  const auto port = said.substr(said.rfind("tcp:"));
  Hand hand(port.substr(0, port.find_first_of("\r\n")));
  CHECK(hand.power_up(3) == "0359FF");
  served.signal(SIGINT);
  CHECK(served.wait() == 0);
}

TEST_CASE("a card that is taken out has no power, and the reader is told") {
  const Sandbox sandbox;
  const std::string endpoint = "unix:" + sandbox.file("card");
  Background served(sandbox, {"card", "serve", "--ephemeral", "--iso7816", endpoint});
  REQUIRE(served.says("listens at"));
  Hand hand(endpoint);
  REQUIRE(hand.wait_for_presence(true));
  hand.power_up(9);
  served.signal(SIGUSR1);
  REQUIRE(hand.wait_for_presence(false));
  served.signal(SIGUSR2);
  REQUIRE(hand.wait_for_presence(true));
  // It was without power: only a reset makes it talk.
  CHECK(hand.power_up(9) == kAtr);
}

TEST_CASE("a misbehavior is shown on the line") {
  const Sandbox sandbox;
  const std::string endpoint = "unix:" + sandbox.file("card");
  Background served(sandbox,
                    {"card", "serve", "--ephemeral", "--iso7816", endpoint, "--misbehave", "nulls=2,single"});
  REQUIRE(served.says("listens at"));
  Hand hand(endpoint);
  hand.power_up(9);
  CHECK(hand.say("00A4040007", 3) == "60605B");
}

TEST_CASE("a recorded card that was not asked so says so, and is mute") {
  const Sandbox sandbox;
  const std::string endpoint = "unix:" + sandbox.file("card");
  Background served(sandbox,
                    {"card", "serve", "--card", TRANSCRIPTS "/visa_dpa_fr.apdu", "--iso7816", endpoint});
  REQUIRE(served.says("listens at"));
  Hand hand(endpoint);
  CHECK(hand.power_up(9) == "3B65000065046C9000");
  hand.say("00B2017C00", 0);
  CHECK(served.says("READ RECORD"));
  CHECK_FALSE(hand.receive(300));
  CHECK(hand.power_up(9) == "3B65000065046C9000");
}

TEST_CASE("a client that sends what is no record is sent away") {
  const Sandbox sandbox;
  const std::string endpoint = "unix:" + sandbox.file("card");
  Background served(sandbox, {"card", "serve", "--ephemeral", "--iso7816", endpoint});
  REQUIRE(served.says("listens at"));
  contacts::Records records(contacts::connect(contacts::parse_endpoint(endpoint)));
  REQUIRE(records.send(card::iso7816::Record::presence(true)));
  CHECK(served.says("that is no reader"));
  CHECK(Hand(endpoint).power_up(9) == kAtr);
}

TEST_CASE("who connects and is no reader is told once, however often, and a reader still has its card") {
  const Sandbox sandbox;
  const std::string endpoint = "unix:" + sandbox.file("card");
  Background served(sandbox, {"card", "serve", "--ephemeral", "--iso7816", endpoint});
  REQUIRE(served.says("listens at"));
  for (int i = 0; i < 200; ++i) {
    REQUIRE(Hand(endpoint).wait_for_presence(true));  // connects, and says nothing
    contacts::Records stranger(contacts::connect(contacts::parse_endpoint(endpoint)));
    static_cast<void>(stranger.send(card::iso7816::Record::presence(true)));
    while (stranger.receive()) {  // until it is sent away
      pollfd more{stranger.descriptor(), POLLIN, 0};
      REQUIRE(::poll(&more, 1, 10'000) == 1);
    }
  }
  CHECK(Hand(endpoint).power_up(9) == kAtr);
  REQUIRE(served.says("has a reader"));
  served.signal(SIGTERM);
  CHECK(served.wait() == 0);
  CHECK(lines(served.said()) <= 4);
}

TEST_CASE("readers that come and go forever fill no log, and a log without a reader holds no card up") {
  const Sandbox sandbox;
  const std::string endpoint = "unix:" + sandbox.file("card");
  Background served(sandbox, {"card", "serve", "--ephemeral", "--iso7816", endpoint});
  REQUIRE(served.says("listens at"));
  // Two lines each, of which none is read from here on: a pipe holds 65,536 bytes.
  for (int i = 0; i < 1500; ++i) {
    Hand hand(endpoint);
    REQUIRE(hand.wait_for_presence(true));
    hand.contacts();
  }
  CHECK(Hand(endpoint).power_up(9) == kAtr);
  served.signal(SIGTERM);
  CHECK(served.wait() == 0);
  CHECK_FALSE(served.says("nothing more"));
  CHECK(lines(served.said()) < 60);
}

TEST_CASE("an endpoint that cannot be, and an unknown misbehavior, are refused in one line") {
  const Sandbox sandbox;
  struct Row {
    Arguments arguments;
    const char* says;
  };
  for (const Row& row :
       {Row{{"--iso7816", "nowhere"}, "'nowhere'"}, Row{{"--iso7816", "tcp:0.0.0.0:4711"}, "127.0.0.1"},
        Row{{"--iso7816", "tcp:99999"}, "65535"}, Row{{"--iso7816", "unix:"}, "path"},
        Row{{"--iso7816", "unix:x", "--misbehave", "rude"}, "no misbehavior 'rude'"},
        Row{{"--iso7816", "unix:x", "--misbehave", "nulls=0"}, "from 1 to 65535"},
        Row{{"--misbehave", "single"}, "--iso7816"},
        Row{{"--iso7816", "unix:x", "--port", "4711"}, "--port"}}) {
    const Outcome outcome = sandbox.sesame(Arguments{"card", "serve"} + row.arguments);
    INFO(outcome.err);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK(lines(outcome.err) == 1);
    CHECK_THAT(outcome.err, Contains(row.says));
  }
  const Outcome outcome =
      sandbox.sesame({"card", "serve", "--ephemeral", "--iso7816", "unix:" + sandbox.file("no/such/folder")});
  CHECK(outcome.status == 3);
  CHECK(lines(outcome.err) == 1);
}
