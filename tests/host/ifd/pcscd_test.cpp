// The reader as a PC/SC pinpad reader, through the real pcscd.
#include <catch2/catch.hpp>

#include <csignal>
#include <future>
#include <memory>
#include <optional>

#include "tests/host/ifd/program.hpp"
#include "tests/host/ifd/relay.hpp"
#include "tests/host/ifd/served_reader.hpp"
#include "tests/pcscd/private_daemon.hpp"

namespace sesame::ifd::test {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace std::chrono_literals;
using e2e::Sandbox;
using pcscd::PrivateDaemon;
using pcscd::ReaderEntry;

ReaderEntry entry(const std::string& name, const std::string& socket) {
  return {name, "unix:" + socket, IFD_HANDLER, 0};
}

// A daemon with one reader, its card in.
struct ReaderInDaemon {
  Sandbox sandbox;
  ServedReader reader{sandbox, sandbox.file("reader")};
  PrivateDaemon daemon{{entry("Sesame", reader.socket())}};
  Program program{"Sesame"};

  ReaderInDaemon() { REQUIRE(program.wait_until(true)); }

  // The card, as far as a VERIFY needs it.
  void open_application(Program& with) {
    REQUIRE(with.connect() == SCARD_S_SUCCESS);
    CHECK_THAT(with.transmit(kSelect), StartsWith("61"));
    CHECK_THAT(with.transmit(kGetProcessingOptions), StartsWith("61"));
  }
  std::future<std::string> order_pin(const Octets& order) {
    const DWORD code = program.verify_pin_code();
    return std::async(std::launch::async, [this, order, code] { return program.control(code, order); });
  }
  // Types it when it is asked for.
  std::string with_keys(const std::string& keys) {
    auto answer = order_pin(pin_order());
    reader.wait_for("Code secret ?");
    reader.type(keys);
    return answer.get();
  }
};

TEST_CASE("a program sees the card, its ATR and its answers") {
  ReaderInDaemon setup;
  REQUIRE(setup.program.connect() == SCARD_S_SUCCESS);
  CHECK(setup.program.protocol == SCARD_PROTOCOL_T0);
  CHECK(setup.program.atr() == kAtr);
  const std::string waiting = setup.program.transmit(kSelect);
  REQUIRE_THAT(waiting, StartsWith("61"));
  CHECK_THAT(setup.program.transmit("00C00000" + waiting.substr(2)),
             StartsWith("6F") && Contains("A0000000048002"));
  CHECK(setup.program.reconnect(SCARD_RESET_CARD) == SCARD_S_SUCCESS);
  CHECK(setup.program.reconnect(SCARD_UNPOWER_CARD) == SCARD_S_SUCCESS);
  CHECK_THAT(setup.program.transmit(kSelect), StartsWith("61"));
}

TEST_CASE("the card is seen to go and to come within a tenth of a second") {
  ReaderInDaemon setup;
  for (int i = 0; i < 3; ++i) {
    auto gone = std::async(std::launch::async, [&] { return setup.program.wait_until(false); });
    i == 0 ? setup.reader.signal(SIGUSR1) : setup.reader.type("e");
    REQUIRE(gone.get());
    CHECK(setup.program.took < 100ms);
    auto back = std::async(std::launch::async, [&] { return setup.program.wait_until(true); });
    i == 0 ? setup.reader.signal(SIGUSR2) : setup.reader.type("i");
    REQUIRE(back.get());
    CHECK(setup.program.took < 100ms);
  }
  CHECK(setup.program.connect() == SCARD_S_SUCCESS);
}

TEST_CASE("a PIN is typed at the reader") {
  ReaderInDaemon setup;
  setup.open_application(setup.program);
  SECTION("right") { CHECK(setup.with_keys("1234\n") == "9000"); }
  SECTION("wrong") { CHECK(setup.with_keys("1111\n") == "63C2"); }
  SECTION("corrected") { CHECK(setup.with_keys("19c234\n") == "9000"); }
  SECTION("not at all") { CHECK(setup.with_keys("c") == "6401"); }
  SECTION("given up") { CHECK(setup.with_keys("12C") == "6401"); }
  SECTION("too late") { CHECK(setup.order_pin(pin_order(1)).get() == "6400"); }
  SECTION("badly ordered") {
    Octets order = pin_order();
    order.pop_back();
    CHECK(setup.order_pin(order).get() == "6B80");
  }
  CHECK_THAT(setup.program.transmit(kSelect), StartsWith("61"));
}

TEST_CASE("the card is pulled out while a PIN is typed") {
  ReaderInDaemon setup;
  setup.open_application(setup.program);
  auto answer = setup.order_pin(pin_order());
  setup.reader.wait_for("Code secret ?");
  setup.reader.type("12e");
  CHECK_THAT(answer.get(), !StartsWith("9000"));
  CHECK(setup.program.code != SCARD_S_SUCCESS);
  CHECK(setup.program.wait_until(false));
}

TEST_CASE("the PIN never leaves the reader, nor do its screens show it") {
  const Sandbox sandbox;
  ServedReader reader(sandbox, sandbox.file("inside"),
                      {"--ephemeral", "--trace", sandbox.file("trace.apdu")});
  const Relay relay(sandbox.file("reader"), reader.socket());
  const PrivateDaemon daemon({entry("Sesame", sandbox.file("reader"))});
  Program program("Sesame");
  REQUIRE(program.wait_until(true));
  REQUIRE(program.connect() == SCARD_S_SUCCESS);
  program.transmit(kSelect);
  program.transmit(kGetProcessingOptions);
  const DWORD code = program.verify_pin_code();
  auto answer = std::async(std::launch::async, [&] { return program.control(code, pin_order()); });
  reader.wait_for("Code secret ?");
  reader.type("1234\n");
  CHECK(answer.get() == "9000");
  bool ordered = false;
  for (const auto& message : relay.messages()) {
    const std::string bytes = text(message.data(), message.size());
    CAPTURE(bytes);
    CHECK_THAT(bytes, !Contains("1234FF"));
    ordered = ordered || bytes.find(
                             "0020008008"
                             "20FFFFFFFFFFFFFF") != std::string::npos;
  }
  CHECK(ordered);
  reader.signal(SIGTERM);
  CHECK(reader.end() == 0);
  CHECK_THAT(reader.wait_for("Code secret ?"), !Contains("1234"));
  CHECK_THAT(sandbox.read("trace.apdu"), Contains("00200080") && !Contains("1234FF"));
}

TEST_CASE("two programs share a card, and one that goes leaves it to the other") {
  ReaderInDaemon setup;
  auto other = std::make_unique<Program>("Sesame");
  REQUIRE(setup.program.connect() == SCARD_S_SUCCESS);
  REQUIRE(other->connect() == SCARD_S_SUCCESS);
  CHECK(Program("Sesame").connect(SCARD_SHARE_EXCLUSIVE) == SCARD_E_SHARING_VIOLATION);
  constexpr int kRounds = 50;
  const std::string alone = setup.program.transmit("80CA9F3600");
  const auto same = [&](Program& program) {
    int right = 0;
    for (int i = 0; i < kRounds; ++i) right += program.transmit("80CA9F3600") == alone ? 1 : 0;
    return right;
  };
  auto both = std::async(std::launch::async, [&] { return same(*other); });
  CHECK(same(setup.program) == kRounds);
  CHECK(both.get() == kRounds);
  other.reset();
  CHECK(setup.program.transmit("80CA9F3600") == alone);
}

TEST_CASE("two readers at once, each with its card") {
  const Sandbox sandbox;
  ServedReader one(sandbox, sandbox.file("one"));
  ServedReader other(sandbox, sandbox.file("other"),
                     {"--card", TRANSCRIPTS "/cap_be.apdu", "--profile", "vasco-810"});
  const PrivateDaemon daemon({entry("One", one.socket()), entry("Other", other.socket())});
  Program first("One"), second("Other", true);
  REQUIRE(first.wait_until(true));
  REQUIRE(second.wait_until(true));
  REQUIRE(first.connect() == SCARD_S_SUCCESS);
  REQUIRE(second.connect() == SCARD_S_SUCCESS);
  CHECK(first.atr() == kAtr);
  CHECK(second.atr() == "3B67000000000000009000");
  other.type("e");
  CHECK(second.wait_until(false));
  CHECK_THAT(first.transmit(kSelect), StartsWith("61"));
}

TEST_CASE("a recorded card answers what it was asked, and is mute to the rest") {
  const Sandbox sandbox;
  ServedReader reader(sandbox, sandbox.file("reader"), {"--card", TRANSCRIPTS "/cap_be.apdu"});
  const PrivateDaemon daemon({entry("Sesame", reader.socket())});
  Program program("Sesame");
  REQUIRE(program.wait_until(true));
  REQUIRE(program.connect() == SCARD_S_SUCCESS);
  CHECK_THAT(program.transmit(kSelect), StartsWith("6F2E8407A0000000048002"));
  CHECK_THAT(program.transmit("80A8000003830134"), StartsWith("770E"));
  CHECK_THAT(program.transmit("00B2030C00"), !StartsWith("6"));
  CHECK(program.code != SCARD_S_SUCCESS);
  reader.wait_for("a recorded card answers only what it was asked then");
  CHECK_THAT(program.transmit(kSelect), StartsWith("6F2E8407A0000000048002"));
}

TEST_CASE("a reader that is killed in mid-command is a card removed, and one that comes back brings a card") {
  const Sandbox sandbox;
  auto reader = std::make_unique<ServedReader>(sandbox, sandbox.file("reader"));
  const PrivateDaemon daemon({entry("Sesame", reader->socket())});
  Program program("Sesame");
  REQUIRE(program.wait_until(true));
  REQUIRE(program.connect() == SCARD_S_SUCCESS);
  program.transmit(kSelect);
  program.transmit(kGetProcessingOptions);
  const DWORD code = program.verify_pin_code();
  auto answer = std::async(std::launch::async, [&] { return program.control(code, pin_order()); });
  reader->wait_for("Code secret ?");
  reader->signal(SIGKILL);
  answer.get();
  CHECK(program.code != SCARD_S_SUCCESS);
  CHECK(program.wait_until(false));
  CHECK(program.took < 1s);
  program.transmit(kSelect);
  CHECK(program.code == SCARD_W_REMOVED_CARD);

  reader = std::make_unique<ServedReader>(sandbox, sandbox.file("reader"));
  REQUIRE(program.wait_until(true));
  program.disconnect();
  REQUIRE(program.connect() == SCARD_S_SUCCESS);
  CHECK_THAT(program.transmit(kSelect), StartsWith("61"));
}

TEST_CASE("a daemon without the reader has a reader without a card, until it is started") {
  const Sandbox sandbox;
  const PrivateDaemon daemon({entry("Sesame", sandbox.file("reader"))});
  Program program("Sesame");
  CHECK(program.wait_until(false));
  CHECK(program.connect() == SCARD_E_NO_SMARTCARD);
  CHECK(program.connect_to_reader() == SCARD_S_SUCCESS);
  program.control(CM_IOCTL_GET_FEATURE_REQUEST);
  CHECK(program.code != SCARD_S_SUCCESS);
  const ServedReader reader(sandbox, sandbox.file("reader"));
  CHECK(program.wait_until(true));
  CHECK(program.control(CM_IOCTL_GET_FEATURE_REQUEST) ==
        "060442330006"
        "0A044233000A"
        "120442330012");
}

TEST_CASE("a control that the reader does not have is an unsupported feature") {
  ReaderInDaemon setup;
  REQUIRE(setup.program.connect() == SCARD_S_SUCCESS);
  setup.program.control(SCARD_CTL_CODE(1));
  CHECK(setup.program.code == SCARD_E_UNSUPPORTED_FEATURE);
}

TEST_CASE("a daemon that dies while a PIN is typed: the reader does not go on asking") {
  ReaderInDaemon setup;
  setup.open_application(setup.program);
  auto answer = setup.order_pin(pin_order());
  setup.reader.wait_for("Code secret ?");
  setup.reader.forget_printed();
  setup.daemon.kill();
  setup.reader.wait_for("Choisir");
  CHECK_THAT(answer.get(), !StartsWith("9000"));
}

}  // namespace
}  // namespace sesame::ifd::test
