// Which applications of a card are a terminal's candidates, and in which order: EMV 4.3 Book 1, 12.3 and
// 12.4.
#include "host/cli/candidates.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"

using namespace sesame;
using namespace sesame::cli;

namespace {

using ByteString = std::vector<std::uint8_t>;

ByteString bytes(const std::string& text) { return std::get<ByteString>(parse_hex(text)); }

std::string byte(std::size_t value) {
  const auto narrow = static_cast<std::uint8_t>(value);
  return to_hex(Bytes(&narrow, 1));
}

std::string object(const std::string& tag, const std::string& value) {
  return tag + byte(value.size() / 2) + value;
}

std::string letters(std::string_view text) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

const std::string kPse = letters("1PAY.SYS.DDF01");
const std::string kNotFound = "6A82", kBlocked = "6283";

std::string fci(const std::string& name, const std::string& inside) {
  return object("6F", object("84", name) + object("A5", inside));
}

// A card that answers what it was taught, SELECT of anything else 6A82, and READ RECORD of anything else
// 6A83.
class Card {
 public:
  Card& select(const std::string& name, const std::string& answer) {
    answers_["00A40400" + name].push_back(answer);
    return *this;
  }
  Card& next(const std::string& name, const std::string& answer) {
    answers_["00A40402" + name].push_back(answer);
    return *this;
  }
  // The directory, in SFI 1, with these records.
  Card& directory(const std::vector<std::string>& records, const std::string& more = "") {
    select(kPse, fci(kPse, object("88", "01") + more) + "9000");
    for (std::size_t i = 0; i < records.size(); ++i) {
      answers_["00B2" + byte(i + 1) + "0C"].push_back(object("70", records[i]) + "9000");
    }
    return *this;
  }
  Card& record(std::size_t number, const std::string& answer) {
    answers_["00B2" + byte(number) + "0C"].push_back(answer);
    return *this;
  }

  CardApplications find(const std::vector<KnownAid>& known) {
    return find_applications([this](Bytes command) { return ask(command); }, known);
  }

  std::vector<std::string> asked;

 private:
  CardAnswer ask(Bytes command) {
    const std::string header = to_hex(command.first(4));
    const bool select = header.substr(0, 4) == "00A4";
    const std::string key = header + (select ? to_hex(command.subspan(5, command[4])) : "");
    asked.push_back(key);
    auto& all = answers_[key];
    if (all.empty()) return {{}, static_cast<std::uint16_t>(select ? 0x6A82 : 0x6A83)};
    const ByteString answer = bytes(all.front());
    if (all.size() > 1) all.erase(all.begin());
    return {{answer.begin(), answer.end() - 2},
            static_cast<std::uint16_t>(answer[answer.size() - 2] << 8 | answer.back())};
  }

  std::map<std::string, std::vector<std::string>> answers_;
};

std::string entry(const std::string& aid, const std::string& label, const std::string& priority = "") {
  return object("61", object("4F", aid) + object("50", letters(label)) +
                          (priority.empty() ? "" : object("87", priority)));
}

std::string application(const std::string& aid, const std::string& label, const std::string& priority = "") {
  return fci(aid, object("50", letters(label)) + (priority.empty() ? "" : object("87", priority))) + "9000";
}

const std::string kVisa = "A0000000031010", kElectron = "A0000000032010", kVpay = "A0000000032020",
                  kMastercard = "A0000000041010", kMaestro = "A0000000043060";

std::vector<KnownAid> terminal() {
  return {{bytes(kVisa), false},
          {bytes(kElectron), true},
          {bytes(kVpay), true},
          {bytes(kMastercard), false},
          {bytes(kMaestro), false}};
}

// The candidates' labels, in their order.
std::vector<std::string> candidates(const CardApplications& found) {
  std::vector<std::string> labels;
  for (const CardApplication& each : found.all) {
    if (!each.candidate) continue;
    labels.push_back(each.label);
    CHECK(*each.candidate == labels.size());
  }
  return labels;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("a card that answers 6A81 is blocked, to its directory's name and to an AID") {
  for (Card card : {Card().select(kPse, "6A81"), Card().select(kVisa, "6A81")}) {
    try {
      card.find(terminal());
      FAIL("it was not noticed");
    } catch (const Failure& failure) {
      CHECK(failure.kind() == Failure::refused);
      CHECK_THAT(failure.what(), Catch::Matchers::Contains("the card is blocked"));
    }
  }
}

TEST_CASE("without a directory each AID of the terminal is asked for, in its order") {
  Card nothing;
  CHECK(nothing.find(terminal()).all.empty());
  CHECK(nothing.asked.size() == 6);
  CHECK(nothing.asked[1] == "00A40400" + kVisa);

  Card two;
  two.select(kElectron, application(kElectron, "SECOND", "02"))
      .select(kVpay, application(kVpay, "FIRST", "01"));
  CHECK(candidates(two.find(terminal())) == Labels{"FIRST", "SECOND"});
}

TEST_CASE("a blocked directory is not used, and a blocked application is no candidate") {
  Card directory;
  directory.select(kPse, fci(kPse, object("88", "01")) + kBlocked);
  CHECK(directory.find(terminal()).directory_sw == 0x6283);
  CHECK(directory.asked.size() == 6);

  Card application;
  application.select(kVpay, fci(kVpay, object("50", letters("V PAY"))) + kBlocked);
  const CardApplications found = application.find(terminal());
  REQUIRE(found.all.size() == 1);
  CHECK(found.all[0].sw == 0x6283);
  CHECK(candidates(found).empty());
}

TEST_CASE("where the directory has a candidate, the candidates are its own") {
  Card card;
  card.directory({entry(kVpay, "V PAY", "01") + entry(kElectron, "ELECTRON", "02")})
      .select(kMaestro, application(kMaestro, "MAESTRO", "01"));
  const CardApplications found = card.find(terminal());
  CHECK(candidates(found) == Labels{"V PAY", "ELECTRON"});
  REQUIRE(found.all.size() == 3);
  CHECK(found.all[2].label == "MAESTRO");
  CHECK_FALSE(found.all[2].listed);

  Card unknown;
  unknown.directory({entry("A0000000033030", "OTHER", "01")})
      .select(kMaestro, application(kMaestro, "MAESTRO"));
  CHECK(candidates(unknown.find(terminal())) == Labels{"MAESTRO"});
}

TEST_CASE("candidates are in the order of priority, those without one last, the others as they were listed") {
  Card card;
  card.directory({entry(kVisa + "05", "APP 5", "05") + entry(kVisa + "03", "APP 3", "04"),
                  entry("A0000000051010", "APP 8") + entry(kMastercard, "APP 7"),
                  entry(kVisa + "01", "APP 1", "01") + entry(kVisa + "06", "APP 6", "07"),
                  entry(kVisa + "02", "APP 2", "01") + entry(kVisa + "04", "APP 4", "04")});
  CHECK(candidates(card.find(terminal())) ==
        Labels{"APP 1", "APP 2", "APP 3", "APP 4", "APP 5", "APP 6", "APP 7"});
}

TEST_CASE("where a name is longer than the AID, the next occurrence is asked for, until there is none") {
  Card card;
  card.select(kMastercard, application(kMastercard + "10", "ONE", "02"))
      .next(kMastercard, application(kMastercard + "20", "TWO", "01"))
      .next(kMastercard, fci(kMastercard + "30", object("50", letters("THREE"))) + kBlocked)
      .next(kMastercard, kNotFound);
  const CardApplications found = card.find(terminal());
  CHECK(candidates(found) == Labels{"TWO", "ONE"});
  CHECK(std::count(card.asked.begin(), card.asked.end(), "00A40402" + kMastercard) == 3);
  REQUIRE(found.all.size() == 3);
  CHECK(found.all[2].sw == 0x6283);

  // An AID that must be the whole name takes no longer one, and a card that gives the same one forever is
  // left.
  Card exact;
  exact.select(kVpay, application(kVpay + "01", "LONGER")).next(kVpay, application(kVpay + "01", "LONGER"));
  CHECK(candidates(exact.find(terminal())).empty());
  CHECK(std::count(exact.asked.begin(), exact.asked.end(), "00A40402" + kVpay) == 1);

  Card whole;
  whole.select(kVisa, application(kVisa, "VISA"));
  whole.find(terminal());
  CHECK(std::count(whole.asked.begin(), whole.asked.end(), "00A40402" + kVisa) == 0);
}

TEST_CASE("the confirmation bit is no part of the priority") {
  Card card;
  card.directory({entry(kVisa, "VISA", "81") + entry(kMaestro, "MAESTRO", "02")});
  const CardApplications found = card.find(terminal());
  CHECK(candidates(found) == Labels{"VISA", "MAESTRO"});
  CHECK(found.all[0].needs_confirmation());
  CHECK_FALSE(found.all[1].needs_confirmation());
}

TEST_CASE("a directory that cannot be read to its end has no candidates") {
  for (const char* answer : {"6985", "6A82", "71039F0101009000"}) {
    Card card;
    card.directory({entry(kVisa, "VISA", "01")})
        .record(2, answer)
        .select(kVisa, application(kVisa, "BY NAME", "01"));
    const CardApplications found = card.find(terminal());
    CHECK(found.directory_sw != 0x9000);
    REQUIRE(found.all.size() == 1);
    CHECK(found.all[0].listed);
    CHECK(found.all[0].candidate == 1);
  }
}

TEST_CASE("a preferred name is in the letters that the FCI beside it names, or the directory's") {
  Card card;
  card.directory({object("61", object("4F", kVisa) + object("50", letters("CREDIT")) +
                                   object("9F12", "BAE0D5D4D8E2")),
                  object("61", object("4F", kMaestro) + object("50", letters("MAESTRO")) +
                                   object("9F12", "BAE0D5D4D8E2"))},
                 object("9F11", "05"))
      .select(kMaestro, fci(kMaestro, object("9F12", "4372E9646974") + object("9F11", "01")) + "9000");
  const CardApplications found = card.find(terminal());
  REQUIRE(found.all.size() == 2);
  CHECK(found.all[0].preferred_name == "Кредит");
  CHECK(found.all[0].code_table == 5);
  CHECK(found.all[1].preferred_name == "Crédit");
  CHECK(found.all[1].code_table == 1);
}

TEST_CASE("what answers with another name is not there") {
  Card card;
  card.select(kVisa, application(kMaestro, "MAESTRO")).select(kMaestro, application(kMaestro, "MAESTRO"));
  const CardApplications found = card.find(terminal());
  REQUIRE(found.all.size() == 1);
  CHECK(found.all[0].aid == bytes(kMaestro));
}
