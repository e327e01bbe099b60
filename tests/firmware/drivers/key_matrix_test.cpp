#include "firmware/drivers/key_matrix.hpp"

#include <catch2/catch.hpp>
#include <ostream>
#include <random>
#include <vector>

namespace sesame::drivers {

std::ostream& operator<<(std::ostream& out, const KeyPress& stroke) {
  return out << static_cast<int>(stroke.contact) << (stroke.held ? " held" : " pressed");
}

namespace {

constexpr std::uint8_t kC = 12;  // the key that can be held
constexpr Contacts on(std::uint8_t contact) { return static_cast<Contacts>(1U << contact); }

// Looks at the contacts every 5 ms, as a board does.
struct Desk {
  std::vector<KeyPress> wait(Contacts contacts, int milliseconds) {
    std::vector<KeyPress> strokes;
    for (int i = 0; i < milliseconds; i += 5) {
      if (const auto stroke = keys.update(contacts, now)) strokes.push_back(*stroke);
      now += 5;
    }
    return strokes;
  }

  KeyMatrix keys{kC};
  std::uint64_t now = 1'000'000;
};

using Strokes = std::vector<KeyPress>;
const Strokes kNone;

TEST_CASE("a key gives one stroke, after 20 ms, however long it is down") {
  Desk desk;
  CHECK(desk.wait(on(3), 20) == kNone);
  CHECK(desk.wait(on(3), 5) == Strokes{{3, false}});
  CHECK(desk.wait(on(3), 10'000) == kNone);
  CHECK(desk.wait(0, 100) == kNone);
  CHECK(desk.wait(on(3), 25) == Strokes{{3, false}});
}

TEST_CASE("every key but C gives a stroke when it goes down") {
  for (std::uint8_t contact = 0; contact < 16; ++contact) {
    Desk desk;
    CHECK(desk.wait(on(contact), 100) == (contact == kC ? kNone : Strokes{{contact, false}}));
  }
}

TEST_CASE("a contact that bounces, down and up, gives one stroke") {
  Desk desk;
  Strokes strokes;
  const auto look = [&](Contacts contacts, int milliseconds) {
    const Strokes more = desk.wait(contacts, milliseconds);
    strokes.insert(strokes.end(), more.begin(), more.end());
  };
  for (int i = 0; i < 20; ++i) look(i % 2 == 0 ? on(5) : 0, 5 + i % 3 * 5);
  look(on(5), 200);
  for (int i = 0; i < 20; ++i) look(i % 2 == 0 ? 0 : on(5), 5 + i % 3 * 5);
  look(0, 200);
  CHECK(strokes == Strokes{{5, false}});
}

TEST_CASE("a contact shorter than 20 ms is none") {
  Desk desk;
  CHECK(desk.wait(on(3), 15) == kNone);
  CHECK(desk.wait(0, 1'000) == kNone);
}

TEST_CASE("C gives its stroke when it goes up, and a hold in its place after 1.5 s") {
  Desk desk;
  CHECK(desk.wait(on(kC), 1'500) == kNone);
  CHECK(desk.wait(0, 20) == kNone);
  CHECK(desk.wait(0, 5) == Strokes{{kC, false}});

  CHECK(desk.wait(on(kC), 20 + 1'500) == kNone);
  CHECK(desk.wait(on(kC), 5) == Strokes{{kC, true}});
  CHECK(desk.wait(on(kC), 10'000) == kNone);
  CHECK(desk.wait(0, 1'000) == kNone);
}

TEST_CASE("a bounce within a hold does not begin it anew") {
  Desk desk;
  CHECK(desk.wait(on(kC), 1'000) == kNone);
  CHECK(desk.wait(0, 10) == kNone);
  CHECK(desk.wait(on(kC), 520) == Strokes{{kC, true}});
}

TEST_CASE("a second key waits until the first is up") {
  Desk desk;
  CHECK(desk.wait(on(1), 100) == Strokes{{1, false}});
  CHECK(desk.wait(on(1) | on(2), 500) == kNone);
  CHECK(desk.wait(on(2), 100) == Strokes{{2, false}});
  CHECK(desk.wait(0, 100) == kNone);
}

TEST_CASE("of two keys at once none is believed until one is left") {
  Desk desk;
  CHECK(desk.wait(on(1) | on(2), 500) == kNone);
  CHECK(desk.keys.busy());
  CHECK(desk.wait(on(2), 100) == Strokes{{2, false}});
}

TEST_CASE("three keys and the ghost they make are not believed") {
  Desk desk;
  const Contacts three_and_ghost = on(0) | on(1) | on(4) | on(5);
  CHECK(desk.wait(three_and_ghost, 500) == kNone);
  CHECK(desk.wait(0, 500) == kNone);
}

TEST_CASE("the matrix wants to be looked at while something is down or bouncing") {
  Desk desk;
  CHECK_FALSE(desk.keys.busy());
  desk.wait(on(7), 5);
  CHECK(desk.keys.busy());
  desk.wait(on(7), 1'000);
  CHECK(desk.keys.busy());
  desk.wait(0, 15);
  CHECK(desk.keys.busy());
  desk.wait(0, 20);
  CHECK_FALSE(desk.keys.busy());
}

TEST_CASE("a key that woke the board after a long sleep counts from then") {
  Desk desk;
  desk.wait(0, 5);
  desk.now += 86'400'000;
  CHECK(desk.wait(on(9), 20) == kNone);
  CHECK(desk.wait(on(9), 5) == Strokes{{9, false}});
}

// Whatever the contacts do: strokes are 20 ms apart at least, of a contact that is closed, or C's that has just been.
TEST_CASE("noise makes no stroke of a key that nobody touched") {
  std::mt19937 random(1);
  Desk desk;
  const Contacts touched = on(2) | on(9) | on(kC);
  std::uint64_t last = 0;
  std::size_t strokes = 0;
  for (int i = 0; i < 200'000; ++i) {
    const auto contacts = static_cast<Contacts>(random() & random() & touched);
    const int milliseconds = static_cast<int>(random() % 8) * 5;
    for (int t = 0; t < milliseconds; t += 5) {
      const auto stroke = desk.keys.update(contacts, desk.now);
      desk.now += 5;
      if (!stroke) continue;
      ++strokes;
      CHECK((touched & on(stroke->contact)) != 0);
      CHECK(desk.now - last >= 20);
      last = desk.now;
    }
  }
  CHECK(strokes > 100);
}

}  // namespace
}  // namespace sesame::drivers
