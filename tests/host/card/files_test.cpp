// FCI, AFL, records and the PSE: what the personalization says, as the core's codecs read it.
#include "host/card/files.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "firmware/core/emv/answers.hpp"
#include "firmware/core/emv/dol.hpp"
#include "tests/firmware/core/find_object.hpp"
#include "tests/host/card/fixture.hpp"

namespace sesame::card {
namespace {

using namespace test;

std::string text(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

std::string found(const ByteString& in, emv::Tag tag) {
  const auto value = sesame::test::find_object(in, tag);
  return value ? hex(*value) : "none";
}

TEST_CASE("the FCI tells name, label, priority, PDOL, language and what is discretionary") {
  Personalization card = personalization();
  card.applications[0].pdol = bytes("9F3501");
  card.applications[0].priority = std::uint8_t{3};
  const ByteString answer = application_fci(card, card.applications[0]);
  CHECK_FALSE(emv::check(answer).error);
  const auto fci = emv::parse_fci(answer);
  REQUIRE(fci);
  CHECK(hex(fci->df_name) == kCap);
  CHECK(text(fci->label) == "SecureCode Aut");
  CHECK(fci->priority == std::uint8_t{3});
  CHECK(hex(fci->pdol) == "9F3501");
  CHECK(text(fci->language_preference) == "fren");
  CHECK(hex(fci->issuer_discretionary) == "9F550100");
}

TEST_CASE("the FCI leaves out what the card has not") {
  Personalization card = personalization();
  card.language.clear();
  card.applications[0].label.clear();
  card.applications[0].priority.reset();
  card.applications[0].discretionary.clear();
  CHECK(hex(application_fci(card, card.applications[0])) == "6F0B8407A0000000048002A500");
}

TEST_CASE("the FCI is laid out as EMV Book 1, table 45 has it") {
  Personalization card = personalization();
  card.applications[0].pdol = bytes("9F3501");
  CHECK(hex(application_fci(card, card.applications[0])) ==
        "6F328407A0000000048002A527500E536563757265436F646520417574870101"
        "9F38039F35015F2D046672656EBF0C049F550100");
}

TEST_CASE("records that follow each other in one file share an entry of the AFL") {
  struct Row {
    std::vector<Record> records;
    const char* afl;
  };
  const auto row = GENERATE(values<Row>({
      {{}, ""},
      {{{1, 1, {}}}, "08010100"},
      {{{1, 1, {}}, {1, 2, {}}, {1, 3, {}}}, "08010300"},
      {{{1, 2, {}}, {1, 4, {}}}, "0802020008040400"},
      {{{1, 1, {}}, {2, 2, {}}}, "0801010010020200"},
      {{{2, 1, {}}, {1, 1, {}}, {1, 2, {}}, {30, 255, {}}}, "1001010008010200F0FFFF00"},
      {{{1, 2, {}}, {1, 1, {}}}, "0802020008010100"},  // the order is the personalization's
  }));
  Application application = test::application(kCap);
  application.records = row.records;
  CHECK(hex(application_file_locator(application)) == row.afl);
}

TEST_CASE("GET PROCESSING OPTIONS answers AIP and AFL in format 1 or 2") {
  struct Row {
    AnswerFormat format;
    const char* data;
  };
  const auto row = GENERATE(values<Row>({
      {AnswerFormat::format1, "800A1800080102001805 0500"},
      {AnswerFormat::format2, "770E82021800940808010200 18050500"},
  }));
  Personalization card = personalization();
  card.applications[0].answer_format = row.format;
  Terminal terminal(std::move(card));
  terminal.go_to(Stage::selected);
  const std::string data = terminal.data(kGpo);
  CHECK(data == hex(bytes(row.data)));
  const auto parsed = bytes(data);
  const auto options = emv::parse_processing_options(parsed);
  REQUIRE(options);
  CHECK(hex(options->aip) == "1800");
  CHECK(hex(options->afl) == "0801020018050500");
}

TEST_CASE("the records that the AFL names hold what the personalization says") {
  Terminal terminal(personalization());
  terminal.go_to(Stage::selected);
  const auto answer = bytes(terminal.data(kGpo));
  ByteString all;
  for (emv::AflReader afl(emv::parse_processing_options(answer)->afl); afl.more();) {
    const auto address = afl.next();
    REQUIRE(address);
    const auto record = bytes(terminal.data(read_record(address->sfi, address->record)));
    CHECK_FALSE(emv::check(record).error);
    emv::TlvReader reader(record);
    const auto outer = reader.next();
    REQUIRE(outer);
    CHECK(outer->tag == tag::record_template);
    CHECK_FALSE(reader.more());
    all.insert(all.end(), outer->value.begin(), outer->value.end());
  }
  CHECK(found(all, tag::pan) == kPan);
  CHECK(found(all, tag::psn) == "00");
  CHECK(found(all, tag::cvm_list) == "00000000000000000100");
  CHECK(found(all, tag::cdol1) == hex(bytes(kTerminalList)));
  CHECK(found(all, tag::cdol2) == hex(bytes(std::string("8A02") + kTerminalList)));
  CHECK(found(all, tag::iaf) == "00");
  CHECK(found(all, tag::ipb) == "00001F00000000000FFFFF00000000008000");
  CHECK(emv::data_length(bytes(found(all, tag::cdol1))).operator*() == 29);
}

TEST_CASE("a PAN of an odd number of digits ends in F") {
  struct Row {
    const char* pan;
    const char* value;
  };
  const auto row = GENERATE(values<Row>({
      {"123456789012", "123456789012"},
      {"1234567890123", "1234567890123F"},
      {"1234567890123456789", "1234567890123456789F"},
  }));
  Personalization card = personalization();
  card.pan = row.pan;
  card.psn = "07";
  CHECK(hex(data_object(card, card.applications[0], tag::pan)) == row.value);
  CHECK(hex(data_object(card, card.applications[0], tag::psn)) == "07");
}

TEST_CASE("data of the file goes before what the card would fill in by itself") {
  Personalization card = personalization();
  const Application& application = card.applications[0];
  CHECK(hex(data_object(card, application, tag::aip)) == "1800");
  CHECK(text(data_object(card, application, tag::application_label)) == "SecureCode Aut");
  CHECK(text(data_object(card, application, tag::language_preference)) == "fren");
  card.applications[0].data[tag::pan] = bytes("9999");
  CHECK(hex(data_object(card, application, tag::pan)) == "9999");
}

TEST_CASE("a record that names what the card has not is out of range") {
  Personalization card = personalization();
  card.applications[0].records = {{1, 1, {tag::track2}}};
  CHECK_THROWS_AS(record_content(card, card.applications[0], card.applications[0].records[0]),
                  std::out_of_range);
  state::EphemeralStore store;
  CHECK_THROWS_AS(VirtualCard(card, store), std::out_of_range);
}

TEST_CASE("a data object has a length of one, two or three bytes") {
  CHECK(hex(tlv(tag::pan, bytes("12"))) == "5A0112");
  CHECK(hex(tlv(tag::iaf, {})) == "9F5500");
  CHECK(hex(tlv(tag::fci_issuer_discretionary, ByteString(127, 0))).substr(0, 6) == "BF0C7F");
  CHECK(hex(tlv(tag::fci_issuer_discretionary, ByteString(128, 0))).substr(0, 8) == "BF0C8180");
  CHECK(hex(tlv(tag::fci_issuer_discretionary, ByteString(256, 0))).substr(0, 10) == "BF0C820100");
}

TEST_CASE("the PSE names its directory file and the language") {
  const ByteString answer = pse_fci(personalization());
  CHECK(hex(answer) == "6F1C840E315041592E5359532E4444463031A50A8801015F2D046672656E");
  const auto fci = emv::parse_fci(answer);
  REQUIRE(fci);
  CHECK(text(fci->df_name) == kPseName);
  CHECK(fci->sfi == kPseSfi);
  CHECK(text(fci->language_preference) == "fren");
}

TEST_CASE("the PSE has a record for each listed application, in the order of the card") {
  Personalization card = personalization();
  card.applications.push_back(application("A0000000043060"));
  card.applications.push_back(application(kMastercard));
  card.applications[0].priority.reset();
  card.applications[1].in_directory = false;
  card.applications[2].label = "MC";
  card.applications[2].priority = std::uint8_t{2};
  const auto records = pse_records(card);
  REQUIRE(records.size() == 2);
  CHECK(hex(records[0]) == "701B61194F07A0000000048002500E536563757265436F646520417574");
  CHECK(hex(records[1]) == "701261104F07A000000004101050024D43870102");
}

TEST_CASE("what the card answers is what these functions make") {
  Terminal terminal(personalization());
  const Personalization card = personalization();
  CHECK(terminal.data(kSelectPse) == hex(pse_fci(card)));
  CHECK(terminal.data(read_record(1, 1)) == hex(pse_records(card)[0]));
  CHECK(terminal.data(select(kCap)) == hex(application_fci(card, card.applications[0])));
  terminal.go_to(Stage::initiated);
  for (const Record& record : card.applications[0].records) {
    CHECK(terminal.data(read_record(record.sfi, record.number)) ==
          hex(record_content(card, card.applications[0], record)));
  }
}

}  // namespace
}  // namespace sesame::card
