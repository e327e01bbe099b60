// Where cards come from, and what their counters may do.
#include "sim/fleet/card_source.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "host/profile/shipped.hpp"
#include "sim/reader/refusal.hpp"
#include "tests/sim/reader/readers.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::sim {
namespace {

using namespace test;

std::unique_ptr<Card> take(CardSource& source, const CardSpec& spec, const std::string& reader = "r1") {
  return source.make(spec, reader, ClockKind::virtual_time, {});
}

Why why(CardSource& source, const CardSpec& spec, ClockKind clock = ClockKind::virtual_time) {
  try {
    source.make(spec, "r1", clock, {});
  } catch (const Refusal& refusal) {
    return refusal.why();
  }
  FAIL("it was made");
  return Why::bad_card;
}

Why why_not_set(Card& card, std::optional<std::uint16_t> atc, std::optional<std::uint8_t> tries) {
  try {
    card.set_state(atc, tries);
  } catch (const Refusal& refusal) {
    return refusal.why();
  }
  FAIL("it was set");
  return Why::bad_card;
}

TEST_CASE("a card comes by its name, from its text, from a recording or from a file") {
  CardSource source({});
  CHECK(take(source, shipped("bank-card"))->name() == "bank-card");
  const std::string text(*profile::shipped_text(profile::ProfileKind::cards, "sesame-card"));
  const auto own = take(source, {CardSpec::Kind::toml, text, "mine"});
  CHECK(own->name() == "mine");
  CHECK(own->kind() == "virtual");
  const auto recorded = take(source, {CardSpec::Kind::transcript, "> 00A40400\n< 6A82\n", {}});
  CHECK(recorded->name() == "card");
  CHECK(recorded->kind() == "transcript");
  CHECK_FALSE(recorded->state());
  CHECK(why_not_set(*recorded, std::uint16_t{1}, std::nullopt) == Why::no_state);

  const sesame::test::TemporaryFolder folder;
  std::ofstream(folder.path() / "own.toml") << text;
  CHECK(take(source, {CardSpec::Kind::file, (folder.path() / "own.toml").string(), {}})->name() == "own");
}

TEST_CASE("what is no card is refused, and says where") {
  CardSource source({});
  CHECK(why(source, shipped("no-card")) == Why::unknown_card);
  CHECK(why(source, shipped("/etc/passwd")) == Why::unknown_card);
  CHECK(why(source, {CardSpec::Kind::toml, "title = 3", "mine"}) == Why::bad_card);
  CHECK(why(source, {CardSpec::Kind::toml, "", {}}) == Why::bad_card);
  CHECK(why(source, {CardSpec::Kind::transcript, "nonsense", {}}) == Why::bad_card);
  CHECK(why(source, {CardSpec::Kind::file, "/nowhere/card.toml", {}}) == Why::bad_card);
  CHECK_THROWS_WITH(take(source, {CardSpec::Kind::toml, "\n= 3", "mine"}), Catch::StartsWith("mine:2:"));
}

TEST_CASE("real cards need leave and real time") {
  CardSource none({});
  CHECK(why(none, {CardSpec::Kind::pcsc, "0", {}}, ClockKind::real) == Why::real_cards_off);
  CardSource source({true, {}});
  CHECK(why(source, {CardSpec::Kind::pcsc, "0", {}}) == Why::virtual_clock);
}

TEST_CASE("a card in memory goes wherever it is told, within what it can be") {
  CardSource source({});
  const auto card = take(source, shipped());
  CHECK(card->state()->atc == 0);
  CHECK(card->state()->tries_left == 3);
  card->set_state(std::uint16_t{0x100}, std::uint8_t{1});
  CHECK(card->state()->atc == 0x100);
  CHECK(card->state()->tries_left == 1);
  card->set_state(std::uint16_t{0xFE}, std::uint8_t{3});
  CHECK(card->state()->atc == 0xFE);
  CHECK(card->state()->tries_left == 3);
  CHECK(why_not_set(*card, std::uint16_t{7}, std::uint8_t{4}) == Why::bad_state);
  CHECK(card->state()->atc == 0xFE);
}

TEST_CASE("every reader has a fresh card of its own") {
  CardSource source({});
  const auto one = take(source, shipped()), other = take(source, shipped());
  one->set_state(std::uint16_t{9}, std::nullopt);
  CHECK(other->state()->atc == 0);
}

TEST_CASE("with a folder shipped cards are durable, and never go back") {
  const sesame::test::TemporaryFolder folder;
  {
    CardSource source({false, folder.path().string()});
    const auto card = take(source, shipped());
    card->set_state(std::uint16_t{5}, std::uint8_t{2});
    CHECK(why_not_set(*card, std::uint16_t{4}, std::nullopt) == Why::not_rewindable);
    CHECK(why_not_set(*card, std::nullopt, std::uint8_t{3}) == Why::not_rewindable);
    CHECK(card->state()->atc == 5);
  }
  CardSource source({false, folder.path().string()});
  const auto card = take(source, shipped());
  CHECK(card->state()->atc == 5);
  CHECK(card->state()->tries_left == 2);
}

TEST_CASE("a durable card is in one reader at a time") {
  const sesame::test::TemporaryFolder folder;
  CardSource source({false, folder.path().string()});
  auto card = take(source, shipped(), "r7");
  CHECK_THROWS_WITH(take(source, shipped(), "r8"), Catch::Contains("the card is in reader r7"));
  CHECK(why(source, shipped()) == Why::card_in_use);
  CHECK(source.held_by(shipped(), "r7"));
  CHECK_FALSE(source.held_by(shipped(), "r8"));
  CHECK_NOTHROW(take(source, shipped("bank-card"), "r8"));
  card.reset();
  CHECK_NOTHROW(take(source, shipped(), "r8"));
}

TEST_CASE("two simulators do not share a folder") {
  const sesame::test::TemporaryFolder folder;
  const CardSource source({false, folder.path().string()});
  try {
    const CardSource other({false, folder.path().string()});
    FAIL("they do");
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::environment);
    CHECK(std::string(failure.what()).find("in use by another simulator") != std::string::npos);
  }
}

TEST_CASE("a folder that cannot be is an error of the environment") {
  try {
    const CardSource source({false, "/proc/no/such/folder"});
    FAIL("it was made");
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::environment);
  }
}

TEST_CASE("a damaged state file is told, and the card is free again") {
  const sesame::test::TemporaryFolder folder;
  CardSource source({false, folder.path().string()});
  take(source, shipped())->set_state(std::uint16_t{1}, std::nullopt);
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    if (file.path().extension() == ".state") std::ofstream(file.path()) << "damaged";
  }
  CHECK_THROWS_AS(take(source, shipped()), Failure);
  CHECK_FALSE(source.held_by(shipped(), "r1"));
}

}  // namespace
}  // namespace sesame::sim
