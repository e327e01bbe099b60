// What `sesame card serve` has in its memory: its own PIN and keys once, and no one else's.
#include <catch2/catch.hpp>

#include <poll.h>

#include "host/contacts/client.hpp"
#include "tests/host/vpcd/fake_vpcd.hpp"
#include "tests/memory/cards.hpp"
#include "tests/memory/count.hpp"
#include "tests/memory/watched.hpp"

namespace sesame::memory {
namespace {

// As a T=0 reader does: with the length that the card names.
std::string ask(vpcd::test::FakeVpcd& reader, const std::string& command) {
  std::string answer = reader.ask(command);
  if (answer.starts_with("6C"))
    answer = reader.ask(command.substr(0, command.size() - 2) + answer.substr(2, 2));
  if (answer.starts_with("61")) answer = reader.ask("00C00000" + answer.substr(2, 2));
  return answer.substr(answer.size() - 4);
}

}  // namespace

TEST_CASE(
    "a served card has its PIN once, its key where it computes too, and keeps no PIN that it was sent") {
  const e2e::Sandbox box;
  vpcd::test::Listener listener;
  Watched sesame(box, {"card", "serve", "--ephemeral", "--port", std::to_string(listener.port()), "--card",
                       box.write("card.toml", card_file()), "--trace", box.file("trace.apdu")});
  vpcd::test::FakeVpcd reader(listener);
  reader.power_on();
  REQUIRE(ask(reader, "00A4040007A0000000048002") == "9000");
  REQUIRE(ask(reader, "80A80000028300") == "9000");
  CHECK(count(sesame, kCardPin) == 1);
  CHECK(count(sesame, kKey) == 2);

  REQUIRE(ask(reader, "00200080082C" + kPinDigits + "FF") == "63C2");
  CHECK(sesame.remains(kPin) == "");
  REQUIRE(ask(reader, "00200080082C" + kCardPinDigits + "FF") == "9000");
  REQUIRE(ask(reader, "80AE80001D" + std::string(2 * 29, '0') + "00") == "9000");
  CHECK(count(sesame, kCardPin) == 1);
  CHECK(count(sesame, kKey) == 2);
}

namespace {

// A reader that does T=0 character by character.
class Contacts {
 public:
  explicit Contacts(const std::string& endpoint)
      : card_(contacts::connect(contacts::parse_endpoint(endpoint))) {
    REQUIRE(card_.wait_for_presence(std::chrono::seconds(10)));
    card_.contacts(true, true, true, 0);
  }
  void send(const std::string& hex) {
    for (const std::uint8_t byte : vpcd::test::bytes(hex)) card_.send(byte, true, 0);
  }
  // So many characters.
  std::string receive(std::size_t count) {
    std::vector<std::uint8_t> all;
    while (all.size() < count) {
      pollfd file{card_.descriptor(), POLLIN, 0};
      if (::poll(&file, 1, 10'000) <= 0) break;
      card_.receive(0);
      while (const auto character = card_.take_character()) all.push_back(character->value);
    }
    return vpcd::test::hex(all);
  }

 private:
  contacts::LineClient card_;
};

}  // namespace

TEST_CASE("a card that is served character by character keeps no PIN that it was sent") {
  const e2e::Sandbox box;
  const std::string endpoint = "unix:" + box.file("contacts");
  Watched sesame(box, {"card", "serve", "--ephemeral", "--iso7816", endpoint, "--card",
                       box.write("card.toml", card_file())});
  REQUIRE(sesame.says("listens at"));
  Contacts reader(endpoint);
  REQUIRE(reader.receive(9) == "3B6500005345534D01");
  reader.send("00A4040007");
  REQUIRE(reader.receive(1) == "A4");
  reader.send("A0000000048002");
  REQUIRE(reader.receive(2).starts_with("61"));
  reader.send("80A8000002");
  REQUIRE(reader.receive(1) == "A8");
  reader.send("8300");
  REQUIRE(reader.receive(2).starts_with("61"));
  reader.send("0020008008");
  REQUIRE(reader.receive(1) == "20");
  reader.send("2C" + kPinDigits);
  CHECK(sesame.holds(kPin));  // its last byte is missing
  reader.send("FF");
  CHECK(reader.receive(2) == "63C2");
  CHECK(sesame.remains(kPin) == "");
  CHECK(count(sesame, kCardPin) == 1);
}

}  // namespace sesame::memory
