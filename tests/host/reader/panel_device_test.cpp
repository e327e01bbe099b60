// A reader at the other end of a socket or of a serial line, in real time: a board in a thread of this
// process.
#include "host/reader/panel/panel_device.hpp"

#include <catch2/catch.hpp>

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <thread>

#include "host/base/failure.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "host/reader/panel/serial_device.hpp"
#include "tests/host/reader/board.hpp"
#include "tests/host/reader/card_in_slot.hpp"
#include "tests/host/reader/served_board.hpp"

namespace sesame {
namespace {

using namespace test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using io::Descriptor;

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

struct BoardWithCard {
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
  BoardWithCard setup;
  const std::string expected = setup.code_here();
  auto [ours, theirs] = sockets();
  const BoardThread thread(setup.board, theirs.get());
  PanelDevice reader(std::move(ours), {});
  std::size_t screens = 0;
  reader.on_screen([&] { ++screens; });
  reader.connect();
  CHECK(reader.seen().reader == "sesame");
  CHECK(code_of(reader, setup.card.pin()) == expected);
  CHECK(screens > 4);
  CHECK(reader.shown().lit);
  reader.remove();
  CHECK(reader.code().empty());
}

TEST_CASE("a wrong PIN shows the tries that are left, and C held down goes back to the functions") {
  BoardWithCard setup;
  auto [ours, theirs] = sockets();
  const BoardThread thread(setup.board, theirs.get());
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
  BoardWithCard setup;
  setup.board.reader().insert();
  auto [ours, theirs] = sockets();
  const BoardThread thread(setup.board, theirs.get());
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

Line said_in_full(State state) {
  Line said = frame(panel::Type::identity, {panel::kVersion, 1, 2, 3, 4, 'x', 0, 'y'});
  for (const Line& more :
       {frame(panel::Type::power, {1, 0, 0, 0, 0}), frame(panel::Type::contacts, {0}),
        frame(panel::Type::screen, {static_cast<std::uint8_t>(state), 0, 0xFF, 1, 0, 0})}) {
    said.insert(said.end(), more.begin(), more.end());
  }
  return said;
}

void write_all(int descriptor, const Line& line) {
  REQUIRE(::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}

// Whole, and the hello acknowledged.
Line working() {
  Line said = said_in_full(State::working);
  const Line acknowledged = frame(panel::Type::acknowledge, {1, 0, 0, 0, 0});
  said.insert(said.end(), acknowledged.begin(), acknowledged.end());
  return said;
}

// Answers everything, and works.
TEST_CASE("a reader that works without end is given up") {
  auto [ours, theirs] = sockets();
  PanelLimits limits;
  limits.rest = 100ms;
  PanelDevice reader(std::move(ours), limits);
  write_all(theirs.get(), working());
  CHECK_THROWS_WITH(reader.connect(), "the reader works without end; reset it");
}

// A card that says NULL every 50 ms. After so many of them the reader, whose link it has, comes to rest.
class SlowCard final : public CardLine {
 public:
  SlowCard(int link, int nulls) : link_(link), left_(nulls) {}
  bool present() const override { return true; }
  void contacts(bool, bool, bool, Micros) override {}
  void received(std::uint8_t, Micros) override {}
  std::optional<std::uint8_t> take(Micros now) override {
    if (next_ == 0) next_ = now;
    if (left_ == 0 || now < next_) return std::nullopt;
    next_ += 50'000;
    if (--left_ == 0) write_all(link_, said_in_full(State::pin));
    return std::uint8_t{0x60};
  }
  std::optional<Micros> due() const override { return left_ == 0 ? std::nullopt : std::optional(next_); }

 private:
  int link_, left_;
  Micros next_ = 0;
};

// Waits for a reader that works while its card says so many NULLs.
void wait_for_slow_card(int nulls, const PanelLimits& limits) {
  auto [ours, theirs] = sockets();
  auto [line, reader_line] = sockets();
  write_all(theirs.get(), working());
  SlowCard card(theirs.get(), nulls);
  PanelDevice reader(std::move(ours), std::move(line), card, limits);
  reader.remove();  // it never was in: nothing is told, and rest is waited for
  CHECK(reader.state() == State::pin);
}

TEST_CASE("a reader whose card is slow is waited for as long as characters pass") {
  PanelLimits limits;
  limits.rest = 500ms;
  CHECK_NOTHROW(wait_for_slow_card(15, limits));  // 700 ms
}

TEST_CASE("a reader whose card never comes to an end is given up in the end") {
  PanelLimits limits;
  limits.work = 200ms;
  CHECK_THROWS_WITH(wait_for_slow_card(1'000, limits), "the reader works without end; reset it");
}

// Answers so many hellos: it works, and after the last one it rests.
void answer(int link, int hellos) {
  panel::FrameReader<panel::kMaxBodyToReader> frames;
  for (int answers = 0; answers < hellos;) {
    pollfd file{link, POLLIN, 0};
    std::uint8_t byte = 0;
    if (::poll(&file, 1, 10'000) <= 0 || ::read(link, &byte, 1) != 1) return;
    if (!frames.take(byte)) continue;
    Line said = said_in_full(++answers < hellos ? State::working : State::pin);
    const Line acknowledged = frame(panel::Type::acknowledge, {frames.body()[0], 0, 0, 0, 0});
    said.insert(said.end(), acknowledged.begin(), acknowledged.end());
    if (::send(link, said.data(), said.size(), MSG_NOSIGNAL) < 0) return;
  }
}

TEST_CASE("a board whose card is slow is waited for as long as it answers, as its card is not seen") {
  auto [ours, theirs] = sockets();
  PanelLimits limits;
  limits.rest = 500ms;
  limits.quiet = 50ms;
  std::thread board(answer, theirs.get(), 15);
  {
    PanelDevice reader(std::move(ours), limits);
    CHECK_NOTHROW(reader.remove());
    CHECK(reader.state() == State::pin);
  }
  board.join();
}

TEST_CASE("a reader that answers, and works, and says nothing to its card, is given up") {
  auto [ours, theirs] = sockets();
  auto [line, reader_line] = sockets();
  PanelLimits limits;
  limits.rest = 300ms;
  limits.quiet = 50ms;
  std::thread board(answer, theirs.get(), 1'000);
  {
    SlowCard card(theirs.get(), 0);
    PanelDevice reader(std::move(ours), std::move(line), card, limits);
    CHECK_THROWS_WITH(reader.remove(), "the reader works without end; reset it");
  }
  board.join();
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
  BoardWithCard setup;
  auto [ours, theirs] = sockets();
  auto [line, reader_line] = sockets();
  const BoardThread thread(setup.board, theirs.get());
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
  BoardWithCard setup;
  const std::string expected = setup.code_here();
  Terminal terminal;
  const BoardThread thread(setup.board, terminal.master.get());
  SerialDevice reader(terminal.path, {});
  CHECK(code_of(reader, setup.card.pin()) == expected);
  termios settings{};
  REQUIRE(::tcgetattr(terminal.slave.get(), &settings) == 0);
  CHECK(::cfgetispeed(&settings) == B115200);
  CHECK(::cfgetospeed(&settings) == B115200);
  CHECK((settings.c_cflag & (CSIZE | PARENB | CSTOPB)) == CS8);
  CHECK((settings.c_lflag & (ICANON | ECHO | ISIG)) == 0);
}

TEST_CASE("a port that is not there, or is no port, is named") {
  CHECK_THROWS_WITH(SerialPort("/dev/no-such-port"), "/dev/no-such-port: No such file or directory");
  CHECK_THROWS_WITH(SerialPort("/dev/null"), "/dev/null: not a serial port");
}

termios settings_of(const Terminal& terminal) {
  termios settings{};
  REQUIRE(::tcgetattr(terminal.slave.get(), &settings) == 0);
  return settings;
}

TEST_CASE("a port is again as it was, and free, also where no board answers") {
  Terminal terminal;
  const termios before = settings_of(terminal);
  PanelLimits limits;
  limits.boot = 50ms;
  CHECK_THROWS_WITH(SerialDevice(terminal.path, limits), "the reader does not answer on its panel link");
  {
    const SerialPort port(terminal.path);
    CHECK(::cfgetospeed(&before) != B115200);
    const termios during = settings_of(terminal);
    CHECK(::cfgetospeed(&during) == B115200);
    int exclusive = 0;
    REQUIRE(::ioctl(terminal.slave.get(), TIOCGEXCL, &exclusive) == 0);
    CHECK(exclusive != 0);
  }
  const termios after = settings_of(terminal);
  CHECK(after.c_iflag == before.c_iflag);
  CHECK(after.c_oflag == before.c_oflag);
  CHECK(after.c_cflag == before.c_cflag);
  CHECK(after.c_lflag == before.c_lflag);
  CHECK(::cfgetospeed(&after) == ::cfgetospeed(&before));
  int exclusive = 1;
  REQUIRE(::ioctl(terminal.slave.get(), TIOCGEXCL, &exclusive) == 0);
  CHECK(exclusive == 0);
}

TEST_CASE("the terminal that the program runs at is no port, and stays as it is") {
  Terminal terminal;
  const termios before = settings_of(terminal);
  const Descriptor input(::dup(STDIN_FILENO));
  REQUIRE(::dup2(terminal.slave.get(), STDIN_FILENO) == STDIN_FILENO);
  CHECK_THROWS_WITH(SerialPort(terminal.path),
                    terminal.path + ": the terminal that this runs in; name the board's serial port");
  REQUIRE(::dup2(input.get(), STDIN_FILENO) == STDIN_FILENO);
  CHECK(settings_of(terminal).c_lflag == before.c_lflag);
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
