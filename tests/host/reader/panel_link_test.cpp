// The host's end of a panel link, in virtual time, with a line between it and the reader that loses and
// garbles.
#include "host/reader/panel/panel_link.hpp"

#include <catch2/catch.hpp>

#include <functional>

#include "host/base/failure.hpp"
#include "host/cli/make_code.hpp"
#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "tests/host/reader/board.hpp"
#include "tests/host/reader/card_in_slot.hpp"

namespace sesame {
namespace {

using namespace test;
using namespace std::chrono_literals;
using Time = PanelLink::Time;

// What the line makes of a byte: nothing, itself, another.
using Fault = std::function<Line(std::uint8_t)>;
Line unharmed(std::uint8_t byte) { return {byte}; }

// The byte with this number, from 0, comes as something else.
Fault fault_at(std::size_t number, const Fault& fault) {
  return [=, next = std::size_t{0}](std::uint8_t byte) mutable {
    return next++ == number ? fault(byte) : Line{byte};
  };
}

class Panel final : public Device {
 public:
  Panel(const ReaderProfile& profile, CardSlot& slot) : board_(profile, slot) {}

  Fault to_reader = unharmed, to_host = unharmed;

  void insert() override { tell(panel::Type::presence, {1}); }
  void remove() override { tell(panel::Type::presence, {0}); }
  void press(Key key) override { tell(panel::Type::key, {0, static_cast<std::uint8_t>(key)}); }
  void hold(Key key) override { tell(panel::Type::key, {1, static_cast<std::uint8_t>(key)}); }
  Screen shown() const override { return link_.seen().screen; }
  State state() const override { return link_.seen().state; }
  Notice notice() const override { return link_.seen().notice; }
  std::optional<std::uint8_t> tries_left() const override { return link_.seen().tries; }
  cap::Fault fault() const override { return {}; }
  std::string code() const override { return {}; }

  void settle() {
    while (!link_.idle()) {
      now_ = std::max(now_, link_.due());
      carry();
    }
  }
  // What is sent now goes to the reader, and what it says to that comes back.
  void carry() {
    for (const std::uint8_t byte : copy(link_.to_send(now_))) {
      ++bytes_to_reader;
      for (const std::uint8_t heard : to_reader(byte)) board_.received(heard);
    }
    for (const std::uint8_t byte : board_.take_said()) {
      ++bytes_to_host;
      for (const std::uint8_t heard : to_host(byte)) link_.received(heard, now_);
    }
  }

  Board& board() { return board_; }
  PanelLink& link() { return link_; }
  Time now() const { return now_; }
  std::size_t bytes_to_reader = 0, bytes_to_host = 0;

 private:
  static Line copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }
  void tell(panel::Type type, std::initializer_list<std::uint8_t> body) {
    link_.order(type, body);
    settle();
  }

  Board board_;
  Time now_{1h};
  PanelLink link_{{}, now_};
};

struct Made {
  std::u16string screen;
  int keys = 0;
  std::size_t bytes_to_reader = 0, bytes_to_host = 0;
  PanelLimits::Duration took{};
};

Made make(const ReaderProfile& profile, CardInSlot& card, const Fault& to_reader, const Fault& to_host) {
  card.renew();
  Panel panel(profile, card.slot());
  panel.to_reader = to_reader;
  panel.to_host = to_host;
  cli::Task task;
  task.pin = SecretString(card.pin());
  task.answers = Answers(profile.functions[0].prompts.size());
  const Time before = panel.now();
  panel.settle();
  cli::make_code(panel, profile, task);
  const Screen screen = panel.shown();
  const auto row = screen.row(1);
  return {{row.begin(), row.end()},
          panel.board().keys(),
          panel.bytes_to_reader,
          panel.bytes_to_host,
          std::chrono::duration_cast<PanelLimits::Duration>(panel.now() - before)};
}

std::u16string code_here(const ReaderProfile& profile, CardInSlot& card) {
  card.renew();
  NativeReader reader(profile, card.slot());
  cli::Task task;
  task.pin = SecretString(card.pin());
  task.answers = Answers(profile.functions[0].prompts.size());
  cli::make_code(reader, task);
  const Screen screen = reader.shown();
  return {screen.row(1).begin(), screen.row(1).end()};
}

TEST_CASE("the reader at the other end of a link shows the code that it shows here") {
  const std::string name = GENERATE("sesame", "pinsentry", "random-reader");
  const auto loaded = profile::load_reader(name);
  CardInSlot card("sesame-card");
  const Made made = make(loaded.profile(), card, unharmed, unharmed);
  CAPTURE(name);
  CHECK(made.screen == code_here(loaded.profile(), card));
  CHECK(made.took == 0ms);
}

TEST_CASE(
    "whichever byte the line loses, changes or makes two of, the code is the same, and no key counts twice") {
  const auto loaded = profile::load_reader("sesame");
  CardInSlot card("bank-card");
  const Made whole = make(loaded.profile(), card, unharmed, unharmed);
  const auto lost = [](std::uint8_t) { return Line{}; };
  const auto flipped = [](std::uint8_t byte) { return Line{static_cast<std::uint8_t>(byte ^ 0x10)}; };
  const auto doubled = [](std::uint8_t byte) { return Line{byte, byte}; };
  const auto ended = [](std::uint8_t) { return Line{panel::kEnd}; };
  for (const Fault& fault : {Fault(lost), Fault(flipped), Fault(doubled), Fault(ended)}) {
    for (std::size_t i = 0; i < whole.bytes_to_reader; ++i) {
      const Made made = make(loaded.profile(), card, fault_at(i, fault), unharmed);
      INFO("byte " << i << " to the reader");
      REQUIRE(made.screen == whole.screen);
      REQUIRE(made.keys == whole.keys);
      REQUIRE(made.took <= 1s);
    }
    for (std::size_t i = 0; i < whole.bytes_to_host; ++i) {
      const Made made = make(loaded.profile(), card, unharmed, fault_at(i, fault));
      INFO("byte " << i << " to the host");
      REQUIRE(made.screen == whole.screen);
      REQUIRE(made.keys == whole.keys);
      REQUIRE(made.took <= 1s);
    }
  }
}

// A reader that is not there yet, or not any more: what is sent to it, and when it is given up.
struct Silence {
  int frames = 0;
  PanelLimits::Duration until_failure{};
};
Silence silence(Panel& panel) {
  panel.to_reader = [](std::uint8_t) { return Line{}; };
  Silence silence;
  const Time before = panel.now();
  Time now = before;
  for (;;) {
    now = std::max(now, panel.link().due());
    try {
      if (!panel.link().to_send(now).empty()) ++silence.frames;
    } catch (const Failure& failure) {
      CHECK(failure.kind() == Failure::environment);
      CHECK(std::string(failure.what()) == "the reader does not answer on its panel link");
      silence.until_failure = std::chrono::duration_cast<PanelLimits::Duration>(now - before);
      return silence;
    }
  }
}

TEST_CASE("a reader that starts is asked every 100 ms, for ten seconds") {
  const auto loaded = profile::load_reader("sesame");
  CardInSlot card("sesame-card");
  Panel panel(loaded.profile(), card.slot());
  const Silence heard = silence(panel);
  CHECK(heard.frames == 100);
  CHECK(heard.until_failure == 10s);
}

TEST_CASE("a reader that was slow to start may still be misheard") {
  const auto loaded = profile::load_reader("sesame");
  CardInSlot card("sesame-card");
  Panel panel(loaded.profile(), card.slot());
  panel.to_reader = [&](std::uint8_t byte) { return panel.now() < Time{1h + 9s} ? Line{} : Line{byte}; };
  // Whole frames, but for the first acknowledgement.
  panel.to_host = [acknowledgements = 0](std::uint8_t byte) mutable {
    return byte == 'A' && ++acknowledgements == 1 ? Line{'x'} : Line{byte};
  };
  CHECK_NOTHROW(panel.settle());
  CHECK(panel.now() >= Time{1h + 9s});
}

TEST_CASE("a reader that has answered once is told ten times, each half a second") {
  const auto loaded = profile::load_reader("sesame");
  CardInSlot card("sesame-card");
  Panel panel(loaded.profile(), card.slot());
  panel.settle();
  panel.link().order(panel::Type::key, {0, 1});
  const Silence heard = silence(panel);
  CHECK(heard.frames == 10);
  CHECK(heard.until_failure == 5s);
}

TEST_CASE("a reader that says nothing for two seconds is asked") {
  const auto loaded = profile::load_reader("sesame");
  CardInSlot card("sesame-card");
  Panel panel(loaded.profile(), card.slot());
  panel.settle();
  CHECK(panel.link().due() == panel.now() + 2s);
  CHECK(panel.link().to_send(panel.now() + 1999ms).empty());
  CHECK_FALSE(panel.link().to_send(panel.now() + 2s).empty());
}

TEST_CASE("a reader of another version of the link is refused by its number") {
  PanelLink link({}, Time{});
  const auto hear = [&] {
    for (const std::uint8_t byte : frame(panel::Type::identity, {panel::kVersion + 1, 'x', 0, 'y'}))
      link.received(byte, Time{});
  };
  CHECK_THROWS_WITH(hear(), Catch::Matchers::Contains("version " + std::to_string(panel::kVersion + 1)));
}

// Shows the same whatever is pressed: its profile is another.
class StuckReader final : public Device {
 public:
  explicit StuckReader(State state) : state_(state) {}
  void insert() override {}
  void remove() override {}
  void press(Key) override {
    if (++presses > 1'000) throw std::runtime_error("pressed on and on");
  }
  void hold(Key) override {}
  Screen shown() const override { return {}; }
  State state() const override { return state_; }
  Notice notice() const override { return Notice::none; }
  std::optional<std::uint8_t> tries_left() const override { return std::nullopt; }
  cap::Fault fault() const override { return {}; }
  std::string code() const override { return {}; }

  int presses = 0;

 private:
  State state_;
};

TEST_CASE("a reader that asks on and on is given up") {
  const auto loaded = profile::load_reader("sesame");
  cli::Task task;
  task.pin = SecretString("1234");
  StuckReader reader(GENERATE(State::prompt, State::pin, State::last_try));
  CHECK_THROWS_WITH(cli::make_code(reader, loaded.profile(), task), Catch::Matchers::Contains("on and on"));
  CHECK(reader.presses < 100);
}

TEST_CASE("the reader says who it is, what it shows, its tries and its time") {
  const auto loaded = profile::load_reader("vasco-810");
  CardInSlot card("belgian-card");
  Panel panel(loaded.profile(), card.slot());
  panel.settle();
  CHECK(panel.link().seen().reader == "vasco-810");
  CHECK(panel.link().seen().board == "test");
  CHECK(panel.link().seen().software == "1.2.3");
  CHECK(panel.link().seen().revision == "0123456789ab+");
  CHECK(panel.link().seen().digest == board::digest(loaded.profile()));
  CHECK(panel.link().seen().millis == 1);
  CHECK_FALSE(panel.link().seen().awake);
  panel.insert();
  CHECK(panel.link().seen().awake);
  CHECK(panel.shown() == panel.board().reader().shown());
  CHECK(panel.state() == panel.board().reader().state());
}

TEST_CASE("how the run before ended is heard, and is not there before") {
  PanelLink link({}, Time{});
  CHECK_FALSE(link.seen().last_fault);
  for (const std::uint8_t byte :
       frame(panel::Type::fault, {1, 3, 0x34, 0x12, 0, 8, 1, 1, 0, 8, 0, 0x82, 0, 0})) {
    link.received(byte, Time{});
  }
  REQUIRE(link.seen().last_fault);
  CHECK(link.seen().last_fault->vector == 3);
  CHECK(link.seen().last_fault->pc == 0x08001234);
  CHECK(link.seen().last_fault->lr == 0x08000101);
  CHECK(link.seen().last_fault->cfsr == 0x8200);
}

TEST_CASE("what cannot be a screen, or anything else, is not heard") {
  constexpr std::uint8_t kNoState = std::size(kStateNames);
  const Line body = GENERATE(Line{}, Line{1, 0, 0xFF, 1}, Line{kNoState, 0, 0xFF, 1, 0, 0},
                             Line{1, 9, 0xFF, 1, 0, 0}, Line{1, 0, 0xFF, 1, 5, 0}, Line{1, 0, 0xFF, 1, 0, 21},
                             Line{1, 0, 0xFF, 1, 1, 1}, Line{1, 0, 0xFF, 1, 1, 1, 'x', 0, 0});
  const auto type = GENERATE(panel::Type::screen, panel::Type::power, panel::Type::contacts,
                             panel::Type::acknowledge, panel::Type::hello, panel::Type{'?'});
  PanelLink link({}, Time{});
  bool contacts = false;
  link.on_contacts([&](const PanelLink::Contacts&) { contacts = true; });
  for (const std::uint8_t byte : frame(type, body)) link.received(byte, Time{});
  CHECK(link.seen().state == State::off);
  CHECK(link.seen().millis == 0);
  CHECK_FALSE(contacts);
  CHECK_FALSE(link.idle());
}

TEST_CASE("contacts are told as the reader sets them") {
  PanelLink link({}, Time{});
  std::vector<std::array<bool, 3>> seen;
  link.on_contacts([&](const PanelLink::Contacts& to) { seen.push_back({to.vcc, to.clk, to.rst}); });
  for (const std::uint8_t bits : Line{1, 5, 7, 0}) {
    for (const std::uint8_t byte : frame(panel::Type::contacts, {bits})) link.received(byte, Time{});
  }
  CHECK(seen == std::vector<std::array<bool, 3>>{
                    {true, false, false}, {true, true, false}, {true, true, true}, {false, false, false}});
}

}  // namespace
}  // namespace sesame
