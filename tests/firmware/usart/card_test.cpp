// The card's slot: the card.cpp of each family on a USART that behaves.
#include <catch2/catch.hpp>

#include "firmware/generated/board.hpp"
#include "firmware/hal/card.hpp"
#include "firmware/hal/clock.hpp"
#include "firmware/hal/panel.hpp"
#include "tests/firmware/usart/bench.hpp"

namespace sesame::board::model {
namespace {

const std::map<std::string, std::string> kAnswers{{"00A40400", "9000"}, {"00B2010C04", "010203049000"}};

constexpr std::string_view kT0 = "3B00", kInverseT0 = "3F00", kWideT0 = "3B4005";

TEST_CASE("a card of T=0 answers its reset and commands") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  CHECK(bench.activate() == kT0);
  CHECK(bench.transmit("00A40400") == "9000");
  CHECK(bench.transmit("00B2010C04") == "010203049000");
  CHECK(bench.warm_reset() == kT0);
  CHECK(bench.transmit("00A40400") == "9000");
}

TEST_CASE("a card of the inverse convention does so too") {
  TableCard slot(kInverseT0, kAnswers);
  Bench bench(slot);
  CHECK(bench.activate() == kInverseT0);
  CHECK(bench.transmit("00B2010C04") == "010203049000");
}

TEST_CASE("contacts come and go in the standard's order") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  bench.activate();
  bench.deactivate();
  const auto& power = bench.card.power;
  REQUIRE(power.size() == 7);  // without power at first
  const auto is = [&](std::size_t i, bool vcc, bool clk, bool rst) {
    CAPTURE(i);
    CHECK(power[i].vcc == vcc);
    CHECK(power[i].clk == clk);
    CHECK(power[i].rst == rst);
  };
  is(0, false, false, false);
  is(1, true, false, false);
  is(2, true, true, false);
  is(3, true, true, true);
  is(4, true, true, false);
  is(5, true, false, false);
  is(6, false, false, false);
  CHECK(power[2].at - power[1].at >= kMilli);          // VCC is stable
  CHECK(power[3].at - power[2].at >= 9'500 * kMicro);  // 40,000 clock periods
}

TEST_CASE("what the reader hears of itself is no answer, with a guard time too") {
  TableCard slot(kWideT0, kAnswers);
  Bench bench(slot);
  REQUIRE(bench.activate() == kWideT0);
  CHECK(bench.transmit("00A40400") == "9000");
  CHECK(hal::card::heard_itself());
  const auto sent = bench.characters(true);
  REQUIRE(sent.size() == 5);
  for (std::size_t i = 1; i < sent.size(); ++i) {
    CHECK(sent[i].start - sent[i - 1].start >= 17 * bench.etu());
    CHECK(sent[i].start - sent[i - 1].start < 30 * bench.etu());
  }
}

TEST_CASE("a character of the card that comes wrong is refused at T=0, and comes again") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot, {{}, {4, 5}});
  REQUIRE(bench.activate() == kT0);
  CHECK(bench.transmit("00B2010C04") == "010203049000");
  std::vector<bool> taken;
  for (const auto& character : bench.characters(false)) taken.push_back(character.taken);
  CHECK(taken == std::vector<bool>{true, true, true, false, false, true, true, true, true, true, true});
}

TEST_CASE("a character that the card refuses goes out again, some times") {
  TableCard slot(kT0, kAnswers);
  {
    Bench bench(slot, {{2, 3}, {}});
    REQUIRE(bench.activate() == kT0);
    CHECK(bench.transmit("00A40400") == "9000");
    CHECK(bench.characters(true).size() == 7);
  }
  Bench bench(slot, {{2, 3, 4, 5}, {}});
  REQUIRE(bench.activate() == kT0);
  CHECK(bench.transmit("00A40400") == to_string(iso7816::LinkError::parity));
}

TEST_CASE("an answer to reset with a wrong parity is asked for once more") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot, {{}, {2}});
  CHECK(bench.activate() == kT0);
  CHECK(bench.characters(false).size() == 4);
}

TEST_CASE("a card that says nothing is mute") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot, {}, {}, [] {
    card::iso7816::Misbehavior mute;
    mute.mute = true;
    return mute;
  }());
  CHECK(bench.activate() == to_string(iso7816::LinkError::mute));
}

TEST_CASE(
    "a line on which nothing is heard ends in silence, and a transmitter that does not end in an error") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  REQUIRE(bench.activate() == kT0);
  bench.chip.port().deaf = true;
  CHECK(bench.transmit("00A40400") == to_string(iso7816::LinkError::mute));
  CHECK_FALSE(hal::card::heard_itself());
  bench.chip.port().deaf = false;
  REQUIRE(bench.activate() == kT0);
  bench.chip.port().jammed = true;
  CHECK(bench.transmit("00A40400") == to_string(iso7816::LinkError::parity));
}

TEST_CASE("what the loop has no time for waits, as far as there is room, in its order") {
  std::string data;
  for (int i = 0; i < 80; ++i) data += test::hex({reinterpret_cast<const std::uint8_t*>(&i), 1});
  TableCard slot(kT0, {{"00B2010C50", data + "9000"}});
  Bench bench(slot);
  REQUIRE(bench.activate() == kT0);
  std::string heard;
  bench.run([&] {
    for (const std::uint8_t character : test::bytes("00B2010C50")) {
      hal::card::send(character);
      while (hal::card::sending() == hal::card::Sending::busy) bench.chip.pass(20 * kMicro);
    }
    bench.chip.pass(200 * kMilli);
    while (const auto next = hal::card::receive()) heard += test::hex({&next->value, 1});
  });
  CHECK(heard.substr(0, 2 * 64) == ("B2" + data).substr(0, 2 * 64));
  CHECK(bench.chip.overruns() > 0);
}

TEST_CASE("a card is in when its switch has settled, and out as soon as it has") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  std::vector<std::pair<Time, bool>> seen;
  const Time begin = bench.chip.now();
  bench.chip.at(begin + 50 * kMilli, [&] { bench.chip.remove(); });
  bench.chip.at(begin + 51 * kMilli, [&] { bench.chip.insert(bench.card); });  // it bounces
  bench.chip.at(begin + 80 * kMilli, [&] { bench.chip.remove(); });
  bench.run([&] {
    while (bench.chip.now() < begin + 100 * kMilli) {
      const bool in = hal::card::present();
      if (seen.empty() || seen.back().second != in) seen.emplace_back(bench.chip.now() - begin, in);
      hal::clock::sleep();
    }
  });
  REQUIRE(seen.size() == 3);
  CHECK_FALSE(seen[0].second);
  CHECK(seen[1].second);
  CHECK(seen[1].first >= 19 * kMilli);
  CHECK(seen[1].first < 25 * kMilli);
  CHECK_FALSE(seen[2].second);
  CHECK(seen[2].first >= 81 * kMilli);
  CHECK(seen[2].first < 85 * kMilli);
}

// ---- T=1: a character takes 11 etu there, and the receiver must be ready for the next one by then

constexpr std::string_view kT1 = "3B808131FE458B", kClosestT1 = "3BC0FF8131FE4534",
                           kWideT1 = "3BC0058131FE45CE", kFastT1 = "3B90188131FE4583";

TEST_CASE("a card of T=1 whose characters are 11 etu apart is heard, each of them") {
  for (const std::string_view atr : {kT1, kClosestT1, kFastT1}) {
    CAPTURE(atr);
    TableCard slot(atr, kAnswers);
    Bench bench(slot);
    CHECK(bench.activate() == atr);
    CHECK(bench.transmit("00B2010C04") == "010203049000");
    CHECK(bench.chip.overruns() == 0);
    const auto heard = bench.characters(false);
    REQUIRE(heard.size() > 2);
    const Time etu = atr == kFastT1 ? bench.etu(31) : bench.etu();
    const Time between = heard[heard.size() - 1].start - heard[heard.size() - 2].start;
    CHECK(between < 12 * etu);  // or else this shows nothing
  }
}

TEST_CASE("the reader's own are as far apart at T=1 as at T=0: 12 etu, and what the card asks for more") {
  for (const auto& [atr, least] : {std::pair(kT1, 12U), std::pair(kWideT1, 17U)}) {
    CAPTURE(atr);
    TableCard slot(atr, kAnswers);
    Bench bench(slot);
    REQUIRE(bench.activate() == atr);
    CHECK(bench.transmit("00A40400") == "9000");
    const auto sent = bench.characters(true);
    REQUIRE(sent.size() == 5 + 8);  // the block size, and the command
    for (std::size_t i = 6; i < sent.size(); ++i) {
      CHECK(sent[i].start - sent[i - 1].start >= least * bench.etu());
      CHECK(sent[i].start - sent[i - 1].start < (least + 4) * bench.etu());
    }
  }
}

// ---- the error signal

TEST_CASE("a character that the card refuses comes again 2 etu after the signal, not before") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot, {{2}, {}});
  REQUIRE(bench.activate() == kT0);
  CHECK(bench.transmit("00A40400") == "9000");
  const auto sent = bench.characters(true);
  REQUIRE(sent.size() == 6);
  REQUIRE_FALSE(sent[1].taken);
  CHECK(sent[2].value == sent[1].value);
  // It is seen at 11 etu (7.3).
  CHECK(sent[2].start - sent[1].start >= 13 * bench.etu());
}

TEST_CASE("an overrun without a character is an error, and not the last character once more") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  REQUIRE(bench.activate() == kT0);
  std::optional<hal::card::Character> heard;
  bench.run([&] {
    bench.chip.lose_character();
    bench.chip.pass(kMicro);
    heard = hal::card::receive();
  });
  REQUIRE(heard);
  CHECK_FALSE(heard->parity_ok);
}

TEST_CASE("the convention is known before the second character, however busy the loop is") {
  TableCard slot("3F0F00112233445566778899AABBCCDDEE", kAnswers);
  Bench bench(slot);
  bench.dawdle = 7 * kMilli;  // a redraw
  CHECK(bench.activate() == "3F0F00112233445566778899AABBCCDDEE");
}

// ---- pins

TEST_CASE("a pin of the card has no function but the USART's, not for a moment") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  bench.activate();
  bench.deactivate();
  bench.activate();
  REQUIRE_FALSE(bench.chip.functions.empty());
  for (const auto& [pin, function] : bench.chip.functions) {
    CAPTURE(pin.port, pin.number);
    const bool debug = pin.port < 2 && function == 0 && !(pin == Pin{kCardIo.port, kCardIo.number});
    CHECK((function == 7 || debug));
  }
}

// ---- power goes without the loop

constexpr Pin kSwitch{kCardDetect.port, kCardDetect.number};

// Off from this moment on, but for what a handler takes; and in the order of 6.4.
void check_off_since(Time moment, const LineCard& card) {
  const auto& power = card.power;
  REQUIRE(power.size() > 3);
  const auto &rst = power[power.size() - 3], &clk = power[power.size() - 2], &vcc = power.back();
  CHECK((rst.vcc && rst.clk && !rst.rst));
  CHECK((clk.vcc && !clk.clk && !clk.rst));
  CHECK((!vcc.vcc && !vcc.clk && !vcc.rst));
  CHECK(rst.at >= moment);
  CHECK(vcc.at - moment < 50 * kMicro);
}

TEST_CASE("a card that is being pulled out loses its power at once, whatever the loop does") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  REQUIRE(bench.activate() == kT0);
  const Time out = bench.chip.now() + 10 * kMilli;
  bench.chip.at(out, [&] { bench.chip.wire(kSwitch, !kCardInHigh); });
  bench.run([&] { bench.chip.pass(50 * kMilli); });
  check_off_since(out, bench.card);

  // Nothing brings it back before the loop has taken note.
  bench.run([] {
    hal::card::set(iso7816::Contacts{true, true, true});
    CHECK_FALSE(hal::card::present());
  });
  CHECK_FALSE(bench.card.power.back().vcc);
  bench.chip.wire(kSwitch, kCardInHigh);
  CHECK(bench.activate() == kT0);
}

TEST_CASE("a card that is pulled out while its supply rises gets no clock") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  bench.chip.at(bench.chip.now() + 500 * kMicro, [&] { bench.chip.wire(kSwitch, !kCardInHigh); });
  bench.run([] { hal::card::set(iso7816::Contacts{true, true, false}); });
  for (const auto& power : bench.card.power) CHECK_FALSE(power.clk);
  CHECK_FALSE(bench.card.power.back().vcc);
}

TEST_CASE("a supply that sinks takes the card's power, and the card is out until it is back") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  const auto present_after = [&](Time time) {
    bool in = false;
    const Time end = bench.chip.now() + time;
    bench.run([&] {
      while (bench.chip.now() < end) {
        in = hal::card::present();
        hal::clock::sleep();
      }
    });
    return in;
  };
  REQUIRE(present_after(50 * kMilli));
  REQUIRE(bench.activate() == kT0);
  const Time sinks = bench.chip.now() + 10 * kMilli;
  bench.chip.at(sinks, [&] { bench.chip.set_supply_low(true); });
  bench.run([&] { bench.chip.pass(50 * kMilli); });
  check_off_since(sinks, bench.card);
  CHECK_FALSE(present_after(100 * kMilli));
  bench.chip.set_supply_low(false);
  CHECK(present_after(100 * kMilli));
  bench.run([] { hal::card::set(iso7816::Contacts{}); });
  CHECK(bench.activate() == kT0);
}

TEST_CASE(
    "a supply that has recovered by the time anybody looks takes nothing, nor does one without a card") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  bench.chip.at(bench.chip.now() + kMilli, [&] { bench.chip.set_supply_low(true); });
  bench.chip.at(bench.chip.now() + 2 * kMilli, [&] { bench.chip.set_supply_low(false); });
  bench.run([&] { bench.chip.pass(3 * kMilli); });
  REQUIRE(bench.activate() == kT0);
  bench.chip.at(bench.chip.now() + kMilli, [&] {
    bench.chip.set_supply_low(true);
    bench.chip.set_supply_low(false);
  });
  bench.run([&] { bench.chip.pass(3 * kMilli); });
  CHECK(bench.transmit("00A40400") == "9000");
}

TEST_CASE("with the panel link on the switch counts for nothing, wherever it stands") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  bench.chip.wire({kPanelStrap.port, kPanelStrap.number}, false);
  bench.run([] { hal::panel::init(); });
  bench.chip.wire(kSwitch, !kCardInHigh);
  REQUIRE(bench.activate() == kT0);
  bench.chip.wire(kSwitch, kCardInHigh);
  bench.run([] { CHECK_FALSE(hal::card::present()); });
  bench.chip.wire(kSwitch, !kCardInHigh);
  CHECK(bench.transmit("00A40400") == "9000");
}

TEST_CASE("contacts that are asked for again are left as they are") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot);
  REQUIRE(bench.activate() == kT0);
  const std::size_t before = bench.card.power.size();
  bench.run([] { hal::card::set(iso7816::Contacts{true, true, true}); });
  CHECK(bench.card.power.size() == before);
  CHECK(bench.transmit("00A40400") == "9000");
}

TEST_CASE("a first character that is spoiled is none of the inverse convention") {
  TableCard slot(kT0, kAnswers);
  Bench bench(slot, {{}, {1}});
  CHECK(bench.activate() == kT0);  // by the second reset
}

TEST_CASE("what the reader hears of itself needs no room among what the card says") {
  std::string data;
  for (int i = 0; i < 61; ++i) data += "5A";
  TableCard slot(kT0, {{"00B2010C3D", data + "9000"}});
  Bench bench(slot, {{6, 7, 8, 9}, {}});  // however often it is sent
  REQUIRE(bench.activate() == kT0);
  bench.run([&] {
    const auto send = [&](std::uint8_t character) {
      hal::card::send(character);
      while (hal::card::sending() == hal::card::Sending::busy) bench.chip.pass(20 * kMicro);
    };
    for (const std::uint8_t character : test::bytes("00B2010C3D")) send(character);
    bench.chip.pass(200 * kMilli);  // its 64 characters fill the queue
    send(0x00);
    CHECK_FALSE(hal::card::taken());
    std::size_t heard = 0;
    while (hal::card::receive()) ++heard;
    CHECK(heard == 64);
  });
}

}  // namespace
}  // namespace sesame::board::model
