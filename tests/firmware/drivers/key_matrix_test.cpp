#include "firmware/drivers/key_matrix.hpp"

#include <catch2/catch.hpp>
#include <ostream>
#include <random>
#include <vector>

namespace sesame::drivers {

std::ostream& operator<<(std::ostream& out, const KeyPress& press) {
  return out << static_cast<int>(press.contact) << (press.held ? " held" : " pressed");
}

namespace {

constexpr std::uint8_t kC = 12;  // the key that can be held
constexpr Contacts on(std::uint8_t contact) { return static_cast<Contacts>(1U << contact); }

// Looks at the contacts every 5 ms, as a board does.
struct PolledKeys {
  std::vector<KeyPress> wait(Contacts contacts, int milliseconds) {
    std::vector<KeyPress> presses;
    for (int i = 0; i < milliseconds; i += 5) {
      if (const auto press = keys.update(contacts, now)) presses.push_back(*press);
      now += 5;
    }
    return presses;
  }

  KeyMatrix keys{kC};
  std::uint64_t now = 1'000'000;
};

using Presses = std::vector<KeyPress>;
const Presses kNone;

TEST_CASE("a key gives one press, after 20 ms, however long it is down") {
  PolledKeys polled;
  CHECK(polled.wait(on(3), 20) == kNone);
  CHECK(polled.wait(on(3), 5) == Presses{{3, false}});
  CHECK(polled.wait(on(3), 10'000) == kNone);
  CHECK(polled.wait(0, 100) == kNone);
  CHECK(polled.wait(on(3), 25) == Presses{{3, false}});
}

TEST_CASE("every key but C gives a press when it goes down") {
  for (std::uint8_t contact = 0; contact < 16; ++contact) {
    PolledKeys polled;
    CHECK(polled.wait(on(contact), 100) == (contact == kC ? kNone : Presses{{contact, false}}));
  }
}

TEST_CASE("a contact that bounces, down and up, gives one press") {
  PolledKeys polled;
  Presses presses;
  const auto look = [&](Contacts contacts, int milliseconds) {
    const Presses more = polled.wait(contacts, milliseconds);
    presses.insert(presses.end(), more.begin(), more.end());
  };
  for (int i = 0; i < 20; ++i) look(i % 2 == 0 ? on(5) : 0, 5 + i % 3 * 5);
  look(on(5), 200);
  for (int i = 0; i < 20; ++i) look(i % 2 == 0 ? 0 : on(5), 5 + i % 3 * 5);
  look(0, 200);
  CHECK(presses == Presses{{5, false}});
}

TEST_CASE("a contact shorter than 20 ms is ignored") {
  PolledKeys polled;
  CHECK(polled.wait(on(3), 15) == kNone);
  CHECK(polled.wait(0, 1'000) == kNone);
}

TEST_CASE("C gives its press when it goes up, and a hold in its place after 1.5 s") {
  PolledKeys polled;
  CHECK(polled.wait(on(kC), 1'500) == kNone);
  CHECK(polled.wait(0, 20) == kNone);
  CHECK(polled.wait(0, 5) == Presses{{kC, false}});

  CHECK(polled.wait(on(kC), 20 + 1'500) == kNone);
  CHECK(polled.wait(on(kC), 5) == Presses{{kC, true}});
  CHECK(polled.wait(on(kC), 10'000) == kNone);
  CHECK(polled.wait(0, 1'000) == kNone);
}

TEST_CASE("a bounce within a hold does not begin it anew") {
  PolledKeys polled;
  CHECK(polled.wait(on(kC), 1'000) == kNone);
  CHECK(polled.wait(0, 10) == kNone);
  CHECK(polled.wait(on(kC), 520) == Presses{{kC, true}});
}

TEST_CASE("a second key waits until the first is up") {
  PolledKeys polled;
  CHECK(polled.wait(on(1), 100) == Presses{{1, false}});
  CHECK(polled.wait(on(1) | on(2), 500) == kNone);
  CHECK(polled.wait(on(2), 100) == Presses{{2, false}});
  CHECK(polled.wait(0, 100) == kNone);
}

TEST_CASE("of two keys at once none is believed until one is left") {
  PolledKeys polled;
  CHECK(polled.wait(on(1) | on(2), 500) == kNone);
  CHECK(polled.keys.busy());
  CHECK(polled.wait(on(2), 100) == Presses{{2, false}});
}

TEST_CASE("three keys and the ghost they make are not believed") {
  PolledKeys polled;
  const Contacts three_and_ghost = on(0) | on(1) | on(4) | on(5);
  CHECK(polled.wait(three_and_ghost, 500) == kNone);
  CHECK(polled.wait(0, 500) == kNone);
}

TEST_CASE("the matrix must be polled while something is down or bouncing") {
  PolledKeys polled;
  CHECK_FALSE(polled.keys.busy());
  polled.wait(on(7), 5);
  CHECK(polled.keys.busy());
  polled.wait(on(7), 1'000);
  CHECK(polled.keys.busy());
  polled.wait(0, 15);
  CHECK(polled.keys.busy());
  polled.wait(0, 20);
  CHECK_FALSE(polled.keys.busy());
}

TEST_CASE("a key that woke the board after a long sleep counts from then") {
  PolledKeys polled;
  polled.wait(0, 5);
  polled.now += 86'400'000;
  CHECK(polled.wait(on(9), 20) == kNone);
  CHECK(polled.wait(on(9), 5) == Presses{{9, false}});
}

// Whatever the contacts do: presses are 20 ms apart at least, of a contact that is closed, or C's that has
// just been.
TEST_CASE("noise makes no press of a key that was not touched") {
  std::mt19937 random(1);
  PolledKeys polled;
  const Contacts touched = on(2) | on(9) | on(kC);
  std::uint64_t last = 0;
  std::size_t presses = 0;
  for (int i = 0; i < 200'000; ++i) {
    const auto contacts = static_cast<Contacts>(random() & random() & touched);
    const int milliseconds = static_cast<int>(random() % 8) * 5;
    for (int t = 0; t < milliseconds; t += 5) {
      const auto press = polled.keys.update(contacts, polled.now);
      polled.now += 5;
      if (!press) continue;
      ++presses;
      CHECK((touched & on(press->contact)) != 0);
      CHECK(polled.now - last >= 20);
      last = polled.now;
    }
  }
  CHECK(presses > 100);
}

}  // namespace
}  // namespace sesame::drivers
