#include "firmware/core/emv/answers.hpp"

#include <catch2/catch.hpp>

#include "tests/firmware/core/hex.hpp"

using namespace sesame;
using namespace sesame::emv;
using test::bytes;
using test::ByteVector;
using test::hex;
using test::text;
using test::tlv;

// ---- SELECT

TEST_CASE("an FCI is taken apart") {
  const ByteVector answer =
      bytes(tlv("6F", tlv("84", "A0000000048002") +
                          tlv("A5", tlv("50", "536563757265") + tlv("87", "01") + tlv("88", "02") +
                                        tlv("9F38", "9F3501") + tlv("5F2D", "66726E6C") +
                                        tlv("9F12", "534543") + tlv("BF0C", tlv("9F55", "A0")))));
  const auto fci = parse_fci(answer);
  REQUIRE(fci);
  CHECK(hex(fci->df_name) == "A0000000048002");
  CHECK(hex(fci->label) == "536563757265");
  CHECK(hex(fci->preferred_name) == "534543");
  CHECK(hex(fci->language_preference) == "66726E6C");
  CHECK(hex(fci->pdol) == "9F3501");
  CHECK(hex(fci->issuer_discretionary) == "9F5501A0");
  CHECK(fci->priority == 1);
  CHECK(fci->sfi == 2);
  for (const Bytes field : {fci->df_name, fci->label, fci->pdol, fci->issuer_discretionary}) {
    CHECK(test::points_into(field, answer));
  }
}

TEST_CASE("an FCI may lack anything, and be absent altogether") {
  for (const char* input : {"", "6F00", "6F028400", "6F02A500", "6F0484009F0100"}) {
    CAPTURE(input);
    const auto fci = parse_fci(bytes(input));
    CHECK((fci || std::string(input) == "6F0484009F0100"));
    if (fci) CHECK(fci->pdol.empty());
  }
}

TEST_CASE("an FCI answers the SELECT of its own name, or of the beginning of it") {
  struct Row {
    const char* name;
    const char* asked;
    bool answers;
  };
  const Row rows[] = {
      {"A0000000048002", "A0000000048002", true},  {"A000000004800201", "A0000000048002", true},
      {"A0000000048002", "A000000004", true},      {"A00000000480", "A0000000048002", false},
      {"A0000000048003", "A0000000048002", false}, {"", "A0000000048002", false},
      {"A0000000038002", "A0000000048002", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name, row.asked);
    const ByteVector answer = bytes(tlv("6F", tlv("84", row.name)));
    CHECK(parse_fci(answer)->answers(bytes(row.asked)) == row.answers);
  }
  CHECK_FALSE(parse_fci({})->answers(bytes("A0000000048002")));
}

TEST_CASE("what serves the cardholder only is as good as absent where it stands in an FCI twice") {
  const std::string twice =
      tlv("50", "41") + tlv("9F12", "41") + tlv("5F2D", "6672") + tlv("87", "01") + tlv("88", "01");
  const ByteVector answer = bytes(tlv("6F", tlv("A5", twice + twice)));
  const auto fci = parse_fci(answer);
  REQUIRE(fci);
  for (const Bytes field : {fci->label, fci->preferred_name, fci->language_preference}) CHECK(field.empty());
  CHECK_FALSE(fci->priority);
  CHECK_FALSE(fci->sfi);
}

TEST_CASE("an AID of 16 bytes is the longest") {
  CHECK(parse_fci(bytes("6F12 8410 A0000000048002000000000000000000"))->df_name.size() == 16);
}

TEST_CASE("a priority or SFI of another length than one byte is as good as none") {
  const auto fci = parse_fci(bytes("6F08 A506 8700 88020102"));
  REQUIRE(fci);
  CHECK_FALSE(fci->priority);
  CHECK_FALSE(fci->sfi);
}

TEST_CASE("an invalid FCI has its error") {
  struct Row {
    const char* input;
    AnswerError error;
  };
  const Row rows[] = {
      {"6F", AnswerError::not_tlv},
      {"6F0184", AnswerError::not_tlv},        // bad outside
      {"6F04A5025005", AnswerError::not_tlv},  // bad inside
      {"6F008400", AnswerError::not_tlv},      // something after it
      {"70028400", AnswerError::wrong_template},
      {"6F068401AA8401AA", AnswerError::redundant_object},
      {"6F08A5025000A5025000", AnswerError::redundant_object},
      {"6F0AA5089F380195 9F380195", AnswerError::redundant_object},
      {"6F0AA508BF0C0195 BF0C0195", AnswerError::redundant_object},
      {"6F138411AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", AnswerError::wrong_length},  // AID of 17 bytes
  };
  for (const Row& row : rows) {
    CAPTURE(row.input);
    const auto fci = parse_fci(bytes(row.input));
    REQUIRE_FALSE(fci);
    CHECK(to_string(fci.error()) == to_string(row.error));
  }
}

// ---- GET PROCESSING OPTIONS

TEST_CASE("processing options come in format 1 or 2, and mean the same") {
  for (const char* input : {"8006 1000 08010200", "770A 8202 1000 9404 08010200",
                            "770A 9404 08010200 8202 1000", "770E 9F3602 0001 9404 08010200 8202 1000"}) {
    CAPTURE(input);
    ByteVector answer = bytes(input);
    if (input[0] == '7' && input[3] == 'E') answer[1] = 0x0F;  // with the ATC, which is not ours to use
    const auto options = parse_processing_options(answer);
    REQUIRE(options);
    CHECK(hex(options->aip) == "1000");
    CHECK(hex(options->afl) == "08010200");
    CHECK(test::points_into(options->afl, answer));
  }
}

TEST_CASE("an AFL of 63 entries is the longest") {
  const auto options = parse_processing_options(bytes(tlv("80", "1000" + std::string(504, '0'))));
  REQUIRE(options);
  CHECK(options->afl.size() == 252);
}

TEST_CASE("format 1 may have an empty AFL") {
  const auto options = parse_processing_options(bytes("80021000"));
  REQUIRE(options);
  CHECK(options->afl.empty());
}

TEST_CASE("invalid processing options have their error") {
  const std::string of256(512, '0');
  struct Row {
    std::string input;
    AnswerError error;
  };
  const Row rows[] = {
      {"", AnswerError::not_tlv},
      {"80061000080102", AnswerError::not_tlv},
      {"8002100000 9500", AnswerError::not_tlv},
      {"7005 8202 1000 94", AnswerError::wrong_template},
      {"7703820210", AnswerError::not_tlv},
      {"800110", AnswerError::wrong_length},
      {"8000", AnswerError::wrong_length},
      {"8005 1000 080102", AnswerError::wrong_length},
      {"7700", AnswerError::missing_field},
      {"7704 8202 1000", AnswerError::missing_field},
      {"7706 9404 08010200", AnswerError::missing_field},
      {"770E 8202 1000 9404 08010200 8202 1000", AnswerError::redundant_object},
      {"7710 9404 08010200 8202 1000 9404 08010200", AnswerError::redundant_object},
      {"770C E00A 8202 1000 9404 08010200", AnswerError::missing_field},  // inside another object
      {"7709 8201 10 9404 08010200", AnswerError::wrong_length},
      {"7709 8202 1000 9403 080102", AnswerError::wrong_length},
      {"80820102 1000" + of256, AnswerError::wrong_length},  // 64 entries: no APDU could have brought them
  };
  for (const Row& row : rows) {
    CAPTURE(row.input);
    ByteVector input = bytes(row.input);
    const auto options = parse_processing_options(input);
    REQUIRE_FALSE(options);
    CHECK(to_string(options.error()) == to_string(row.error));
  }
}

// ---- GENERATE AC

TEST_CASE("a cryptogram comes in format 1, or in format 2 in any order") {
  const std::string cid = tlv("9F27", "80");
  const std::string atc = tlv("9F36", "0016");
  const std::string ac = tlv("9F26", "8299C8F10B9BC830");
  const std::string iad = tlv("9F10", "060B0A03A49000");
  const std::string inputs[] = {
      tlv("80", "80 0016 8299C8F10B9BC830 060B0A03A49000"),
      tlv("77", cid + atc + ac + iad),
      tlv("77", iad + ac + atc + cid),
      tlv("77", ac + cid + iad + atc),
      tlv("77", atc + tlv("9F4B", "0102") + iad + cid + ac),
      tlv("77", "00" + cid + atc + "FF" + ac + iad + "00"),
  };
  for (const std::string& input : inputs) {
    CAPTURE(input);
    const ByteVector answer = bytes(input);
    const auto cryptogram = parse_cryptogram(answer);
    REQUIRE(cryptogram);
    CHECK(cryptogram->cid == 0x80);
    CHECK(hex(cryptogram->atc) == "0016");
    CHECK(hex(cryptogram->ac) == "8299C8F10B9BC830");
    CHECK(hex(cryptogram->iad) == "060B0A03A49000");
    for (const Bytes field : {cryptogram->atc, cryptogram->ac, cryptogram->iad}) {
      CHECK(test::points_into(field, answer));
    }
  }
}

TEST_CASE("the IAD may be absent, and has at most 32 bytes") {
  CHECK(parse_cryptogram(bytes(tlv("80", "80 0016 8299C8F10B9BC830")))->iad.empty());
  CHECK(parse_cryptogram(bytes(tlv("80", "80 0016 8299C8F10B9BC830" + std::string(64, 'A'))))->iad.size() ==
        32);
  const auto longer = parse_cryptogram(bytes(tlv("80", "80 0016 8299C8F10B9BC830" + std::string(66, 'A'))));
  REQUIRE_FALSE(longer);
  CHECK(longer.error() == AnswerError::wrong_length);
}

TEST_CASE("bits 8 and 7 of the CID tell what the card gave") {
  using Type = Cryptogram::Type;
  const std::pair<int, Type> rows[] = {{0x00, Type::aac},  {0x08, Type::aac},  {0x40, Type::tc},
                                       {0x80, Type::arqc}, {0x8F, Type::arqc}, {0xC0, Type::rfu}};
  for (const auto& [cid, type] : rows) {
    Cryptogram cryptogram;
    cryptogram.cid = static_cast<std::uint8_t>(cid);
    CHECK(cryptogram.type() == type);
  }
}

TEST_CASE("an invalid cryptogram has its error") {
  const std::string cid = tlv("9F27", "80");
  const std::string atc = tlv("9F36", "0016");
  const std::string ac = tlv("9F26", "8299C8F10B9BC830");
  struct Row {
    std::string input;
    AnswerError error;
  };
  const Row rows[] = {
      {"", AnswerError::not_tlv},
      {"80", AnswerError::not_tlv},
      {tlv("80", "80 0016 8299C8F10B9BC830") + "9500", AnswerError::not_tlv},
      {tlv("80", "80 0016 8299C8F10B9BC8"), AnswerError::wrong_length},
      {tlv("77", cid + atc + "9F2608AA"), AnswerError::not_tlv},
      {tlv("70", cid + atc + ac), AnswerError::wrong_template},
      {tlv("77", atc + ac), AnswerError::missing_field},
      {tlv("77", cid + ac), AnswerError::missing_field},
      {tlv("77", cid + atc), AnswerError::missing_field},
      {tlv("77", cid + atc + ac + cid), AnswerError::redundant_object},
      {tlv("77", atc + cid + atc + ac), AnswerError::redundant_object},
      {tlv("77", cid + atc + ac + ac), AnswerError::redundant_object},
      {tlv("77", cid + atc + ac + tlv("9F10", "06") + tlv("9F10", "06")), AnswerError::redundant_object},
      {tlv("77", cid + atc + tlv("E0", ac)), AnswerError::missing_field},
      {tlv("77", tlv("9F27", "8000") + atc + ac), AnswerError::wrong_length},
      {tlv("77", cid + tlv("9F36", "000016") + ac), AnswerError::wrong_length},
      {tlv("77", cid + atc + tlv("9F26", "8299C8F10B9BC8")), AnswerError::wrong_length},
  };
  for (const Row& row : rows) {
    CAPTURE(row.input);
    const auto cryptogram = parse_cryptogram(bytes(row.input));
    REQUIRE_FALSE(cryptogram);
    CHECK(to_string(cryptogram.error()) == to_string(row.error));
  }
}

// ---- the AFL

namespace {

// "1.1 1.2": SFI and record of each address; "!" where it ends with an error.
std::string addresses(const char* afl) {
  const ByteVector input = bytes(afl);
  std::string list;
  for (AflReader reader(input); reader.more();) {
    const auto address = reader.next();
    if (!list.empty()) list += ' ';
    if (!address) return list + "!";
    list += std::to_string(address->sfi) + "." + std::to_string(address->record);
  }
  return list;
}

}  // namespace

TEST_CASE("an AFL names records one after the other") {
  CHECK(addresses("") == "");
  CHECK(addresses("08010100") == "1.1");
  CHECK(addresses("08010200") == "1.1 1.2");
  CHECK(addresses("08010101 08040400") == "1.1 1.4");
  CHECK(addresses("10020401 F0010100") == "2.2 2.3 2.4 30.1");
  CHECK(addresses("08FEFF00") == "1.254 1.255");
}

TEST_CASE("an entry that names no records ends the AFL with an error") {
  CHECK(addresses("00010100") == "!");  // SFI 0
  CHECK(addresses("F8010100") == "!");  // SFI 31
  CHECK(addresses("09010100") == "!");  // low bits of the SFI byte
  CHECK(addresses("08000100") == "!");  // record 0
  CHECK(addresses("08020100") == "!");  // last before first
  CHECK(addresses("080101") == "!");    // not a whole entry
  CHECK(addresses("08010100 10000000") == "1.1 !");
}

TEST_CASE("an AFL from record 1 to 255 ends") {
  const ByteVector afl = bytes("0801FF00");
  AflReader reader(afl);
  int records = 0;
  for (; reader.more(); ++records) REQUIRE(reader.next());
  CHECK(records == 255);
}
