// What `sesame reader serve` has in its memory, key by key.
#include <catch2/catch.hpp>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <vector>

#include "host/ifd/wire.hpp"
#include "host/io/descriptor.hpp"
#include "tests/memory/cards.hpp"
#include "tests/memory/watched.hpp"

namespace sesame::memory {
namespace {

const std::string kHalf = kPinDigits.substr(0, 6);
const Secret kHalfPin = Secret::digits("half a PIN", kHalf);

std::vector<std::uint8_t> bytes(const std::string& hex) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

// As pcscd's driver connects with the reader, for a program.
class Program {
 public:
  explicit Program(const std::string& path)
      : requests_(connect(path, ifd::Role::requests)), presence_(connect(path, ifd::Role::presence)) {}

  void ask(ifd::Operation operation, const std::string& hex, std::uint32_t code = 0) const {
    ifd::Message message;
    REQUIRE(put(ifd::Request{operation, code, bytes(hex)}, message));
    REQUIRE(::send(requests_.get(), message.data(), message.size(), 0) > 0);
  }
  // The status, and the last two bytes of what was answered.
  std::string answer() const {
    std::array<std::uint8_t, ifd::kMaxMessage> message{};
    const ssize_t got = ::recv(requests_.get(), message.data(), message.size(), 0);
    if (got < 1 || message[0] != 0) return "failed";
    std::string text;
    for (ssize_t i = std::max<ssize_t>(got - 2, 1); i < got; ++i)
      text += "0123456789ABCDEF"[message[static_cast<std::size_t>(i)] >> 4],
          text += "0123456789ABCDEF"[message[static_cast<std::size_t>(i)] & 15];
    return text;
  }

 private:
  static io::Descriptor connect(const std::string& path, ifd::Role role) {
    io::Descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ifd::Message message;
    put(ifd::Hello{role, ifd::kVersion, static_cast<std::uint32_t>(::getpid()), 0}, message);
    REQUIRE(::send(socket.get(), message.data(), message.size(), 0) > 0);
    return socket;
  }

  io::Descriptor requests_, presence_;
};

// With its card in it, and its functions to choose from.
class Reader {
 public:
  Reader()
      : sesame(box_, {"reader", "serve", "--socket", socket(), "--keys-from", "0", "--card",
                      box_.write("card.apdu", kRecorded), "--trace", box_.file("trace.apdu")}) {
    REQUIRE(sesame.says("Choisir la"));
  }
  std::string socket() const { return box_.file("reader"); }
  void ask_for_pin() {
    sesame.type("a");
    REQUIRE(sesame.says("Code secret ?"));
  }

 private:
  e2e::Sandbox box_;

 public:
  Watched sesame;
};

}  // namespace

TEST_CASE("half a PIN is in the reader's memory until it is given up, or the card") {
  Reader reader;
  Watched& sesame = reader.sesame;
  reader.ask_for_pin();
  sesame.type(kHalf);
  REQUIRE(sesame.says("******"));
  REQUIRE(sesame.holds(kHalfPin));
  SECTION("C is held down") {
    sesame.type("C");
    REQUIRE(sesame.says("Choisir la"));
  }
  SECTION("C for every digit") {
    sesame.type("cccccc");
    REQUIRE(sesame.says("Code secret ?"));
  }
  SECTION("the card is pulled out") {
    sesame.type("e");
    REQUIRE(sesame.says("Carte"));
  }
  CHECK(sesame.remains(kHalfPin) == "");
}

TEST_CASE("a PIN leaves the reader for the card, and the code with the next key") {
  Reader reader;
  Watched& sesame = reader.sesame;
  reader.ask_for_pin();
  sesame.type(kPinDigits);
  REQUIRE(sesame.says("************"));
  REQUIRE(sesame.holds(kPin));
  sesame.type("\n");
  REQUIRE(sesame.says("3465 6023"));
  CHECK(sesame.remains(kPin) == "");
  REQUIRE(sesame.holds(kCode));
  SECTION("C") { sesame.type("c"); }
  SECTION("C held down") { sesame.type("C"); }
  SECTION("the next code") { sesame.type("a"); }
  SECTION("the card is pulled out, and C") { sesame.type("ec"); }
  REQUIRE(sesame.says("C"));  // another screen
  CHECK(sesame.remains(kCode) == "");
}

TEST_CASE("a PIN for a program leaves the reader with its VERIFY") {
  Reader reader;
  Watched& sesame = reader.sesame;
  const Program program(reader.socket());
  program.ask(ifd::Operation::power_up, "");
  REQUIRE(program.answer() == "9000");
  SECTION("typed at the reader") {
    program.ask(ifd::Operation::control, "00008947040C0402010C04000000000D000000002000800820FFFFFFFFFFFFFF",
                ifd::kVerifyPin);
    REQUIRE(sesame.says("Code secret ?"));
    sesame.type(kPinDigits);
    REQUIRE(sesame.says("************"));
    REQUIRE(sesame.holds(kPin));
    sesame.type("\n");
    CHECK(program.answer() == "9000");
  }
  SECTION("half of it, and it is cancelled") {
    program.ask(ifd::Operation::control, "00008947040C0402010C04000000000D000000002000800820FFFFFFFFFFFFFF",
                ifd::kVerifyPin);
    REQUIRE(sesame.says("Code secret ?"));
    sesame.type(kHalf);
    REQUIRE(sesame.holds(kHalfPin));
    sesame.type("C");
    CHECK(program.answer() == "6401");
    CHECK(sesame.remains(kHalfPin) == "");
  }
  SECTION("sent by the program") {
    program.ask(ifd::Operation::transmit, "00200080082C" + kPinDigits + "FF");
    CHECK(program.answer() == "9000");
  }
  CHECK(sesame.remains(kPin) == "");
}

}  // namespace sesame::memory
