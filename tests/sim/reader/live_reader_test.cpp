// A reader that lives: keys, card and time in; what happened out.
#include "sim/reader/live_reader.hpp"

#include <catch2/catch.hpp>

#include "host/base/hex.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/cli/make_code.hpp"
#include "host/reader/native_reader.hpp"
#include "host/state/counters.hpp"
#include "host/transcript/command_text.hpp"
#include "sim/reader/refusal.hpp"
#include "tests/sim/reader/readers.hpp"

namespace sesame::sim {
namespace {

using namespace test;

// What `sesame code` gives with a card of this ATC.
std::string code_of_the_command(const std::string& name, std::uint16_t last_atc) {
  const auto reader = model();
  const card::Personalization personalization = card::load_card(name);
  state::EphemeralStore store;
  card::VirtualCard card(personalization, store);
  for (std::size_t i = 0; i < personalization.applications.size(); ++i) card.counters().set_atc(i, last_atc);
  NativeReader native(reader->profile(), card);
  cli::Task task;
  task.pin = SecretString(personalization.pin.view());
  task.card = name;
  cli::make_code(native, task);
  return {native.reader().code().begin(), native.reader().code().end()};
}

template <class What>
std::vector<What> logged(const LiveReader& reader) {
  std::vector<What> found;
  for (const LogEntry& each : reader.log()) {
    if (const auto* what = std::get_if<What>(&each.what)) found.push_back(*what);
  }
  return found;
}

TEST_CASE("a card slid in, a key, a PIN and OK give the code that the command gives") {
  const std::string card = GENERATE("sesame-card", "bank-card", "belgian-card", "aes-card");
  const std::uint16_t atc = GENERATE(std::uint16_t{0}, std::uint16_t{0xB3});
  CAPTURE(card, atc);
  TestReader reader(card);
  reader->card()->set_state(atc, std::nullopt);
  reader.ask_code(card::load_card(card).pin.view());
  CHECK(reader.state() == State::code);
  CHECK(reader.code() == code_of_the_command(card, atc));
}

TEST_CASE("a computer at the cable is told what happens; the log has its texts, and no code") {
  TestReader reader("sesame-card", "edentifier2");
  using Kind = ComputerCommand::Kind;
  reader->command(Kind::pin);
  CHECK_FALSE(reader->told());
  reader.type(kPin);
  reader->command(Kind::sign, "Pay 12.34");
  reader.press("OK");
  reader->command(Kind::cryptogram);
  REQUIRE(reader->told());
  CHECK(reader->told()->told == signing::Told::cryptogram);
  const std::string code(reader->told()->code.begin(), reader->told()->code.end());
  CHECK(code.size() == 8);
  std::string all;
  for (const AtCable& each : logged<AtCable>(*reader)) all += each.command + each.text + each.answer + "; ";
  CHECK(all == "pin; ok; signPay 12.34; ok; ok; cryptogram; cryptogram; ");
  CHECK(all.find(code) == std::string::npos);
  reader->reset();
  CHECK_FALSE(reader->told());
}

TEST_CASE("a battery that dies leaves nothing to be signed") {
  TestReader reader("sesame-card", "edentifier2");
  reader->command(ComputerCommand::Kind::pin);
  reader.type(kPin);
  Fault dead;
  dead.kind = FaultKind::dead_battery;
  for (const Exchanged& each : logged<Exchanged>(*reader)) dead.at += each.command.empty() ? 0U : 1U;
  reader.fault(dead);
  reader->command(ComputerCommand::Kind::sign, "Pay 12.34");
  reader.press("OK");
  reader->command(ComputerCommand::Kind::cryptogram);
  CHECK(reader->battery_dead());
  CHECK_FALSE(reader->told());
}

TEST_CASE("two codes in a row differ") {
  TestReader reader;
  reader.ask_code();
  const std::string first = reader.code();
  reader.ask_code();
  CHECK(first.size() == 8);
  CHECK(reader.code().size() == 8);
  CHECK(reader.code() != first);
}

TEST_CASE("the code disappears after 35 seconds of virtual time, and not before") {
  TestReader reader;
  reader.ask_code();
  reader->advance(34'999);
  CHECK(reader->screen().lit);
  CHECK(reader.text().starts_with("Code Sésame\n"));
  reader->advance(1);
  CHECK_FALSE(reader->screen().lit);
  CHECK(reader.state() == State::off);
}

TEST_CASE("the clock jumps to what happens next, and says when there is nothing") {
  TestReader reader;
  reader.ask_code();
  CHECK(reader->deadline() == 35'000);
  CHECK(reader->to_next_deadline());
  CHECK(reader->now() == 35'000);
  CHECK(reader.state() == State::off);
  CHECK_FALSE(reader->to_next_deadline());
  CHECK(reader->now() == 35'000);
}

TEST_CASE("a very long time passes at once") {
  TestReader reader;
  reader->advance(~Millis{0});
  CHECK(reader->now() == ~Millis{0});
  CHECK(reader.state() == State::off);
}

TEST_CASE("a virtual clock does not tick, and a real one cannot be moved") {
  TestReader virtual_bench;
  virtual_bench->tick(60'000);
  CHECK(virtual_bench->now() == 0);

  TestReader reader("sesame-card", "sesame", ClockKind::real);
  CHECK_THROWS_AS(reader->advance(1), Refusal);
  CHECK_THROWS_AS(reader->to_next_deadline(), Refusal);
  reader->tick(30'000);
  CHECK(reader->now() == 30'000);
  CHECK(reader.state() == State::off);
}

TEST_CASE("a real clock that seems to go back stands still") {
  TestReader reader("", "sesame", ClockKind::real);
  reader->tick(500);
  reader->tick(100);
  CHECK(reader->now() == 500);
}

TEST_CASE("a card can be pulled out at every command, and put in again") {
  for (std::size_t at = 0;; ++at) {
    TestReader reader;
    reader.fault(fault(FaultKind::removed, at));
    reader->pull();
    reader.insert();
    if (reader.state() == State::choose_function) reader.ask_code();
    if (reader.state() == State::code) {
      CHECK(at > 5);
      break;
    }
    CAPTURE(at);
    CHECK(reader.text() == "Carte retirée");
    CHECK(reader->card() == nullptr);
    reader->set_faults({});
    reader.insert();
    reader.ask_code();
    CHECK(reader.state() == State::code);
  }
}

TEST_CASE("a card can be pulled out in every state") {
  TestReader reader;
  const auto pulled = [&] {
    CHECK(reader->pull() != nullptr);
    CHECK(reader.text() == "Carte retirée");
    CHECK(reader->pull() == nullptr);
    reader.insert();
    CHECK(reader.state() == State::choose_function);
  };
  pulled();
  reader.press("CODE");
  pulled();
  reader.ask_code();
  pulled();
}

TEST_CASE("a card that is put in where one is replaces it") {
  TestReader reader;
  reader.insert("bank-card");
  CHECK(reader->card()->name() == "bank-card");
  const auto cards = logged<CardMoved>(*reader);
  REQUIRE(cards.size() == 3);
  CHECK_FALSE(cards[1].in);
  CHECK(cards[1].name == "sesame-card");
  CHECK(cards[2].name == "bank-card");
}

TEST_CASE("PIN digits are dots in what happened, and stars in the APDU") {
  TestReader reader;
  reader.ask_code("1234");
  std::string keys;
  for (const KeyPressed& pressed : logged<KeyPressed>(*reader)) keys += pressed.key + " ";
  CHECK(keys == "CODE • • • • OK ");
  bool verified = false;
  for (const Exchanged& apdu : logged<Exchanged>(*reader)) {
    CHECK(to_hex(apdu.command).find("241234") == std::string::npos);
    verified = verified || transcript::masked_hex(apdu.command) == "0020008008****************";
  }
  CHECK(verified);
}

TEST_CASE("digits that a reader does not ask for are dots, too: they may be a PIN that came too early") {
  TestReader reader;
  for (const char digit : {'1', '2', '3', '4'}) reader->press(digit_key(digit));
  std::string keys;
  for (const KeyPressed& pressed : logged<KeyPressed>(*reader)) keys += pressed.key + " ";
  CHECK(keys == "• • • • ");
}

TEST_CASE("digits of a challenge are shown as they are") {
  TestReader reader("sesame-card", "pinsentry");
  reader.press("RESPOND");
  reader.type(kPin);
  CHECK(reader.state() == State::prompt);
  reader.press("7");
  CHECK(logged<KeyPressed>(*reader).back().key == "7");
}

TEST_CASE("revisions count every entry of the log, and each is told") {
  TestReader reader("");
  std::vector<std::uint64_t> told;
  reader->on_entry([&](const LogEntry& entry) { told.push_back(entry.revision); });
  reader.insert();
  reader.ask_code();
  reader->advance(1'000);
  REQUIRE(told.size() > 20);
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i] == i + 1);
  CHECK(reader->revision() == told.size());
}

TEST_CASE("what happened long ago is forgotten, what happened last is not") {
  TestReader reader;
  for (int i = 0; i < 40; ++i) reader.ask_code();
  CHECK(reader->forgotten());
  CHECK(reader->log().size() <= LiveReader::kMemory);
  CHECK(reader->log().back().revision == reader->revision());
  CHECK(reader->log().front().revision == reader->revision() - reader->log().size() + 1);
}

TEST_CASE("dots in the place of thousands of codes do not make a reader forget what happened last") {
  TestReader reader;
  for (int i = 0; i < 8'000; ++i) reader.ask_code();
  CHECK(reader->log().size() > 100);
  CHECK(reader->log().size() <= LiveReader::kMemory);
}

TEST_CASE("a reader that is reset is dark, without card and faults, and its revision goes on") {
  TestReader reader;
  reader.ask_code();
  reader.fault(fault(FaultKind::dead_battery));
  reader.press("CODE");
  const auto revision = reader->revision();
  reader->reset();
  CHECK_FALSE(reader->screen().lit);
  CHECK(reader->card() == nullptr);
  CHECK(reader->faults().empty());
  CHECK_FALSE(reader->battery_dead());
  CHECK(reader->revision() > revision);
  reader.insert();
  reader.ask_code();
  CHECK(reader.state() == State::code);
}

TEST_CASE("a wrong PIN three times blocks the card, and the screen says so") {
  TestReader reader;
  reader.ask_code("0000");
  CHECK(reader.text() == "Code faux\nReste 2 essais");
  reader.press("OK");
  reader.type("0000");
  CHECK(reader->card()->state()->tries_left == 1);
  reader.press("OK");
  reader.type("0000");
  CHECK(reader.text() == "Dernier essai !\nContinuer : OK");
  reader.press("OK");
  CHECK(reader.text() == "Code bloqué\nVoir la banque");
  CHECK(reader->card()->state()->tries_left == 0);
}

TEST_CASE("keys are found as engraved") {
  TestReader reader;
  CHECK(reader->key_named("CODE") == Key::f1);
  CHECK(reader->key_named("7") == Key::d7);
  CHECK(reader->key_named("C") == Key::clear);
  CHECK(reader->key_named(".") == Key::point);
  for (const char* none : {"", "code", "M1", "12", "/", "ok"}) CHECK_FALSE(reader->key_named(none));
}

class BrokenCard final : public Card, CardSlot {
 public:
  CardSlot& slot() override { return *this; }
  const std::string& name() const override { return name_; }
  std::string kind() const override { return "virtual"; }
  void set_state(std::optional<std::uint16_t>, std::optional<std::uint8_t>) override {}
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    if (request.is_command()) throw Failure(Failure::environment, "the disk is full");
    static constexpr std::array<std::uint8_t, 2> kAtr{0x3B, 0x00};
    return answer.assign(kAtr) ? SlotStatus::ok : SlotStatus::garbled;
  }

 private:
  std::string name_ = "broken";
};

TEST_CASE("what a card throws comes through, with the card pulled out") {
  TestReader reader("");
  CHECK_THROWS_AS(reader->insert(std::make_unique<BrokenCard>()), Failure);
  CHECK(reader->card() == nullptr);
  CHECK(reader.text() == "Carte retirée");
  const auto cards = logged<CardMoved>(*reader);
  CHECK_FALSE(cards.back().in);
  CHECK(cards.back().why == "the disk is full");
}

class LeavingCard final : public Card {
 public:
  explicit LeavingCard(std::unique_ptr<Card> card) : card_(std::move(card)) {}
  CardSlot& slot() override { return card_->slot(); }
  const std::string& name() const override { return card_->name(); }
  std::string kind() const override { return "pcsc"; }
  bool gone() const override { return gone_; }
  void leave() { gone_ = true; }
  void set_state(std::optional<std::uint16_t>, std::optional<std::uint8_t>) override {}

 private:
  std::unique_ptr<Card> card_;
  bool gone_ = false;
};

TEST_CASE("a real card that leaves its PC/SC reader leaves this one at the next tick") {
  CardSource source({});
  TestReader reader("", "sesame", ClockKind::real);
  auto card = std::make_unique<LeavingCard>(source.make(shipped(), "here", ClockKind::real, {}));
  LeavingCard& leaving = *card;
  reader->insert(std::move(card));
  reader->tick(10);
  CHECK(reader.state() == State::choose_function);
  leaving.leave();
  reader->tick(20);
  CHECK(reader->card() == nullptr);
  CHECK(reader.text() == "Carte retirée");
}

TEST_CASE("what a code was made of is kept, and makes its digits again; the digits are not kept") {
  TestReader reader;
  CHECK(reader->codes().empty());
  reader.ask_code();
  REQUIRE(reader.state() == State::code);
  REQUIRE(reader->codes().size() == 1);
  CHECK(reader->shows_code());
  const MadeCode& made = reader->codes().back();
  cap::Digits digits;
  make_digits(made, digits);
  CHECK(std::string(digits.begin(), digits.end()) == reader.code());
  CHECK_FALSE(made.signs);
  CHECK(made.revision == reader->revision() - 1);  // then came the screen
  CHECK(stage_of(made.command) == Stage::generate_ac);
  reader->advance(60'000);
  CHECK_FALSE(reader->shows_code());
  CHECK(reader->codes().size() == 1);
  for (std::size_t i = 0; i < LiveReader::kCodes; ++i) {
    if (reader.state() == State::off) reader.press("OK");
    reader.ask_code();
    reader.press("OK");
  }
  CHECK(reader->codes().size() == LiveReader::kCodes);
  CHECK(reader->codes().front().atc == std::array<std::uint8_t, 2>{0, 2});
}

TEST_CASE("a code that signs typed numbers cannot be made again") {
  TestReader reader("bank-card", "vasco-810");
  reader.press("M2");
  for (const char* typed : {"1234", "12345678", "98765", ""}) reader.type(typed);
  REQUIRE(reader.state() == State::code);
  const MadeCode& made = reader->codes().back();
  CHECK(made.signs);
  cap::Digits digits;
  make_digits(made, digits);
  CHECK(digits.size() == made.size);
  CHECK(std::string(digits.begin(), digits.end()) != reader.code());
}

}  // namespace
}  // namespace sesame::sim
