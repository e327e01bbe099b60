// The cards that come with the program, as a terminal sees them.
#include <catch2/catch.hpp>

#include "firmware/core/emv/answers.hpp"
#include "firmware/core/emv/dol.hpp"
#include "host/card/file/card_file.hpp"
#include "host/profile/shipped.hpp"
#include "tests/firmware/core/find_object.hpp"
#include "tests/host/card/fixture.hpp"

namespace sesame::card {
namespace {

using namespace test;

// The data of an answer 9000, from a card of either protocol.
ByteString answer_to(Terminal& terminal, const std::string& command) {
  ByteString answer = bytes(terminal.whole(command));
  CAPTURE(command, hex(answer));
  REQUIRE(emv::parse_response(answer)->sw == 0x9000);
  answer.resize(answer.size() - 2);
  return answer;
}

std::string zeros(Bytes dol) {
  const auto length = emv::data_length(dol);
  REQUIRE(length);
  return std::string(2 * *length, '0');
}

// Reads what the AFL names, all records one after the other.
ByteString read_all(Terminal& terminal, Bytes afl) {
  ByteString all;
  for (emv::AflReader reader(afl); reader.more();) {
    const auto address = reader.next();
    REQUIRE(address);
    const ByteString record = answer_to(terminal, read_record(address->sfi, address->record));
    REQUIRE_FALSE(emv::check(record).error);
    const auto content = sesame::test::find_object(record, tag::record_template);
    REQUIRE(content);
    all.insert(all.end(), content->begin(), content->end());
  }
  return all;
}

// That gives no cryptogram before it.
bool wants_internal_authenticate(const Personalization& card) {
  const auto ac =
      card.behavior.reply(static_cast<std::size_t>(Phase::initiated), CommandKind::generate_ac_arqc, true);
  return ac && !ac->processed();
}

TEST_CASE("every application of every shipped card goes through a whole transaction") {
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::cards)) {
    const Personalization card = card::load_card(name);
    Terminal terminal(card::load_card(name));
    for (const Application& application : card.applications) {
      CAPTURE(name, hex(application.aid));
      terminal.cold_reset();
      const ByteString answer = answer_to(terminal, select(hex(application.aid)));
      const auto fci = emv::parse_fci(answer);
      REQUIRE(fci);
      CHECK(hex(fci->df_name) == hex(application.aid));
      CHECK(hex(fci->pdol) == hex(application.pdol));

      const std::string pdol_data = zeros(fci->pdol);
      const ByteString prepared = answer_to(
          terminal, command("80A80000", "83" + two_digits(pdol_data.size() / 2) + pdol_data) + "00");
      const auto options = emv::parse_processing_options(prepared);
      REQUIRE(options);
      CHECK(hex(options->aip) == hex(application.aip));

      const ByteString content = read_all(terminal, options->afl);
      const auto cdol1 = sesame::test::find_object(content, tag::cdol1),
                 cdol2 = sesame::test::find_object(content, tag::cdol2);
      REQUIRE(cdol1);
      REQUIRE(cdol2);
      for (const emv::Tag each : {tag::pan, tag::psn, tag::cvm_list})
        CHECK(sesame::test::find_object(content, each));

      CHECK(answer_to(terminal, verify(card.pin.view())).empty());
      if (wants_internal_authenticate(card)) answer_to(terminal, "0088000004 01020304 00");
      const ByteString first = answer_to(terminal, generate_ac("80", zeros(*cdol1)));
      const ByteString second = answer_to(terminal, generate_ac("00", zeros(*cdol2)));
      REQUIRE(emv::parse_cryptogram(first));
      REQUIRE(emv::parse_cryptogram(second));
      CHECK(emv::parse_cryptogram(first)->type() == emv::Cryptogram::Type::arqc);
      CHECK(emv::parse_cryptogram(second)->type() == emv::Cryptogram::Type::aac);
      CHECK(hex(emv::parse_cryptogram(first)->atc) == "0001");
    }
  }
}

TEST_CASE("the PSE of a shipped card lists what it says it lists") {
  for (const std::string_view name : profile::shipped_names(profile::ProfileKind::cards)) {
    CAPTURE(name);
    const Personalization card = card::load_card(name);
    if (!card.pse) continue;
    Terminal terminal(card::load_card(name));
    const ByteString answer = answer_to(terminal, kSelectPse);
    REQUIRE(emv::parse_fci(answer));
    REQUIRE(emv::parse_fci(answer)->sfi);
    unsigned record = 0;
    for (const Application& application : card.applications) {
      if (!application.in_directory) continue;
      const ByteString entry = answer_to(terminal, read_record(*emv::parse_fci(answer)->sfi, ++record));
      CHECK(hex(*sesame::test::find_object(entry, tag::aid)) == hex(application.aid));
    }
    CHECK(record > 0);
  }
}

// The card of the published codes, end to end from its file.
TEST_CASE("the Sésame card gives the cryptograms of the published codes") {
  struct Row {
    std::uint16_t atc;
    const char* un;
    const char* answer;
  };
  const auto row = GENERATE(values<Row>({
      {0xB4, "00000000", "80128000B47F32A79FDA94564306770A03A48000"},
      {0xD1, "00004815", "80128000D1D23D64617F0644FA06770A03A48000"},
  }));
  Terminal terminal(card::load_card("sesame-card"));
  terminal.card().counters().set_next_atc(0, row.atc);
  answer_to(terminal, select(kCap));
  answer_to(terminal, kGpo);
  answer_to(terminal, verify("1234"));
  const std::string data =
      "000000000000000000000000"
      "0000"
      "8000000000"
      "0000"
      "000000"
      "00" +
      std::string(row.un);
  CHECK(hex(answer_to(terminal, generate_ac("80", data))) == row.answer);
}

}  // namespace
}  // namespace sesame::card
