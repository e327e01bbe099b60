// Over the line a card gives the code that it gives without: every shipped reader and card, and other answers
// to reset.
#include <catch2/catch.hpp>

#include "host/reader/native_reader.hpp"
#include "host/transcript/transcript_slot.hpp"
#include "tests/host/contacts/dialogues.hpp"

namespace sesame::contacts {

using namespace test;

namespace {

Ending directly(const ReaderProfile& profile, const card::Personalization& card, cli::Task task) {
  CardOnLine made(card);
  NativeReader reader(profile, made.slot());
  return code_from(reader, profile, std::move(task));
}

Ending over_line(const ReaderProfile& profile, const card::Personalization& card, cli::Task task,
                 const std::string& misbehavior = "", std::uint16_t least_clocks_per_etu = 372) {
  CardOnLine made(card);
  ReaderOverContacts reader(profile, made.slot(), card::iso7816::parse_misbehavior(misbehavior),
                            least_clocks_per_etu);
  return code_from(reader, profile, std::move(task));
}

void check_same(const Ending& direct, const Ending& line) {
  CHECK(line.code == direct.code);
  CHECK(line.failure == direct.failure);
}

}  // namespace

TEST_CASE("each shipped card gives each shipped reader the same code over the line") {
  int codes = 0;
  for (const std::string_view reader : profile::shipped_names(profile::ProfileKind::readers)) {
    const auto loaded = profile::load_reader(reader);
    const ReaderProfile& profile = loaded.profile();
    for (const std::string_view name : profile::shipped_names(profile::ProfileKind::cards)) {
      const auto card = card::load_card(name);
      for (std::size_t function = 0; function < profile.functions.size(); ++function) {
        INFO(reader << ", " << name << ", " << profile.functions[function].key);
        const auto direct = directly(profile, card, task(profile, function));
        check_same(direct, over_line(profile, card, task(profile, function)));
        if (!direct.code.empty()) ++codes;
      }
    }
  }
  CHECK(codes >= 16);
}

TEST_CASE("whatever its answer to reset offers, a card gives the same code") {
  struct Row {
    const char* what;
    card::Protocol protocol;
    const char* atr;
  };
  using card::Protocol;
  const Row rows[] = {
      {"T=0", Protocol::t0, "3B 00"},
      {"T=0, inverse", Protocol::t0, "3F 00"},
      {"T=1, IFSC 32, LRC", Protocol::t1, "3B 80 01 81"},
      {"T=1, CRC", Protocol::t1, "3B 80 81 71 FE 45 01 CA"},
      {"T=1, CRC, small blocks", Protocol::t1, "3B 80 81 71 10 45 01 24"},
      {"T=1, inverse", Protocol::t1, "3F 80 01 81"},
      {"T=0, faster with PPS", Protocol::t0, "3B 10 18"},
      {"T=1, faster with PPS", Protocol::t1, "3B 90 18 01 89"},
  };
  const auto loaded = profile::load_reader("sesame");
  const auto wanted = directly(loaded.profile(), card::load_card("sesame-card"), task(loaded.profile(), 0));
  REQUIRE_FALSE(wanted.code.empty());
  for (const Row& row : rows) {
    for (const std::uint16_t least : {std::uint16_t{372}, std::uint16_t{31}}) {
      INFO(row.what << ", at least " << least);
      const auto card = shipped("sesame-card", row.protocol, row.atr);
      check_same(wanted, over_line(loaded.profile(), card, task(loaded.profile(), 0), "", least));
    }
  }
}

TEST_CASE(
    "a card of another rate in specific mode gives its code to a reader that can go so fast, and else an "
    "error") {
  const auto loaded = profile::load_reader("sesame");
  const auto card = shipped("sesame-card", card::Protocol::t0, "3B 90 18 10 00");
  check_same(directly(loaded.profile(), card, task(loaded.profile(), 0)),
             over_line(loaded.profile(), card, task(loaded.profile(), 0), "", 31));
  CHECK(over_line(loaded.profile(), card, task(loaded.profile(), 0), "", 372).failure ==
        "the card answers nonsense");
}

TEST_CASE("a card that is slow, fussy or wrong once still gives its code") {
  const auto loaded = profile::load_reader("sesame");
  for (const char* misbehavior : {"nulls=3", "single", "slow=95", "single,nulls=1", "wtx=2", "slow=90,wtx=3",
                                  "slow=90,nulls=2", "bad-lrc=3", "garbage=2"}) {
    for (const bool t1 : {false, true}) {
      // At T=0 an answer cannot be asked for once more.
      if (!t1 && misbehavior == std::string("garbage=2")) continue;
      INFO(misbehavior << (t1 ? ", T=1" : ", T=0"));
      const auto card =
          shipped("sesame-card", t1 ? card::Protocol::t1 : card::Protocol::t0, t1 ? "3B 80 01 81" : "3B 00");
      check_same(directly(loaded.profile(), card, task(loaded.profile(), 0)),
                 over_line(loaded.profile(), card, task(loaded.profile(), 0), misbehavior));
    }
  }
}

TEST_CASE("a wrong PIN, a mute card and a card that is no card are told as such") {
  const auto loaded = profile::load_reader("sesame");
  const auto card = card::load_card("sesame-card");
  check_same(directly(loaded.profile(), card, task(loaded.profile(), 0, "9999")),
             over_line(loaded.profile(), card, task(loaded.profile(), 0, "9999")));
  CHECK(over_line(loaded.profile(), card, task(loaded.profile(), 0), "mute").failure ==
        "the card does not answer");
  CHECK(over_line(loaded.profile(), card, task(loaded.profile(), 0), "mute-after=3").failure ==
        "the card does not answer");
  CHECK(over_line(loaded.profile(), card, task(loaded.profile(), 0), "slow=250").failure ==
        "the card does not answer");
  CHECK(over_line(loaded.profile(), card, task(loaded.profile(), 0), "bad-atr").code.empty());
}

TEST_CASE("recorded cards replay over the line") {
  struct Row {
    const char *file, *reader, *pin;
  };
  for (const Row& row :
       {Row{"cap_be.apdu", "vasco-810", "1234"}, Row{"visa_dpa_fr.apdu", "sesame", "1234"}}) {
    INFO(row.file);
    const auto transcript = std::make_shared<const transcript::Transcript>(
        transcript::Transcript::load(std::string(TRANSCRIPTS "/") + row.file));
    const auto loaded = profile::load_reader(row.reader);
    const ReaderProfile& profile = loaded.profile();
    int codes = 0;
    for (std::size_t function = 0; function < profile.functions.size(); ++function) {
      INFO(profile.functions[function].key);
      transcript::TranscriptSlot direct_slot(transcript), line_slot(transcript);
      NativeReader native(profile, direct_slot);
      const auto direct = code_from(native, profile, task(profile, function, row.pin));
      ReaderOverContacts reader(profile, line_slot);
      const auto line = code_from(reader, profile, task(profile, function, row.pin));
      CHECK(line.code == direct.code);
      // A command that was not recorded is shown without the Le that T=0 does not carry.
      CHECK(line.failure.empty() == direct.failure.empty());
      if (!direct.code.empty()) ++codes;
    }
    CHECK(codes > 0);
  }
}

}  // namespace sesame::contacts
