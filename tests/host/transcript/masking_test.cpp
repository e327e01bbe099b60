// What a masked transcript shows of a person: nothing. What it shows of a code: all.
#include <algorithm>
#include <random>

#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/transcript/masking.hpp"
#include "host/transcript/trace_writer.hpp"
#include "host/transcript/tracing_slot.hpp"
#include "tests/host/transcript/session.hpp"

using namespace sesame;
using namespace sesame::transcript;
using namespace sesame::transcript::test;
using Catch::Matchers::Contains;

namespace {

std::string masked(Masking& masking, std::string_view response) {
  auto all = bytes(response);
  masking.apply(all);
  return hex(all);
}

std::string without_spaces(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

std::string ascii(std::string_view text) {
  const std::vector<std::uint8_t> letters(text.begin(), text.end());
  return hex(letters);
}

// A data object, its length reckoned.
std::string object(const std::string& tag, const std::string& value) {
  const std::string digits = without_spaces(value);
  const auto size = static_cast<std::uint8_t>(digits.size() / 2);
  const std::string length = (size > 0x7F ? "81" : "") + hex(Bytes(&size, 1));
  return tag + length + digits;
}

std::string record(const std::string& content) { return object("70", content) + "9000"; }

bool luhn(const std::string& digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = digits[digits.size() - 1 - i] - '0';
    sum += i % 2 == 0 ? digit : digit / 5 + digit * 2 % 10;
  }
  return sum % 10 == 0;
}

const std::string kPan = "4970101234567893";
const std::string kStandIn = "4970100000000006";

struct Element {
  const char* tag;
  std::string before, after;
};

}  // namespace

TEST_CASE("account and name are replaced where a card has them") {
  const std::array<Element, 20> rows{{
      {"5A", kPan, kStandIn},
      {"5A", "67030123456789012F", "67030100000000001F"},
      {"5A", "4970101234567890123F", "4970100000000000009F"},
      {"5A", "4970100000000006", "4970100000000014"},  // it looks made up already
      {"57", kPan + "D2912201 1234567890012F", kStandIn + "D2912201 0000000000000F"},
      {"9F6B", kPan + "D2912201 1234567890012F", kStandIn + "D2912201 0000000000000F"},
      {"57", kPan + "FFFF", kStandIn + "FFFF"},
      {"56", ascii("B4970101234567893^DOE/JANE^2912201123456"),
       ascii("B4970100000000006^CARDHOLD^2912201000000")},
      {"56", ascii("B4970 101234 567893^ ^2912201"), ascii("B4970 100000 000006^C^2912201")},
      {"56", ascii("4970101234567893"), ascii("4970100000000006")},
      {"5F20", ascii("DOE/JANE          "), ascii("CARDHOLDER/TEST   ")},
      {"5F20", ascii("DOE/J"), ascii("CARDH")},
      {"9F0B", ascii("DOE/JANE MARIA ANTOINETTE"), ascii("CARDHOLDER/TEST          ")},
      {"9F1F", ascii("123456"), ascii("000000")},
      {"9F20", "12345F", "00000F"},
      {"9F24", ascii("5001BO8B9NXVVIXCT0HAJU98I512Z"), ascii("00000000000000000000000000000")},
      {"9F25", "7893", "0000"},
      {"5F53", ascii("FR7630006000011234567890189"), ascii("000000000000000000000000000")},
      {"9F46", "8F2213", "000000"},
      {"9F4B", "8F2213", "000000"},
  }};
  for (const Element& row : rows) {
    CAPTURE(row.tag, row.before);
    Masking masking({});
    CHECK(masked(masking, record(object("9F36", "0001") + object(row.tag, row.before))) ==
          record(object("9F36", "0001") + object(row.tag, row.after)));
    Masking on_its_own({});
    CHECK(masked(on_its_own, object(row.tag, row.before) + "9000") == object(row.tag, row.after) + "9000");
  }
}

TEST_CASE("a made-up PAN is one of the issuer's that no terminal refuses") {
  for (const char* pan :
       {"4970101234567893", "541333000000001", "6703012345678901234", "374280263155009", "123456789012"}) {
    Masking masking({});
    std::string padded = pan;
    if (padded.size() % 2 != 0) padded += 'F';
    const std::string result = masked(masking, record(object("5A", padded)));
    const std::string made = result.substr(8, std::string(pan).size());
    CHECK(made != pan);
    CHECK(made.substr(0, 6) == std::string(pan).substr(0, 6));
    CHECK(luhn(made));
  }
}

TEST_CASE("what codes and readers need stays, even where it looks like the PAN") {
  const std::string looks_like_it = kPan;
  for (const char* tag : {"84",   "4F",   "82",   "94",   "5F34", "8C",   "8D",   "9F38", "97",   "9F10",
                          "9F26", "9F27", "9F36", "9F56", "DF20", "9F55", "DF21", "8E",   "9F17", "80"}) {
    CAPTURE(tag);
    Masking masking({});
    masked(masking, record(object("5A", kPan)));
    const std::string response = object("77", object(tag, looks_like_it)) + "9000";
    CHECK(masked(masking, response) == response);
    const std::string alone = object(tag, looks_like_it) + "9000";
    CHECK(masked(masking, alone) == alone);
  }
  Masking masking({});
  const std::string dates =
      record(object("5F24", "291231") + object("5F25", "240101") + object("5F30", "0201"));
  CHECK(masked(masking, dates) == dates);
}

TEST_CASE("a PAN that is known is replaced wherever it turns up") {
  Masking masking({});
  masked(masking, record(object("5A", kPan) + object("5F20", ascii("DOE/JANE"))));
  const std::array<Element, 8> rows{{
      {"DF01", kPan, kStandIn},
      {"DF01", "1" + kPan + "2", "1" + kStandIn + "2"},
      {"DF01", "AB" + kPan + kPan + "01", "AB" + kStandIn + kStandIn + "01"},
      {"DF01", ascii("X" + kPan + "="), ascii("X" + kStandIn + "=")},
      {"DF01", ascii("Mrs DOE/JANE!"), ascii("Mrs CARDHOLD!")},
      {"50", ascii("JANE"), ascii("JANE")},
      {"DF01", kPan.substr(0, 15) + "4", kPan.substr(0, 15) + "4"},
      {"9F7C", "F" + kPan + "F", "F" + kStandIn + "F"},
  }};
  for (const Element& row : rows) {
    CAPTURE(row.tag, row.before);
    CHECK(masked(masking, record(object(row.tag, row.before))) == record(object(row.tag, row.after)));
  }
  // Bytes that are no TLV, and TLV that is cut short.
  CHECK(masked(masking, "01" + kPan + "0290 00") == "01" + kStandIn + "029000");
  CHECK(masked(masking, kPan + "9000") == kStandIn + "9000");
  CHECK(masked(masking, "70 81F0 9F7C 81E0 AB" + kPan + "9000") == "7081F09F7C81E0AB" + kStandIn + "9000");
}

TEST_CASE("a PAN whose end is missing keeps no more than the issuer's digits") {
  Masking masking({});
  CHECK(masked(masking, "70 20 9F360200 01 5A08 497010123456 9000") ==
        "70209F36020001"
        "5A08"
        "497010000006"
        "9000");
  Masking other({});
  CHECK(masked(other,
               "70 20 57 13 4970101234567893D29 9"
               "9000") ==
        "7020"
        "5713" +
            kStandIn +
            "D299"
            "9000");
}

TEST_CASE("two PANs of one card stay two, and each keeps its stand-in") {
  Masking masking({});
  const std::string first = masked(masking, record(object("5A", "4970101234567893")));
  const std::string second = masked(masking, record(object("57", "4970109876543210D2912201")));
  CHECK(first == record(object("5A", "4970100000000006")));
  CHECK(second == record(object("57", "4970100000000014D2912201")));
  CHECK(masked(masking, record(object("DF01", "49701098765432104970101234567893"))) ==
        record(object("DF01", "49701000000000144970100000000006")));
  CHECK(masked(masking, record(object("5A", "4970101234567893"))) == first);
}

TEST_CASE("PAN and name are masked each for itself") {
  const std::string both = record(object("5A", kPan) + object("5F20", ascii("DOE/JANE")) +
                                  object("56", ascii("B4970101234567893^DOE/JANE^2912201123")));
  Masking pan({true, false});
  CHECK(masked(pan, both) == record(object("5A", kStandIn) + object("5F20", ascii("DOE/JANE")) +
                                    object("56", ascii("B4970100000000006^DOE/JANE^2912201000"))));
  Masking name({false, true});
  CHECK(masked(name, both) == record(object("5A", kPan) + object("5F20", ascii("CARDHOLD")) +
                                     object("56", ascii("B4970101234567893^CARDHOLD^2912201123"))));
  Masking neither({false, false});
  CHECK(masked(neither, both) == both);
}

TEST_CASE("what is known is masked in text: plain, and as hexadecimal") {
  Masking masking({});
  CHECK(masking.mask("card " + kPan) == "card " + kPan);
  masked(masking, record(object("5A", kPan) + object("5F20", ascii("DOE/JANE"))));
  CHECK(masking.mask("card " + kPan + " of DOE/JANE, " + kPan) ==
        "card " + kStandIn + " of CARDHOLD, " + kStandIn);
  CHECK(masking.mask("80A8" + kPan + ascii(kPan) + ascii("DOE/JANE")) ==
        "80A8" + kStandIn + ascii(kStandIn) + ascii("CARDHOLD"));
  CHECK(masking.mask("code 23790240").find("23790240") != std::string::npos);
  CHECK(masking.mask("").empty());
}

namespace {

// In every form that a transcript could show it in.
void check_nothing_left(const std::string& trace, const std::string& pan, const std::string& name) {
  CAPTURE(trace);
  const std::string account = pan.substr(6, pan.size() - 7);
  CHECK_THAT(trace, !Contains(pan) && !Contains(ascii(pan)) && Contains(pan.substr(0, 6)));
  if (account.find_first_not_of('0') != std::string::npos) CHECK_THAT(trace, !Contains(account));
  CHECK_THAT(trace, !Contains(name) && !Contains(ascii(name)));
}

// A shipped card with another account: the shipped ones look made up.
card::Personalization somebodys(const std::string& card, const std::string& pan) {
  card::Personalization made = card::load_card(card);
  for (card::Application& application : made.applications) {
    for (auto& [tag, value] : application.data) {
      const std::string text = hex(value);
      const auto at = text.find(made.pan);
      if (at != std::string::npos) value = bytes(std::string(text).replace(at, pan.size(), pan));
    }
  }
  made.pan = pan;
  return made;
}

}  // namespace

TEST_CASE("a masked recording gives the code of the card it was made of, and does not tell whose it was") {
  struct Card {
    const char* name;
    std::string pan;
  };
  const std::array<Card, 3> cards{{{"sesame-card", "5413331234567896"},
                                   {"bank-card", "4970101234567893"},
                                   {"belgian-card", "67030123456789012"}}};
  const sesame::test::TemporaryFolder directory;
  for (const Card& each : cards) {
    CAPTURE(each.name);
    const card::Personalization personalization = somebodys(each.name, each.pan);
    std::string told;
    {
      state::EphemeralStore store;
      card::VirtualCard plain(personalization, store);
      Masking masking({});
      TraceWriter trace(directory.file("trace.apdu"), "a session");
      TracingSlot slot(plain, trace, &masking);
      told = code(slot, {0x1234, "", "1234"});
      emv::ResponseBuffer atr;
      REQUIRE(slot.activate(atr) == SlotStatus::ok);
      for (const char* command : {"00A4040007A000000042101000", "80A800000D830B208000025034000000000000",
                                  "00B2010C00", "00B2011400", "00B2021400", "00B2011C00"}) {
        ask_through(slot, command);
      }
      slot.deactivate();
    }
    const std::string text = sesame::test::content(directory.file("trace.apdu"));
    check_nothing_left(text, each.pan, "TEST/CARD");
    auto replayed = slot_of(directory.file("trace.apdu"));
    CHECK(code(replayed, {0x1234, "", "9753"}) == told);
  }
}

TEST_CASE("what the reader gets is what the card said") {
  const sesame::test::TemporaryFolder directory;
  const std::string said = object("70", object("5A", kPan)) + "9000";
  ScriptedSlot card({{"00B2010C00", said}});
  Masking masking({});
  TraceWriter trace(directory.file("trace.apdu"), "test");
  TracingSlot slot(card, trace, &masking);
  CHECK(ask(slot, "00B2010C00") == said);
  CHECK_THAT(sesame::test::content(directory.file("trace.apdu")), Contains("< 700A5A08" + kStandIn + "9000"));
}

TEST_CASE("a PAN in two pieces of an answer is masked in both") {
  const sesame::test::TemporaryFolder directory;
  ScriptedSlot card({{"00B2010C00", "6C0C"},
                     {"00B2010C0C", "700A5A08497010126106"},
                     {"00C0000006", "345678936102"},
                     {"00B2010C00", "6D00"},
                     {"80A80000184970101234567893" + repeated("00", 16), "", SlotStatus::mute}});
  Masking masking({});
  TraceWriter trace(directory.file("trace.apdu"), "test");
  {
    TracingSlot slot(card, trace, &masking);
    for (const char* command : {"00B2010C00", "00B2010C0C", "00C0000006", "00B2010C00"}) ask(slot, command);
    ask(slot, "80A80000184970101234567893" + repeated("00", 16));
  }
  CHECK(sesame::test::content(directory.file("trace.apdu")) ==
        "# test\n> 00B2010C00\n< 6C0C\n> 00B2010C0C\n< 700A5A08497010006106\n> 00C0000006\n< 000000066102\n"
        "> 00B2010C00\n< 6D00\n> 80A80000184970100000000006" +
            repeated("00", 16) + "\n< mute\n");
}

namespace {

class RandomTlv {
 public:
  explicit RandomTlv(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }

  // Hex of some elements, templates among them; and of which bytes (a digit each) the value may change.
  struct Text {
    std::string hex, may_change;
  };
  Text elements(int depth) {
    Text all;
    for (std::size_t count = 1 + below(4); count > 0; --count) {
      const Text one = element(depth);
      all.hex += one.hex;
      all.may_change += one.may_change;
    }
    return all;
  }

 private:
  Text element(int depth) {
    static const std::array<const char*, 6> kMasked{"5A", "57", "56", "5F20", "9F46", "9F1F"};
    static const std::array<const char*, 8> kKept{"9F36", "9F26", "9F10", "5F34", "8C", "9F56", "DF01", "50"};
    if (depth < 4 && below(4) == 0) return wrapped("A5", elements(depth + 1));
    const bool mask = below(2) == 0;
    const char* tag = mask ? kMasked[below(kMasked.size())] : kKept[below(kKept.size())];
    std::string value;
    for (std::size_t bytes = below(9); bytes > 0; --bytes) {
      const auto byte = static_cast<std::uint8_t>(random_());
      value += hex(Bytes(&byte, 1));
    }
    return wrapped(tag, {value, std::string(value.size(), mask ? '1' : '0')});
  }
  static Text wrapped(const std::string& tag, const Text& value) {
    const std::string whole = object(tag, value.hex);
    return {whole, std::string(whole.size() - value.hex.size(), '0') + value.may_change};
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("masking changes no length, and no byte but those of the values it is for") {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    RandomTlv random(seed);
    const auto content = random.elements(0);
    if (content.hex.size() > 400) continue;
    const std::string before = record(content.hex);
    const std::size_t header = before.size() - 4 - content.hex.size();
    const std::string may_change = std::string(header, '0') + content.may_change + "0000";
    Masking masking({});
    const std::string after = masked(masking, before);
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (may_change[i] == '1' || before[i] == after[i]) continue;
      CAPTURE(seed, before, after, i);
      FAIL("a byte changed that should not");
    }
  }
}
