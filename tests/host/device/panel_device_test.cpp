// A reader at the other end of a socket or of a serial line, in real time: a board in a thread of this process.
#include "host/device/panel_device.hpp"

#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <thread>

#include "host/device/serial_device.hpp"
#include "host/failure.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "tests/host/device/board.hpp"
#include "tests/host/device/card_in_slot.hpp"
#include "tests/host/device/served_board.hpp"

namespace sesame {
namespace {

using namespace test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using posix::Descriptor;

std::pair<Descriptor, Descriptor> sockets() {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) == 0);
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void type(Device& reader, std::string_view digits) {
  for (const char digit : digits) reader.press(digit_key(digit));
  reader.press(Key::ok);
}

std::string code_of(Device& reader, std::string_view pin) {
  reader.insert();
  reader.press(Key::f1);
  CHECK(reader.state() == State::pin);
  type(reader, pin);
  CHECK(reader.state() == State::code);
  return reader.code();
}

struct Desk {
  profile::LoadedReader loaded = profile::load_reader("sesame");
  CardInSlot card{"sesame-card"};
  Board board{loaded.profile(), card.slot()};

  std::string code_here() {
    card.renew();
    NativeReader reader(loaded.profile(), card.slot());
    const std::string code = code_of(reader, card.pin());
    card.renew();
    return code;
  }
};

TEST_CASE("keys and cards go through a socket, and screens and the code come back") {
  Desk desk;
  const std::string expected = desk.code_here();
  auto [ours, theirs] = sockets();
  const BoardThread thread(desk.board, theirs.get());
  PanelDevice reader(std::move(ours), {});
  std::size_t screens = 0;
  reader.on_screen([&] { ++screens; });
  reader.connect();
  CHECK(reader.seen().reader == "sesame");
  CHECK(code_of(reader, desk.card.pin()) == expected);
  CHECK(screens > 4);
  CHECK(reader.shown().lit);
  reader.remove();
  CHECK(reader.code().empty());
}

TEST_CASE("a wrong PIN shows the tries that are left, and C held down goes back to the functions") {
  Desk desk;
  auto [ours, theirs] = sockets();
  const BoardThread thread(desk.board, theirs.get());
  PanelDevice reader(std::move(ours), {});
  reader.connect();
  reader.insert();
  reader.press(Key::f1);
  CHECK_FALSE(reader.tries_left().has_value());
  type(reader, "9999");
  CHECK(reader.state() == State::wrong_pin);
  CHECK(reader.tries_left() == 2);
  reader.hold(Key::clear);
  CHECK(reader.state() == State::choose_function);
}

TEST_CASE("a board that was left with a card in it begins without one") {
  Desk desk;
  desk.board.reader().insert();
  auto [ours, theirs] = sockets();
  const BoardThread thread(desk.board, theirs.get());
  PanelDevice reader(std::move(ours), {});
  reader.connect();
  reader.insert();
  CHECK(reader.state() == State::choose_function);
}

TEST_CASE("a link that closes is a failure of one line") {
  auto [ours, theirs] = sockets();
  theirs.close();
  PanelDevice reader(std::move(ours), {});
  CHECK_THROWS_WITH(reader.connect(), "the reader has closed its panel link");
}

TEST_CASE("a reader that never answers is given up") {
  auto [ours, theirs] = sockets();
  PanelLimits limits;
  limits.boot = 50ms;
  limits.knock = 10ms;
  PanelDevice reader(std::move(ours), limits);
  CHECK_THROWS_WITH(reader.connect(), "the reader does not answer on its panel link");
}

// Answers everything, and works.
TEST_CASE("a reader that works without end is given up") {
  auto [ours, theirs] = sockets();
  PanelLimits limits;
  limits.rest = 100ms;
  PanelDevice reader(std::move(ours), limits);
  const Line working =
      frame(panel::Type::screen, {static_cast<std::uint8_t>(State::working), 0, 0xFF, 1, 0, 0});
  Line said = frame(panel::Type::identity, {panel::kVersion, 'x', 0, 'y'});
  for (const Line& more : {frame(panel::Type::power, {1, 0, 0, 0, 0}), frame(panel::Type::contacts, {0}),
                           working, frame(panel::Type::acknowledge, {1, 0, 0, 0, 0})}) {
    said.insert(said.end(), more.begin(), more.end());
  }
  REQUIRE(::write(theirs.get(), said.data(), said.size()) == static_cast<ssize_t>(said.size()));
  CHECK_THROWS_WITH(reader.connect(), "the reader works without end; reset it");
}

// A card whose every call is written down.
class SpyCard final : public CardLine {
 public:
  bool present() const override { return in; }
  void contacts(bool vcc, bool clk, bool rst, Micros) override {
    seen += std::string(vcc ? "V" : "v") + (clk ? "C" : "c") + (rst ? "R " : "r ");
    if (vcc && clk && rst) next = 0x3B;
  }
  void received(std::uint8_t character, Micros) override { seen += std::to_string(character) + " "; }
  std::optional<std::uint8_t> take(Micros) override { return std::exchange(next, std::nullopt); }
  std::optional<Micros> due() const override { return next ? std::optional<Micros>(0) : std::nullopt; }

  bool in = true;
  std::string seen;
  std::optional<std::uint8_t> next;
};

TEST_CASE("contacts and characters reach the card in their order, and its characters the reader") {
  auto [ours, theirs] = sockets();
  auto [line, reader_line] = sockets();
  SpyCard card;
  PanelDevice reader(std::move(ours), std::move(line), card, {});
  const auto say = [&panel = theirs](std::uint8_t contacts) {
    const Line said = frame(panel::Type::contacts, {contacts});
    REQUIRE(::write(panel.get(), said.data(), said.size()) == static_cast<ssize_t>(said.size()));
  };
  for (const int contacts : {1, 5, 7}) say(static_cast<std::uint8_t>(contacts));
  CHECK(reader.wait_until([&] { return card.seen == "Vcr VCr VCR "; }, 10s));
  std::uint8_t heard = 0;
  const int far_end = reader_line.get();
  CHECK(reader.wait_until([&] { return ::read(far_end, &heard, 1) == 1; }, 10s));
  CHECK(heard == 0x3B);

  const Line command{0, 0xA4, 0xC0};
  REQUIRE(::write(reader_line.get(), command.data(), command.size()) == 3);
  say(0);
  CHECK(reader.wait_until([&] { return card.seen == "Vcr VCr VCR 0 164 192 vcr "; }, 10s));
}

TEST_CASE("a card elsewhere that is out cannot be inserted, and one that leaves is announced") {
  Desk desk;
  auto [ours, theirs] = sockets();
  auto [line, reader_line] = sockets();
  const BoardThread thread(desk.board, theirs.get());
  SpyCard card;
  PanelDevice reader(std::move(ours), std::move(line), card, {});
  reader.connect();
  card.in = false;
  CHECK_THROWS_WITH(reader.insert(), Contains("there is no card"));
  card.in = true;
  reader.insert();
  reader.press(Key::f1);
  card.in = false;
  CHECK(reader.wait_until([&] { return reader.notice() == Notice::card_removed; }, 10s));
}

// ---- serial

TEST_CASE("a board at a serial port is a reader, whatever the port was set to") {
  Desk desk;
  const std::string expected = desk.code_here();
  Terminal terminal;
  const BoardThread thread(desk.board, terminal.master.get());
  SerialDevice reader(terminal.path, {});
  CHECK(code_of(reader, desk.card.pin()) == expected);
  termios settings{};
  REQUIRE(::tcgetattr(terminal.slave.get(), &settings) == 0);
  CHECK(::cfgetispeed(&settings) == B115200);
  CHECK(::cfgetospeed(&settings) == B115200);
  CHECK((settings.c_cflag & (CSIZE | PARENB | CSTOPB)) == CS8);
  CHECK((settings.c_lflag & (ICANON | ECHO | ISIG)) == 0);
}

TEST_CASE("a port that is not there, or is no port, is named") {
  CHECK_THROWS_WITH(open_serial("/dev/no-such-port"), "/dev/no-such-port: No such file or directory");
  CHECK_THROWS_WITH(open_serial("/dev/null"), "/dev/null: not a serial port");
}

TEST_CASE("a board that is pulled out is named by its port") {
  Terminal terminal;
  PanelLimits limits;
  limits.boot = 10s;
  const std::string path = terminal.path;
  std::thread puller([&] {
    pollfd file{terminal.master.get(), POLLIN, 0};
    ::poll(&file, 1, 10'000);  // until it is asked
    terminal.slave.close();
    terminal.master.close();
  });
  CHECK_THROWS_WITH(SerialDevice(path, limits), path + ": the board is gone");
  puller.join();
}

}  // namespace
}  // namespace sesame
