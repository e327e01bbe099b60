// The ATC and the PIN try counter: EMV 4.3 Book 2, D3; Book 3, 6.3.6.
#include "host/card/counters.hpp"

#include <catch2/catch.hpp>

#include "tests/host/card/fixture.hpp"
#include "tests/host/card/stores.hpp"

namespace sesame::card {
namespace {

using namespace test;
using PowerCut = ObservedStore::PowerCut;

Personalization two_applications() {
  Personalization card = personalization();
  card.applications.push_back(application(kMastercard));
  return card;
}

// ---- the ATC

TEST_CASE("the ATC of a fresh card's first transaction is 1") {
  CHECK(Terminal(personalization()).go_to(Stage::initiated).atc() == "0001");
}

TEST_CASE("every transaction has the next ATC, whatever comes of it") {
  Terminal terminal(personalization());
  const auto stage = GENERATE(Stage::initiated, Stage::pin_verified, Stage::first_ac_given, Stage::over);
  for (const char* expected : {"0001", "0002", "0003"}) {
    CHECK(terminal.go_to(stage).atc() == expected);
  }
}

TEST_CASE("the answers to GENERATE AC carry the ATC of the transaction") {
  Terminal terminal(personalization());
  for (const char* expected : {"9F36020001", "9F36020002"}) {
    terminal.go_to(Stage::pin_verified);
    CHECK(terminal.data(kFirstAc).substr(10 + 2, 10) == expected);
    CHECK(terminal.data(kSecondAc).substr(10 + 2, 10) == expected);
  }
}

TEST_CASE("what is not a successful GET PROCESSING OPTIONS does not count") {
  Terminal terminal(personalization());
  terminal.go_to(Stage::initiated);
  REQUIRE(terminal.atc() == "0001");
  terminal.send(kGpo);                   // twice
  terminal.go_to(Stage::selected);       // none at all
  terminal.send("80A80000");             // no data
  terminal.send("80A8000003830100 00");  // wrong data
  terminal.send("80A8010002830000");     // wrong P1
  terminal.send(select(kMastercard));    // unknown
  terminal.send(kGpo);                   // nothing selected
  terminal.go_to(Stage::directory).send(kGpo);
  CHECK(terminal.go_to(Stage::initiated).atc() == "0002");
}

TEST_CASE("each application counts for itself") {
  Terminal terminal(two_applications());
  terminal.go_to(Stage::initiated, kCap);
  terminal.go_to(Stage::initiated, kCap);
  CHECK(terminal.go_to(Stage::initiated, kMastercard).atc() == "0001");
  CHECK(terminal.go_to(Stage::initiated, kCap).atc() == "0003");
}

TEST_CASE("no ATC comes twice, over resets and over cards on the same store") {
  state::EphemeralStore store;
  std::string last = "0000";
  for (int card = 0; card < 3; ++card) {
    Terminal terminal(personalization(), store);
    for (int i = 0; i < 4; ++i) {
      terminal.warm_reset();
      const std::string now = terminal.go_to(Stage::initiated).atc();
      CHECK(now > last);
      last = now;
    }
  }
  CHECK(last == "000C");
}

TEST_CASE("the ATC is kept before GET PROCESSING OPTIONS is answered") {
  ObservedStore store;
  Terminal terminal(personalization(), store);
  terminal.go_to(Stage::selected);
  store.on_put([&] { CHECK(terminal.response().empty()); });
  terminal.data(kGpo);
  CHECK(store.log() == std::vector<std::string>{"atc=1"});
}

TEST_CASE("a store that fails leaves GET PROCESSING OPTIONS unanswered and the transaction closed") {
  const auto cut = GENERATE(PowerCut::before, PowerCut::after);
  ObservedStore store;
  Terminal terminal(personalization(), store);
  terminal.go_to(Stage::selected);
  store.cut_power(cut);
  CHECK_THROWS_AS(terminal.send(kGpo), Failure);
  CHECK(terminal.response().empty());
  CHECK(terminal.card().counters().atc(0) == 0);
  CHECK(terminal.send(kGetAtc) == "6985");
  CHECK(terminal.send(kFirstAc) == "6985");

  SECTION("another card on the store never gives an ATC again that was kept") {
    Terminal next(personalization(), store);
    CHECK(next.go_to(Stage::initiated).atc() == (cut == PowerCut::before ? "0001" : "0002"));
  }
  SECTION("and the same card, when the store works again, gives one that was never seen") {
    CHECK(terminal.sw(kGpo) == "9000");
    CHECK(terminal.atc() == "0001");
  }
}

TEST_CASE("the transaction of ATC FFFF is the last one") {
  state::EphemeralStore store;
  Terminal terminal(personalization(), store);
  terminal.card().counters().set_next_atc(0, 0xFFFE);
  CHECK(terminal.go_to(Stage::over).atc() == "FFFE");
  CHECK(terminal.go_to(Stage::over).atc() == "FFFF");
  CHECK(terminal.send(select(kCap)) == "6283");
  CHECK(terminal.send(kGpo) == "6985");
  CHECK(Terminal(personalization(), store).send(select(kCap)) == "6283");
}

TEST_CASE("the other applications live on when one has come to ATC FFFF") {
  Terminal terminal(two_applications());
  terminal.card().counters().set_next_atc(0, 0xFFFF);
  terminal.go_to(Stage::over, kCap);
  CHECK(terminal.card().counters().blocked(0));
  CHECK_FALSE(terminal.card().counters().blocked(1));
  CHECK(terminal.go_to(Stage::initiated, kMastercard).atc() == "0001");
}

TEST_CASE("the ATC of the next transaction can be set") {
  const auto next = GENERATE(as<std::uint16_t>(), 1, 0xB4, 0xFFFF);
  Terminal terminal(personalization());
  terminal.card().counters().set_next_atc(0, next);
  terminal.go_to(Stage::initiated);
  CHECK(terminal.card().counters().atc(0) == next);
}

// ---- the tries

TEST_CASE("a try is taken, and kept, before the PIN is compared") {
  ObservedStore store;
  Terminal terminal(personalization(), store);
  terminal.go_to(Stage::initiated);
  store.log().clear();
  store.on_put([&] { CHECK(terminal.response().empty()); });
  terminal.send(verify("0000"));
  CHECK(store.log() == std::vector<std::string>{"tries=2"});
  terminal.send(verify("1234"));
  CHECK(store.log() == std::vector<std::string>{"tries=2", "tries=1", "tries=3"});
}

TEST_CASE("a VERIFY that was refused touches no store") {
  ObservedStore store;
  Personalization card = personalization();
  card.try_limit = 1;
  Terminal terminal(std::move(card), store);
  terminal.go_to(Stage::initiated);
  terminal.send(verify("0000"));
  store.log().clear();
  terminal.send(verify("1234"));
  terminal.send(verify("123"));
  terminal.send("00200080");
  CHECK(store.log().empty());
}

TEST_CASE("pulling the card before VERIFY is answered wins no try back") {
  const char* pin = GENERATE("0000", "1234");
  CAPTURE(pin);
  ObservedStore store;
  for (const char* left : {"02", "01", "00"}) {
    Terminal terminal(personalization(), store);
    terminal.go_to(Stage::initiated);
    store.cut_power(PowerCut::after);
    CHECK_THROWS_AS(terminal.send(verify(pin)), Failure);
    CHECK(terminal.response().empty());
    CHECK(Terminal(personalization(), store).go_to(Stage::initiated).tries() == left);
  }
  CHECK(Terminal(personalization(), store).go_to(Stage::initiated).send(verify("1234")) == "6983");
}

TEST_CASE("a VERIFY whose try could not be kept has not compared anything") {
  const char* pin = GENERATE("0000", "1234");
  ObservedStore store;
  Terminal terminal(personalization(), store);
  terminal.go_to(Stage::initiated);
  store.cut_power(PowerCut::before);
  CHECK_THROWS_AS(terminal.send(verify(pin)), Failure);
  CHECK(terminal.tries() == "03");
  CHECK(terminal.data(kFirstAc).substr(4, 8) == "9F270100");  // an AAC: no PIN
}

TEST_CASE("a right PIN whose tries could not be given back is one try the poorer") {
  ObservedStore store;
  Terminal terminal(personalization(), store);
  terminal.go_to(Stage::initiated);
  store.cut_power(PowerCut::before, 2);
  CHECK_THROWS_AS(terminal.send(verify("1234")), Failure);
  CHECK(terminal.response().empty());
  Terminal next(personalization(), store);
  CHECK(next.go_to(Stage::initiated).tries() == "02");
  CHECK(next.send(verify("1234")) == "9000");
  CHECK(next.tries() == "03");
}

TEST_CASE("the tries are those of the card, not of an application") {
  Terminal terminal(two_applications());
  terminal.go_to(Stage::initiated, kCap);
  CHECK(terminal.send(verify("0000")) == "63C2");
  terminal.go_to(Stage::initiated, kMastercard);
  CHECK(terminal.tries() == "02");
  CHECK(terminal.send(verify("0000")) == "63C1");
  CHECK(terminal.go_to(Stage::initiated, kCap).tries() == "01");
}

TEST_CASE("tries stay taken over a reset, another transaction and another card on the store") {
  state::EphemeralStore store;
  Terminal terminal(personalization(), store);
  terminal.go_to(Stage::initiated);
  terminal.send(verify("0000"));
  CHECK(terminal.go_to(Stage::initiated).tries() == "02");
  terminal.warm_reset();
  terminal.data(select(kCap));
  terminal.data(kGpo);
  CHECK(terminal.tries() == "02");
  Terminal next(personalization(), store);
  CHECK(next.go_to(Stage::initiated).tries() == "02");
}

TEST_CASE("a blocked PIN stays blocked on every card of the store") {
  state::EphemeralStore store;
  Terminal terminal(personalization(), store);
  terminal.go_to(Stage::initiated);
  for (int i = 0; i < 3; ++i) terminal.send(verify("0000"));
  CHECK(Terminal(personalization(), store).go_to(Stage::initiated).send(verify("1234")) == "6983");
}

TEST_CASE("a card whose try limit was lowered has no more tries than that") {
  state::EphemeralStore store;
  Terminal(personalization(), store).go_to(Stage::pin_verified);  // keeps tries=3
  Personalization card = personalization();
  card.try_limit = 2;
  CHECK(Terminal(std::move(card), store).go_to(Stage::initiated).tries() == "02");
}

// ---- whose counters they are

struct Change {
  const char* what;
  void (*make)(Personalization&);
  bool same_atc;
  bool same_tries;
};

TEST_CASE("tries are kept per PAN and PSN, an ATC per application and key beside them, and by nothing else") {
  const auto change = GENERATE(values<Change>({
      {"nothing", [](Personalization&) {}, true, true},
      {"the file's name and title", [](Personalization& card) { card.name = card.title = "other"; }, true,
       true},
      {"the PIN", [](Personalization& card) { card.pin = SecretString("9999"); }, true, true},
      {"the ATR", [](Personalization& card) { card.atr = bytes("3F00"); }, true, true},
      {"the protocol", [](Personalization& card) { card.protocol = Protocol::t0; }, true, true},
      {"the label", [](Personalization& card) { card.applications[0].label = "CAP"; }, true, true},
      {"the IPB", [](Personalization& card) { card.applications[0].data[tag::ipb] = bytes("80"); }, true,
       true},
      {"the scheme",
       [](Personalization& card) { card.applications[0].cryptogram.scheme = keys::Scheme::cvn10; }, true,
       true},
      {"the PAN", [](Personalization& card) { card.pan = "1234567890123457"; }, false, false},
      {"one digit more of PAN", [](Personalization& card) { card.pan += "0"; }, false, false},
      {"the PSN", [](Personalization& card) { card.psn = "01"; }, false, false},
      {"the key",
       [](Personalization& card) {
         card.applications[0].cryptogram.master_key = key("154F349D8585CB7F6B0798E9839B10C2");
       },
       false, true},
      {"the application", [](Personalization& card) { card.applications[0].aid = bytes(kMastercard); }, false,
       true},
      {"a longer AID", [](Personalization& card) { card.applications[0].aid.push_back(0); }, false, true},
      {"another application beside it",
       [](Personalization& card) { card.applications.push_back(application(kMastercard)); }, true, true},
  }));
  CAPTURE(change.what);
  state::EphemeralStore store;
  {
    Personalization one = personalization();
    CardCounters counters(one, store);
    counters.set_next_atc(0, 0x100);
    counters.increment_atc(0);
    counters.take_try();
  }
  Personalization other = personalization();
  change.make(other);
  CardCounters counters(other, store);
  CHECK(counters.atc(0) == (change.same_atc ? 0x100 : 0));
  CHECK(counters.tries_left() == (change.same_tries ? 2 : 3));
}

TEST_CASE("an application is known by its own key, whatever place it has on the card") {
  state::EphemeralStore store;
  const Personalization one = two_applications();
  CardCounters(one, store).increment_atc(1);
  Personalization other = personalization();
  other.applications[0].aid = bytes(kMastercard);
  CHECK(CardCounters(other, store).atc(0) == 1);
}

TEST_CASE("the name of a card is fit for a store and shows no key") {
  Personalization card = personalization();
  card.pan = "1234567890123456789";
  card.psn = "07";
  CHECK(card_id(card).substr(0, 22) == "1234567890123456789F07");
  CHECK(card_id(card).size() == 22);
  CHECK(state::is_record_id(card_id(card)));
  CHECK(card_id(card).find(std::string(kMasterKey).substr(0, 8)) == std::string::npos);
}

TEST_CASE("the longest PAN and the longest AID still make a name that a store takes") {
  Personalization card = personalization();
  card.pan = "1234567890123456789";
  card.applications[0].aid = ByteString(16, 0xA0);
  state::EphemeralStore store;
  CardCounters counters(card, store);
  CHECK_NOTHROW(counters.increment_atc(0));
  CHECK(counters.atc(0) == 1);
}

// Only an edit of the file can do this; then the card is used up rather than young again.
class OddStore final : public state::CounterStore {
 public:
  std::optional<state::Counters> get(std::string_view) const override {
    return state::Counters{{"atc", 0x10005}, {"last-online", 0x10001}, {"tries", 0x103}};
  }
  void put(std::string_view, const state::Counters&) override {}
};

TEST_CASE("a kept value that no counter can have does not make the card younger") {
  OddStore store;
  const Personalization card = personalization();
  const CardCounters counters(card, store);
  CHECK(counters.atc(0) == 0xFFFF);
  CHECK(counters.blocked(0));
  CHECK(counters.last_online_atc(0) == 0xFFFF);
  CHECK(counters.tries_left() == card.try_limit);
}

// ---- for simulators of a card

TEST_CASE("a simulated card's ATC is set forward and back, for one application") {
  state::EphemeralStore store;
  Terminal terminal(two_applications(), store);
  terminal.card().counters().set_atc(0, 0x100);
  CHECK(terminal.go_to(Stage::initiated, kCap).atc() == "0101");
  CHECK(terminal.go_to(Stage::initiated, kMastercard).atc() == "0001");
  terminal.card().counters().set_atc(0, 0);
  CHECK(terminal.go_to(Stage::initiated, kCap).atc() == "0001");
}

TEST_CASE("an ATC of FFFF closes a simulated card, and a smaller one opens it again") {
  state::EphemeralStore store;
  const Personalization card = personalization();
  CardCounters counters(card, store);
  counters.set_atc(0, 0xFFFF);
  CHECK(counters.blocked(0));
  counters.set_atc(0, 0xFFFE);
  CHECK_FALSE(counters.blocked(0));
}

TEST_CASE("a simulated card's tries are set, and never to more than it has") {
  state::EphemeralStore store;
  const Personalization card = personalization();
  CardCounters counters(card, store);
  for (const std::uint8_t tries : {std::uint8_t{0}, std::uint8_t{2}, std::uint8_t{3}}) {
    counters.set_tries_left(tries);
    CHECK(counters.tries_left() == tries);
    CHECK(CardCounters(card, store).tries_left() == tries);
  }
  counters.set_tries_left(15);
  CHECK(counters.tries_left() == card.try_limit);
}

}  // namespace
}  // namespace sesame::card
