// `sesame token`, `sesame ac`, `sesame tlv` and `sesame atr`: raw values in, raw values out.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "tests/e2e/process.hpp"

using Catch::Matchers::Contains;
using sesame::e2e::Sandbox;
using Arguments = std::vector<std::string>;

namespace {

struct Expected {
  Arguments arguments;
  std::string output;
};

}  // namespace

TEST_CASE("published answers of cards give the published digits") {
  const std::vector<Expected> all{
      {{"--ipb", "8000FF000000000001FFFF00000000000000", "--cid", "80", "--atc", "095F", "--ac",
        "0F9D3798E93F129A", "--iad", "060A0A03A49000"},
       "46076570"},
      {{"--ipb", "8000FF000000000001FFFF00000000000000", "--cid", "80", "--atc", "0016", "--ac",
        "299CC8F10B9BC830", "--iad", "06 0B 0A 03 A4 90 00"},
       "36554800"},
      {{"--ipb", "00001F00000000000FFFFF00000000008000", "--cid", "80", "--atc", "B4", "--ac",
        "7F32A79FDA945643", "--iad", "06770A03A48000"},
       "42511495"},
      {{"--ipb", "0000FF000000000003FFFF", "--cid", "80", "--atc", "002A", "--ac", "633FCCC4883A1C1F",
        "--iad", "00", "--tds", "1234,3101234567"},
       "11200903"},
      {{"--belgian", "--cid", "80", "--atc", "1234", "--ac", "1234567890ABCDEF"}, "53780079"},
      {{"--ipb", "FF", "--cid", "07", "--atc", "0001", "--ac", "0000000000000000", "--iad", "",
        "--min-digits", "1"},
       "7"},
      {{"--ipb", "FF", "--cid", "07", "--atc", "0001", "--ac", "0000000000000000", "--iad", ""}, "00000007"},
      // 08 is not octal
      {{"--ipb", "FF00", "--cid", "80", "--atc", "0001", "--ac", "0000000000000000", "--iad", "", "--iaf",
        "40", "--psn", "08", "--min-digits", "1"},
       "8"},
  };
  const Sandbox sandbox;
  for (const Expected& one : all) {
    Arguments arguments{"token"};
    arguments.insert(arguments.end(), one.arguments.begin(), one.arguments.end());
    const auto plain = sandbox.sesame(arguments);
    INFO(plain.err);
    CHECK(plain.out == one.output + "\n");
    arguments.push_back("--json");
    CHECK(nlohmann::json::parse(sandbox.sesame(arguments).out) == nlohmann::json{{"code", one.output}});
  }
}

TEST_CASE("each bit of a code can be explained") {
  const Sandbox sandbox;
  const auto outcome =
      sandbox.sesame({"token", "--ipb", "8000FF000000000001FFFF00000000000000", "--cid", "80", "--atc",
                      "095F", "--ac", "0F9D3798E93F129A", "--iad", "060A0A03A49000", "--explain"});
  CHECK_THAT(outcome.out, Contains("CID        10000000   10000000   25=1") && Contains("AC[7]") &&
                              Contains("46076570\n"));
}

TEST_CASE("a whole answer to GENERATE AC gives the same digits, and what it says is told") {
  const Sandbox sandbox;
  const std::string ipb = "8000FF000000000001FFFF00000000000000";
  for (const char* answer :
       {"8012 80 095F 0F9D3798E93F129A 060A0A03A49000", "8012 80 095F 0F9D3798E93F129A 060A0A03A49000 9000",
        "77:1E:9F:27:01:80:9F:36:02:09:5F:9F:26:08:0F:9D:37:98:E9:3F:12:9A:9F:10:07:06:0A:0A:03:A4:90:00"}) {
    CHECK(sandbox.sesame({"token", "--ipb", ipb, "--answer", answer}).out == "46076570\n");
    CHECK(sandbox.sesame({"token", "--ipb", ipb, "--answer", "-"}, answer).out == "46076570\n");
  }
  const auto explained = sandbox.sesame({"token", "--explain", "--ipb", ipb, "--iaf", "80", "--answer",
                                         "8012 80 095F 0F9D3798E93F129A 060A0A03A49000"});
  CHECK_THAT(explained.out, Contains("ARQC: to go online") &&
                                Contains("cryptogram version number: 0A (CVN 10)") &&
                                Contains("byte 1 bit 8: sign: amount and currency take part") &&
                                Contains("offline PIN verification performed") && Contains("46076570\n"));
  const auto none = sandbox.sesame({"token", "--ipb", ipb, "--answer", "6985"});
  CHECK(none.status == 2);
  CHECK_THAT(none.err, Contains("--answer: none to GENERATE AC"));
  CHECK(sandbox.sesame({"token", "--ipb", ipb, "--answer", "8012", "--cid", "80"}).status == 2);
  CHECK_THAT(sandbox.sesame({"token", "--ipb", ipb, "--cid", "80"}).err, Contains("--atc is required"));
}

TEST_CASE("values that do not fit are refused") {
  const Arguments good{"token", "--cid", "80", "--atc", "1", "--ac", "0000000000000000", "--iad", ""};
  const std::vector<std::pair<Arguments, std::string>> all{
      {{"--ipb", "00001F00000000000FFFFF00000000008000"}, "18 bytes, longer than the 11"},
      {{"--ipb", "0"}, "--ipb has an odd number"},
      {{"--ipb", "zz"}, "--ipb is not hexadecimal: character 1"},
      {{}, "one of --ipb and --belgian"},
      {{"--ipb", "FF", "--iaf", "40"}, "--psn: required"},
      {{"--ipb", "FF", "--tds", "12345678901"}, "--tds: must be 1 to 10 digits"},
      {{"--ipb", "FF", "--belgian"}, "excludes"},
      {{"--ipb", "FF", "--psn", "zz"}, "--psn: must be 1 to 2 digits"},
      {{"--ipb", "FF", "--json", "--explain"}, "excludes"},
  };
  const Sandbox sandbox;
  for (const auto& [more, says] : all) {
    Arguments arguments = good;
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = sandbox.sesame(arguments);
    INFO(outcome.err);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, Contains(says));
  }
}

TEST_CASE("published keys and cryptograms are computed") {
  const std::string mk1 = "154F349D8585CB7F6B0798E9839B10C1";
  const std::vector<std::pair<Arguments, nlohmann::json>> all{
      {{"--scheme", "cvn18", "--imk", "0123456789ABCDEFFEDCBA9876543210", "--pan", "1234567890123456",
        "--psn", "00", "--atc", "001C", "--data",
        "000000004000000000000000012480000480000124191105"
        "0152BF4585"
        "1800001C06011203A0B800"},
       {{"mk", mk1}, {"sk", "436B942AD637E08564B532B0EC97CB26"}, {"ac", "7A788EA6B8A3E733"}}},
      {{"--scheme", "cvn10", "--mk", mk1, "--atc", "001C", "--data",
        "000000004000000000000000012480000480000124191105"
        "0152BF4585"
        "1800001C03A06010"},
       {{"mk", mk1}, {"sk", mk1}, {"ac", "29CCA15AE665FA2E"}}},
      {{"--scheme", "cvn16", "--mk", mk1, "--atc", "001C", "--un", "ABCDEF12", "--data",
        "000000009999000000000000012480000000000124209906"
        "00ABCDEF12"
        "1800001CA00003220000"},
       {{"mk", mk1}, {"sk", "5D8F37BCD9E5DA68048CDFA2EA255D9E"}, {"ac", "24CCF3DEE3158C70"}}},
      {{"--scheme", "cvn20", "--mk", mk1, "--atc", "001C", "--data",
        "000000009999000000000000012480000000000124209906"
        "00ABCDEF12"
        "1800001CA00003220000"},
       {{"mk", mk1}, {"sk", "436B942AD637E08564B532B0EC97CB26"}, {"ac", "CD29615D6452E70E"}}},
      {{"--scheme", "cvn10", "--imk", "0123456789ABCDEFFEDCBA9876543210", "--pan", "12345678901234567",
        "--psn", "01", "--atc", "0"},
       {{"mk", "73AD54688CEF2934B0979857E3C719F1"}, {"sk", "73AD54688CEF2934B0979857E3C719F1"}}},
      {{"--scheme", "cvn10", "--option", "B", "--imk", "0123456789ABCDEFFEDCBA9876543210", "--pan",
        "12345678901234567", "--psn", "1", "--atc", "0"},
       {{"mk", "AD406D7F6D7570916D75E5DCAB8CF737"}, {"sk", "AD406D7F6D7570916D75E5DCAB8CF737"}}},
      {{"--scheme", "tree", "--tree", "4/8", "--mk", "0123456789ABCDEF0123456789ABCDEF", "--atc", "00FF"},
       {{"mk", "0123456789ABCDEF0123456789ABCDEF"}, {"sk", "981F9D208AE6132CBC8A7C97F42A5445"}}},
      {{"--scheme", "tree", "--tree", "4/8/0", "--mk", "0123456789ABCDEF0123456789ABCDEF", "--atc", "0000"},
       {{"mk", "0123456789ABCDEF0123456789ABCDEF"}, {"sk", "80BF3145AECB948A5201DAB9EF469875"}}},
      {{"--scheme", "ccd-aes", "--mk", "0F0E0D0C0B0A09080706050403020100", "--atc", "1"},
       {{"mk", "0F0E0D0C0B0A09080706050403020100"}, {"sk", "F06C204C70D2AD0CD1FA3B8CE15958F8"}}},
  };
  const Sandbox sandbox;
  for (const auto& [arguments, expected] : all) {
    Arguments whole{"ac", "--json"};
    whole.insert(whole.end(), arguments.begin(), arguments.end());
    const auto outcome = sandbox.sesame(whole);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    CHECK(nlohmann::json::parse(outcome.out) == expected);
  }
}

TEST_CASE("keys that do not fit are refused, and never repeated") {
  const std::string key = "0123456789ABCDEFFEDCBA9876543210";
  const std::vector<std::pair<Arguments, std::string>> all{
      {{"--scheme", "cvn99", "--mk", key, "--atc", "1"}, "'cvn99' is not one of cvn10"},
      {{"--scheme", "cvn18", "--mk", key + "00", "--atc", "1"}, "17 bytes, must be 16"},
      {{"--scheme", "cvn18", "--atc", "1"}, "--imk"},
      {{"--scheme", "cvn18", "--imk", key, "--atc", "1"}, "--pan: required"},
      {{"--scheme", "cvn18", "--imk", key, "--pan", "12345678901234567890", "--psn", "00", "--atc", "1"},
       "--pan: must be 1 to 19 digits"},
      {{"--scheme", "cvn16", "--mk", key, "--atc", "1"}, "--un: required"},
      {{"--scheme", "tree", "--tree", "2/8", "--mk", key, "--atc", "1"}, "--tree"},
      {{"--scheme", "tree", "--tree", "4", "--mk", key, "--atc", "1"}, "--tree"},
      {{"--scheme", "cvn18", "--tree", "4/8", "--mk", key, "--atc", "1"}, "--tree: only with"},
      {{"--scheme", "cvn18", "--mk", key, "--padding", "3", "--atc", "1"}, "--padding"},
      {{"--scheme", "ccd-aes", "--mk", key, "--padding", "1", "--atc", "1"}, "--padding: ccd-aes uses CMAC"},
      {{"--scheme", "cvn18", "--mk", key, "--pan", "1234567890123456", "--atc", "1"}, "--pan requires --imk"},
      {{"--scheme", "cvn18", "--mk", key, "--atc", "XYZ"}, "--atc: must be 1 to 4 hexadecimal digits"},
      {{"--scheme", "ccd-aes", "--option", "A", "--imk", key, "--pan", "1234567890123456", "--psn", "00",
        "--atc", "1"},
       "--option"},
  };
  const Sandbox sandbox;
  for (const auto& [arguments, says] : all) {
    Arguments whole{"ac"};
    whole.insert(whole.end(), arguments.begin(), arguments.end());
    const auto outcome = sandbox.sesame(whole);
    INFO(outcome.err);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, Contains(says) && !Contains(key));
  }
}

TEST_CASE("TLV is explained, and what is cut short says where") {
  const Sandbox sandbox;
  const auto outcome = sandbox.sesame(
      {"tlv",
       "6F2E8407A0000000048002A5239F38039F35015F2D026672BF0C159F5501005F2C020056DF0709424B53303536303038"});
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, Contains("Dedicated File (DF) Name  A0000000048002") && Contains("\"fr\"") &&
                              Contains("9F35    1 byte   Terminal Type"));
  const auto cut = sandbox.sesame({"tlv", "6F 05", "84 07"});
  CHECK(cut.status == 2);
  CHECK_THAT(cut.err, Contains("byte 0: the value is shorter than its length says"));
  CHECK(sandbox.sesame({"tlv", "5A0", "1"}).status == 2);
  CHECK(nlohmann::json::parse(sandbox.sesame({"tlv", "--json", "9F3602001C"}).out)[0]["value"] == "001C");
}

TEST_CASE("bytes are taken as any tool prints them, and from standard input") {
  const Sandbox sandbox;
  const std::string plain = sandbox.sesame({"atr", "3B65000065046C9000"}).out;
  CHECK_THAT(plain, Contains("Offers T=0"));
  CHECK(sandbox.sesame({"atr", "3B", "65", "00", "00", "65", "04", "6C", "90", "00"}).out == plain);
  CHECK(sandbox.sesame({"atr", "3b:65:00:00:65:04:6c:90:00"}).out == plain);
  CHECK(sandbox.sesame({"atr", "{0x3B, 0x65, 0x00, 0x00, 0x65, 0x4, 0x6C, 0x90, 0x00}"}).out == plain);
  CHECK(sandbox.sesame({"atr", "-"}, "3B 65 00 00\n65 04 6C 90 00\n").out == plain);
  CHECK(sandbox.sesame({"tlv", "-"}, "9F:36:02:00:1C").out ==
        "9F36  Application Transaction Counter (ATC)  001C\n  28\n");
  const auto bad = sandbox.sesame({"tlv", "-"}, "PIN 1234");
  CHECK(bad.status == 2);
  CHECK_THAT(bad.err, Contains("standard input is not hexadecimal: character 1"));
  const auto nothing = sandbox.sesame({"tlv", "-"}, "");
  CHECK(nothing.status == 2);
  CHECK(nothing.err == "sesame: standard input: is empty\n");
}

TEST_CASE("the values of data objects are explained, and so is a status word after them") {
  const Sandbox sandbox;
  const auto outcome = sandbox.sesame({"tlv", "77 0E 8202 1C00 9408 0801030010010101 9000"});
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, Contains("    byte 1 bit 5: cardholder verification supported\n") &&
                              Contains("    SFI 1: records 1 to 3; signed: 0\n") &&
                              Contains("(status word)  9000\n"));
  const auto json = nlohmann::json::parse(
      sandbox.sesame({"tlv", "--json", "8C03 9F3704 9F1101 05 9F1206 BAE0D5D4D8E2 6283"}).out);
  CHECK(json[0]["list"][0] ==
        nlohmann::json{{"tag", "9F37"}, {"length", 4}, {"name", "Unpredictable Number (UN)"}});
  CHECK(json[1]["meaning"][0] == "ISO/IEC 8859-5");
  CHECK(json[2]["text"] == "Кредит");
  CHECK(json[3]["status_word"] == "6283");
  CHECK(nlohmann::json::parse(sandbox.sesame({"tlv", "--json", "9000"}).out)[0]["tag"] == "90");
}

TEST_CASE("an ATR is explained to where it ends") {
  const Sandbox sandbox;
  const auto wrong = sandbox.sesame({"atr", "3B 80 01 80"});
  CHECK(wrong.status == 2);
  CHECK_THAT(wrong.out,
             Contains("TCK   80  wrong, it must be 81") && Contains("IFSC 32, BWT 11 etu and 5713920"));
  CHECK_THAT(wrong.err, Contains("not an ATR: the check character TCK is wrong, it must be 81 (byte 3)"));
  const auto cut = sandbox.sesame({"atr", "--json", "3B 95 96 81"});
  CHECK(cut.status == 2);
  const auto json = nlohmann::json::parse(cut.out);
  CHECK(json["f"] == 512);
  CHECK(json["error"]["offset"] == 4);
}

TEST_CASE("an ATR is looked up in a list of known cards") {
  const Sandbox sandbox;
  const auto list = sandbox.write("list.txt", "3B 00\n\tmade up, for a test\n");
  CHECK_THAT(sandbox.sesame({"atr", "--list", list, "3B00"}).out, Contains("Known as made up, for a test\n"));
  CHECK(sandbox.sesame({"atr", "--list", sandbox.file("none"), "3B00"}).status == 2);
}

TEST_CASE("an ATR is explained") {
  const Sandbox sandbox;
  CHECK_THAT(sandbox.sesame({"atr", "3F65000065046C9000"}).out,
             Contains("inverse") && Contains("Offers T=0"));
  CHECK(nlohmann::json::parse(
            sandbox.sesame({"atr", "--json", "3BFF1800FF8131FE45656311086601560011875001220620FE"})
                .out)["protocols"][0] == "T=1");
  const auto bad = sandbox.sesame({"atr", "3B65"});
  CHECK(bad.status == 2);
  CHECK_THAT(bad.err, Contains("fewer characters than it announces"));
}

TEST_CASE("FF begins a private tag where what follows fits, and is padding elsewhere") {
  const Sandbox sandbox;
  const auto json = [&](const std::string& hex) {
    return nlohmann::json::parse(sandbox.sesame({"tlv", "--json", hex}).out);
  };
  const auto object = json("FF8106 08 5A0112 9F36020001")[0];
  CHECK(object["tag"] == "FF8106");
  CHECK(object["children"][0]["tag"] == "5A");
  CHECK(object["children"][1]["value"] == "0001");
  CHECK(json("700F FF8106 05 9F36020001 5A0112 FF FFFF")[0]["children"][0]["tag"] == "FF8106");
  CHECK(json("FF5A00")[0]["tag"] == "FF5A");
  // The same inside itself.
  CHECK(json("FF810606FF8107025000")[0]["children"][0]["children"][0]["tag"] == "50");
  // Before, between and after objects: nothing that fits.
  const auto padded = json("FF 5A0112 FFFF 9F36020001 FF");
  REQUIRE(padded.size() == 5);
  CHECK(padded[0]["padding"] == "FF");
  CHECK(padded[1]["tag"] == "5A");
  CHECK(padded[2]["padding"] == "FFFF");
  CHECK(padded[3]["tag"] == "9F36");
  CHECK(padded[4]["padding"] == "FF");
}

TEST_CASE("padding is said to be padding") {
  const Sandbox sandbox;
  for (const char* hex : {"0000", "FF", "00FF00"}) {
    const auto outcome = sandbox.sesame({"tlv", hex});
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, Contains("(padding, ") && Contains(hex));
  }
  CHECK_THAT(sandbox.sesame({"tlv", "5A0112 00"}).out, Contains("(padding, 1 byte)"));
}

TEST_CASE("what is TLV to a part is shown to that part, with where and why it ends") {
  const Sandbox sandbox;
  const auto outcome = sandbox.sesame({"tlv", "7006 5A0112 9F3602 5A0134"});
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.out, Contains("5A    ") && Contains("not TLV from byte 5: the value is shorter") &&
                              Contains("9F3602"));
  CHECK_THAT(outcome.err, Contains("HEX: byte 5: the value is shorter than its length says (in 70)"));
  const auto json = nlohmann::json::parse(sandbox.sesame({"tlv", "--json", "5A0112 9F"}).out);
  CHECK(json[0]["tag"] == "5A");
  CHECK(json[1]["offset"] == 3);
  CHECK(json[1]["bytes"] == "9F");
  CHECK_THAT(json[1]["error"].get<std::string>(), Contains("cut short"));
  CHECK_THAT(sandbox.sesame({"tlv", "8C05 9F3704 9F"}).out, Contains("not TLV"));
  CHECK_THAT(sandbox.sesame({"tlv", "8C04 9F3704 9F"}).out, Contains("no list from its byte 3: "));
}

TEST_CASE("T=15 is no protocol, and what is reserved has no value") {
  const Sandbox sandbox;
  struct Row {
    const char* atr;
    Arguments protocols;
    nlohmann::json f, d;
    const char* says;
  };
  const std::vector<Row> rows{
      {"3B 80 80 1F C3 DC", {"T=0"}, 372, 1, "T=15: no protocol"},
      {"3B 80 81 1F C3 DD", {"T=1"}, 372, 1, "global: clock stop"},
      {"3B 80 80 81 1F C3 5D", {"T=0", "T=1"}, 372, 1, "Offers T=0, T=1"},
      {"3B 10 71", {"T=0"}, nullptr, 1, "F reserved (index 7), D = 1"},
      {"3B 10 8A", {"T=0"}, nullptr, nullptr, "F reserved (index 8), D reserved (index 10)"},
      {"3B 10 E1", {"T=0"}, nullptr, 1, "F reserved (index 14)"},
      {"3B 10 F0", {"T=0"}, nullptr, nullptr, "D reserved (index 0)"},
      {"3B 10 96", {"T=0"}, 512, 32, "F = 512, D = 32"},
      {"3B 00", {"T=0"}, 372, 1, "Offers T=0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.atr);
    const auto text = sandbox.sesame({"atr", row.atr});
    INFO(text.err);
    CHECK(text.status == 0);
    CHECK_THAT(text.out, Contains(row.says) && !Contains("= 0"));
    const auto json = nlohmann::json::parse(sandbox.sesame({"atr", "--json", row.atr}).out);
    CHECK(json["protocols"].get<Arguments>() == row.protocols);
    CHECK(json["f"] == row.f);
    CHECK(json["d"] == row.d);
  }
  const auto specific = nlohmann::json::parse(sandbox.sesame({"atr", "--json", "3B 90 11 1F 0F 91"}).out);
  CHECK(specific["specific"].is_null());
}
