// Bounded and exhaustive: each single character of a whole dialogue, in either direction, lost, with a wrong
// parity, or with a bit flipped and its parity right. There is a code or a named error, within the waiting
// times; never another code.
//
// But T=0 has no check besides the parity: a bit that flips and leaves it right cannot be told from what the
// card meant, and a cryptogram, say, comes out wrong. There the dialogue only has to end.
#include <catch2/catch.hpp>

#include "tests/host/contacts/dialogues.hpp"

namespace sesame::contacts {

using namespace test;

namespace {

// An undisturbed dialogue takes half a second at 9600 baud. One fault costs a waiting time or two of
// under 1.5 s each.
constexpr Micros kLongest = 5'000'000;

struct Outcome {
  Ending ending;
  Micros took = 0;
  std::size_t to_card = 0, to_reader = 0;
};

Outcome dialogue(const ReaderProfile& profile, const card::Personalization& card,
                 const std::optional<Fault>& fault, std::uint16_t least) {
  CardOnLine made(card);
  ReaderOverContacts reader(profile, made.slot(), {}, least);
  if (fault) reader.spoil(*fault);
  Outcome outcome;
  outcome.ending = code_from(reader, profile, task(profile, 0));
  outcome.took = reader.now();
  outcome.to_card = reader.to_card();
  outcome.to_reader = reader.to_reader();
  return outcome;
}

struct Tally {
  std::size_t codes = 0, errors = 0, wrong = 0, late = 0, unnamed = 0;
  Micros longest = 0;
};

void every_character(const card::Personalization& card, std::uint16_t least, Fault::Kind kind,
                     std::uint8_t bit, Tally& tally) {
  static const auto loaded = profile::load_reader("sesame");
  const Outcome whole = dialogue(loaded.profile(), card, std::nullopt, least);
  REQUIRE_FALSE(whole.ending.code.empty());
  for (const auto direction : {Fault::Direction::to_card, Fault::Direction::to_reader}) {
    const std::size_t count = direction == Fault::Direction::to_card ? whole.to_card : whole.to_reader;
    for (std::size_t character = 0; character < count; ++character) {
      const Fault fault{direction, character, kind, bit};
      const Outcome outcome = dialogue(loaded.profile(), card, fault, least);
      const Ending& ending = outcome.ending;
      ++(ending.code.empty() ? tally.errors : tally.codes);
      if (!ending.code.empty() && ending.code != whole.ending.code) ++tally.wrong;
      if (ending.code.empty() && ending.failure.empty()) ++tally.unnamed;
      tally.longest = std::max(tally.longest, outcome.took);
      if (outcome.took > kLongest) ++tally.late;
    }
  }
}

}  // namespace

TEST_CASE("each single character lost, flipped or with a wrong parity leaves a code or a named error") {
  using card::Protocol;
  struct Row {
    const char* what;
    Protocol protocol;
    const char* atr;
    std::uint16_t least;  // clock periods in an etu; below 372: with PPS
  };
  const Row rows[] = {
      {"T=0", Protocol::t0, "3B 65 00 00 53 45 53 4D 01", 372},
      {"T=0, inverse, PPS", Protocol::t0, "3F 10 18", 31},
      {"T=1, LRC", Protocol::t1, "3B 80 01 81", 372},
      {"T=1, CRC, PPS", Protocol::t1, "3B 90 18 81 71 FE 45 01 C2", 31},
  };
  for (const Row& row : rows) {
    const auto card = shipped("sesame-card", row.protocol, row.atr);
    for (const auto kind : {Fault::Kind::lost, Fault::Kind::flipped, Fault::Kind::wrong_parity}) {
      Tally tally;
      const std::uint8_t bits = kind == Fault::Kind::flipped ? 8 : 1;
      for (std::uint8_t bit = 0; bit < bits; ++bit) every_character(card, row.least, kind, bit, tally);
      INFO(row.what << ", fault " << static_cast<int>(kind) << ": " << tally.codes << " codes, "
                    << tally.errors << " named errors, " << tally.longest / 1000 << " ms at most");
      const bool cannot_be_seen = row.protocol == Protocol::t0 && kind == Fault::Kind::flipped;
      if (!cannot_be_seen) CHECK(tally.wrong == 0);
      CHECK(tally.unnamed == 0);
      CHECK(tally.late == 0);
      CHECK(tally.codes > 0);
      // What comes again, or is asked for again, costs nothing but time: all but a character or two of the
      // reset.
      const bool repeated = row.protocol == Protocol::t1 || kind == Fault::Kind::wrong_parity;
      if (repeated) CHECK(tally.errors <= 8);
    }
  }
}

}  // namespace sesame::contacts
