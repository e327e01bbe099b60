// SELECT: EMV 4.3 Book 1, 11.3 and 12.
#include <catch2/catch.hpp>

#include "tests/firmware/core/find_object.hpp"
#include "tests/host/card/fixture.hpp"

namespace sesame::card {
namespace {

using namespace test;

constexpr const char* kDpa = "A0000000038002";
constexpr const char* kVisa = "A0000000031010";

// Mastercard CAP, Visa DPA and two applications of Visa, of which the second has a longer name.
Personalization four_applications() {
  Personalization card = personalization();
  card.applications.push_back(application(kDpa));
  card.applications.push_back(application(kVisa));
  card.applications.push_back(application("A000000003101001"));
  for (Application& each : card.applications) each.label = hex(each.aid);
  return card;
}

std::string selected_name(const std::string& answer) {
  const auto all = bytes(answer);
  const auto name = sesame::test::find_object(Bytes(all), tag::df_name);
  return name ? hex(*name) : answer;
}

TEST_CASE("a name, or the beginning of one, selects the first application that fits") {
  struct Row {
    const char* name;
    const char* selected;
  };
  const auto row = GENERATE(values<Row>({
      {"A0000000048002", "A0000000048002"},
      {"A0000000038002", "A0000000038002"},
      {"A0000000031010", "A0000000031010"},
      {"A000000003101001", "A000000003101001"},
      {"A000000003", "A0000000038002"},
      {"A00000000310", "A0000000031010"},
      {"A0", "A0000000048002"},
      {"315041592E5359532E4444463031", "315041592E5359532E4444463031"},
      {"A000000004800201", "6A82"},  // longer than the card's
      {"A0000000041010", "6A82"},
      {"A0000000048003", "6A82"},
      {"B0", "6A82"},
      {"315041592E5359532E4444463032", "6A82"},  // 1PAY.SYS.DDF02
  }));
  CAPTURE(row.name);
  Terminal terminal(four_applications());
  CHECK(selected_name(terminal.send(select(row.name))) == row.selected);
}

TEST_CASE("P2 = 02 goes on to the next application that fits, until there is none") {
  Terminal terminal(four_applications());
  const std::string visa = "A000000003";
  CHECK(selected_name(terminal.send(select(visa))) == "A0000000038002");
  CHECK(selected_name(terminal.send(select_next(visa))) == "A0000000031010");
  CHECK(selected_name(terminal.send(select_next(visa))) == "A000000003101001");
  CHECK(terminal.send(select_next(visa)) == "6A82");
}

TEST_CASE("the first P2 = 02 after anything but an application begins with the first") {
  const char* before = GENERATE_COPY("", "315041592E5359532E4444463031", "B0");
  CAPTURE(before);
  Terminal terminal(four_applications());
  if (*before != '\0') terminal.send(select(before));
  CHECK(selected_name(terminal.send(select_next("A0000000"))) == "A0000000048002");
}

TEST_CASE("the PSE has no next occurrence") {
  Terminal terminal(four_applications());
  CHECK(terminal.send(select_next("315041592E5359532E4444463031")) == "6A82");
}

TEST_CASE("a reset forgets where P2 = 02 was") {
  Terminal terminal(four_applications());
  terminal.send(select("A0000000031010"));
  terminal.warm_reset();
  CHECK(selected_name(terminal.send(select_next("A0000000"))) == "A0000000048002");
}

TEST_CASE("a SELECT that finds nothing leaves nothing selected") {
  Terminal terminal(personalization());
  terminal.go_to(Stage::initiated);
  CHECK(terminal.send(select(kMastercard)) == "6A82");
  CHECK(terminal.send(kGpo) == "6985");
  CHECK(terminal.send(kGetAtc) == "6985");
}

TEST_CASE("a card without a PSE does not know its name") {
  Personalization card = personalization();
  card.pse = false;
  Terminal terminal(std::move(card));
  CHECK(terminal.send(kSelectPse) == "6A82");
}

TEST_CASE("SELECT refuses other ways to select, and names that cannot be") {
  struct Row {
    const char* command;
    const char* sw;
  };
  const auto row = GENERATE(values<Row>({
      {"00A4000007A000000004800200", "6A86"},  // by file identifier
      {"00A4020007A000000004800200", "6A86"},
      {"00A4040107A000000004800200", "6A86"},  // the last one
      {"00A4040307A000000004800200", "6A86"},  // the one before
      {"00A4040C07A000000004800200", "6A86"},  // without FCI
      {"00A40400", "6700"},
      {"00A4040000", "6700"},
      {"00A4040011A000000004800200000000000000000000", "6700"},  // 17 bytes
      {"00A4040010A0000000048002000000000000000000", "6A82"},    // 16
      {"80A4040007A000000004800200", "6E00"},
  }));
  CAPTURE(row.command);
  Terminal terminal(personalization());
  CHECK(terminal.send(row.command) == row.sw);
}

TEST_CASE("a SELECT that is refused for its form changes nothing") {
  Terminal terminal(personalization());
  terminal.go_to(Stage::pin_verified);
  CHECK(terminal.send("00A4040C07A000000004800200") == "6A86");
  CHECK(terminal.send("00A40400") == "6700");
  CHECK(terminal.sw(kFirstAc) == "9000");
}

TEST_CASE("Le may be there or not") {
  const char* le = GENERATE("", "00", "20", "01");
  Terminal terminal(personalization());
  CHECK(selected_name(terminal.send(std::string("00A4040007") + kCap + le)) == kCap);
}

TEST_CASE("a reset answers the ATR, a warm one its own where the card has one") {
  Personalization card = personalization();
  card.atr = bytes("3B65000001020304 05");
  SECTION("one for both") {
    Terminal terminal(std::move(card));
    CHECK(terminal.cold_reset() == "3B6500000102030405");
    CHECK(terminal.warm_reset() == "3B6500000102030405");
  }
  SECTION("two") {
    card.warm_atr = bytes("3F6500000102030405");
    Terminal terminal(std::move(card));
    CHECK(terminal.cold_reset() == "3B6500000102030405");
    CHECK(terminal.warm_reset() == "3F6500000102030405");
  }
}

}  // namespace
}  // namespace sesame::card
