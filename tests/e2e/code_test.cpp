// `sesame code`, as its users meet it.
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "tests/e2e/output.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace sesame::e2e;

namespace {

const Arguments kCode{"code", "--pin", "1234"};

// One line, that says who speaks.
void check_refusal(const Outcome& outcome, int status, const std::string& says) {
  INFO(outcome.err);
  CHECK(outcome.status == status);
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, StartsWith("sesame: ") && Contains(says));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
}

}  // namespace

TEST_CASE("the demonstration card gives the published code of its ATC") {
  const Sandbox sandbox;
  const auto outcome = sandbox.sesame(kCode + Arguments{"--ephemeral", "--atc", "00B4"});
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "4251 1495\n");
  CHECK(outcome.err.empty());
}

TEST_CASE("the demonstration card answers a challenge with the published code") {
  const Sandbox sandbox;
  const auto outcome =
      sandbox.sesame(kCode + Arguments{"--ephemeral", "--atc", "D1", "--profile", "pinsentry", "--function",
                                       "RESPOND", "--input", "4815", "--json"});
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  const auto json = nlohmann::json::parse(outcome.out);
  CHECK(json["code"] == "36473333");
  CHECK(json["atc"] == "00D1");
  CHECK(json["aid"] == "A0000000048002");
  CHECK(json["profile"] == "pinsentry");
  CHECK(json["function"] == "RESPOND");
}

TEST_CASE("the two recorded cards give the codes that their readers showed") {
  struct Recorded {
    const char* file;
    Arguments arguments;
    const char* code;
  };
  const std::vector<Recorded> all{
      {"cap_be.apdu", {"--profile", "vasco-810", "--function", "M1"}, "23790240"},
      {"cap_be.apdu", {"--profile", "vasco-810", "--function", "M1", "--input", "1234"}, "23580039"},
      {"cap_be.apdu", {"--profile", "vasco-810", "--function", "M2", "--input", "1234"}, "23719593"},
      {"visa_dpa_fr.apdu", {"--profile", "vasco-810"}, "34656023"},
      {"visa_dpa_fr.apdu", {}, "3465 6023"},
  };
  for (const Recorded& recorded : all) {
    const Sandbox sandbox;
    const auto outcome = sandbox.sesame(
        kCode + Arguments{"--card", std::string(TRANSCRIPTS "/") + recorded.file} + recorded.arguments);
    INFO(recorded.file << " " << outcome.err);
    CHECK(outcome.status == 0);
    CHECK(outcome.out == std::string(recorded.code) + "\n");
  }
}

TEST_CASE("every shipped card gives a code to every reader that takes it without a challenge") {
  for (const std::string card : {"sesame-card", "bank-card", "aes-card", "belgian-card"}) {
    for (const std::string profile : {"sesame", "vasco-810"}) {
      const Sandbox sandbox;
      const auto outcome = sandbox.sesame(kCode + Arguments{"--card", card, "--profile", profile, "--json"});
      INFO(card << " " << profile << " " << outcome.err);
      REQUIRE(outcome.status == 0);
      CHECK(nlohmann::json::parse(outcome.out)["code"].get<std::string>().size() == 8);
    }
  }
}

TEST_CASE("two codes in a row from the same card differ, and differ in their ATC") {
  const Sandbox sandbox;
  const auto first = nlohmann::json::parse(sandbox.sesame(kCode + Arguments{"--json"}).out);
  const auto second = nlohmann::json::parse(sandbox.sesame(kCode + Arguments{"--json"}).out);
  CHECK(first["code"] != second["code"]);
  CHECK(first["atc"] == "0001");
  CHECK(second["atc"] == "0002");
  // The mask of this card: one bit of CID, five of ATC, twenty of AC, one of IAD.
  const auto atc_bits = [](const nlohmann::json& json) {
    return std::stoul(json["code"].get<std::string>()) >> 21 & 0x1F;
  };
  CHECK(atc_bits(first) == 1);
  CHECK(atc_bits(second) == 2);
}

TEST_CASE("the screens on the way are drawn on standard error, in the words of the manual") {
  const Sandbox sandbox;
  const auto outcome = sandbox.sesame(kCode + Arguments{"--show-screens", "--ephemeral", "--atc", "00B4"});
  CHECK(outcome.out == "4251 1495\n");
  std::size_t at = 0;
  for (const char* words : {"Choisir la", "fonction", "Code secret", "****", "Patientez", "4251 1495"}) {
    INFO(words << " in " << outcome.err);
    const std::size_t found = outcome.err.find(words, at);
    CHECK(found != std::string::npos);
    if (found != std::string::npos) at = found;
  }
  CHECK_THAT(outcome.err, !Contains("1234"));
}

TEST_CASE("the PIN comes from an option, from standard input or from a variable") {
  const Sandbox sandbox;
  CHECK(sandbox.sesame({"code", "--pin-stdin"}, "1234\n").status == 0);
  CHECK(sandbox.sesame({"code", "--pin-stdin"}, "1234").status == 0);
  CHECK(sandbox.sesame({"code", "--pin-env", "CARD_PIN"}, "", {{"CARD_PIN", "1234"}}).status == 0);
  check_refusal(sandbox.sesame({"code"}), 2, "no PIN");
  check_refusal(sandbox.sesame({"code", "--pin-env", "NOT_SET_HERE"}), 2, "NOT_SET_HERE is not set");
  check_refusal(sandbox.sesame({"code", "--pin-stdin", "--pin", "1234"}), 2, "excludes");
}

TEST_CASE("an invalid PIN is refused before the card is touched, and not repeated") {
  const Sandbox sandbox;
  for (const std::string pin : {"123", "1234567890123", "12a4", "", "９９９９"}) {
    const auto outcome = sandbox.sesame({"code", "--pin", pin});
    check_refusal(outcome, 2, "--pin: must be 4 to 12 digits");
    if (!pin.empty()) CHECK_THAT(outcome.err, !Contains(pin));
  }
  CHECK_FALSE(std::filesystem::exists(sandbox.path() / "state"));
}

TEST_CASE("a wrong PIN says how many tries are left, until the PIN is blocked for good") {
  const Sandbox sandbox;
  check_refusal(sandbox.sesame({"code", "--pin", "9753"}), 1, "wrong PIN: 2 tries left");
  check_refusal(sandbox.sesame({"code", "--pin", "9753"}), 1, "wrong PIN: 1 try left");
  const auto last = sandbox.sesame({"code", "--pin", "9753", "--show-screens"});
  CHECK(last.status == 1);
  CHECK_THAT(last.err, Contains("Dernier essai") && Contains("wrong PIN: 0 tries left") && !Contains("9753"));
  check_refusal(sandbox.sesame(kCode), 1,
                "the PIN of sesame-card is blocked: no try is left; use --ephemeral");
}

TEST_CASE("a right PIN gives the tries back") {
  const Sandbox sandbox;
  CHECK(sandbox.sesame({"code", "--pin", "9753"}).status == 1);
  CHECK(sandbox.sesame(kCode).status == 0);
  check_refusal(sandbox.sesame({"code", "--pin", "9753"}), 1, "2 tries left");
}

TEST_CASE("what cannot be typed is refused before the card is touched") {
  struct Case {
    Arguments arguments;
    const char* says;
  };
  const std::vector<Case> all{
      {{"--function", "KODE"}, "the reader sesame has no key 'KODE'; it has CODE"},
      {{"--input", "1"}, "one too many"},
      {{"--text", "Pay 12"}, "the reader sesame has no cable; edentifier2 has one"},
      {{"--profile", "edentifier2", "--text", "a\tb"}, "--text: cannot be shown; 1 to 240 printable"},
      {{"--profile", "edentifier2", "--text", "a", "--function", "LOGIN"},
       "--function does not go with --text"},
      {{"--text", "a", "--device", "qemu"}, "--text does not go with --device qemu"},
      {{"--profile", "vasco-810", "--input", "123456789"}, "at most 8 digits"},
      {{"--profile", "vasco-810", "--input", "12a"}, "--input '12a'"},
      {{"--profile", "vasco-810", "--input", "1", "--input", "2"}, "one too many"},
      {{"--profile", "vasco-810", "--function", "M2", "--input", "12345678901"}, "at most 10 digits"},
      {{"--profile", "pinsentry", "--function", "RESPOND"}, "RESPOND needs a challenge"},
      {{"--profile", "pinsentry", "--function", "SIGN", "--input", "1234"}, "SIGN needs an amount"},
      {{"--profile", "pinsentry", "--function", "SIGN", "--input", "1234", "--input", "12.345"},
       "such as 12.34"},
      {{"--profile", "no-such"}, "no-such"},
      {{"--card", "no-such"}, "no-such"},
      {{"--atc", "1"}, "--atc: only with --ephemeral"},
      {{"--atc", "0", "--ephemeral"}, "0001"},
      {{"--atc", "12345", "--ephemeral"}, "--atc: must be 1 to 4"},
      {{"--state", "x", "--ephemeral"}, "excludes"},
      {{"--nonsense"}, "--nonsense"},
  };
  for (const Case& one : all) {
    const Sandbox sandbox;
    check_refusal(sandbox.sesame(kCode + one.arguments), 2, one.says);
    CHECK_FALSE(std::filesystem::exists(sandbox.path() / "state"));
  }
}

TEST_CASE("a text is signed at the cable of a reader that shows it, and a wrong PIN signs nothing") {
  const Sandbox sandbox;
  const Arguments text{"code", "--profile", "edentifier2", "--text",
                       "Pay EUR 12.34 to NL00 TEST 0123 4567 89"};
  const Outcome shown = sandbox.sesame(text + Arguments{"--pin", "1234", "--show-screens"});
  CHECK(shown.status == 0);
  CHECK(shown.out.size() == 10);  // 0000 0000
  CHECK_THAT(shown.err, Contains("NL00 TEST 0123") && Contains("OK: akkoord"));
  const auto json = sesame::e2e::object(sandbox.sesame(text + Arguments{"--pin", "1234", "--json"}));
  CHECK(json.at("text") == text.back());
  CHECK(json.at("function").is_null());
  CHECK(json.at("code").get<std::string>().size() == 8);
  check_refusal(sandbox.sesame(text + Arguments{"--pin", "4321"}), 1, "wrong PIN: 2 tries left");
  check_refusal(sandbox.sesame(text + Arguments{"--pin", "4321"}), 1, "wrong PIN: 1 try left");
  check_refusal(sandbox.sesame(text + Arguments{"--pin", "4321"}), 1, "the PIN is blocked");
}

TEST_CASE("ten numbers can be signed, and an eleventh is one too many") {
  const Sandbox sandbox;
  Arguments arguments = kCode + Arguments{"--profile", "vasco-810", "--function", "M2"};
  for (int i = 0; i < 10; ++i) arguments = arguments + Arguments{"--input", "1234567890"};
  CHECK(sandbox.sesame(arguments).status == 0);
  check_refusal(sandbox.sesame(arguments + Arguments{"--input", "1"}), 2, "one too many");
}

TEST_CASE(
    "the reference changes the code, and the amount where the card uses it; where it does not, that is "
    "said") {
  const Sandbox sandbox;
  const auto sign = [&](const std::string& card, const char* reference, const char* amount) {
    return sandbox.sesame(kCode + Arguments{"--card", card, "--ephemeral", "--profile", "pinsentry",
                                            "--function", "SIGN", "--input", reference, "--input", amount,
                                            "--trace", sandbox.file("t.apdu")});
  };
  std::string text = sandbox.sesame({"card", "new"}).out;
  text.replace(text.find("iaf = \"00\""), 10, "iaf = \"80\"");
  const auto card = sandbox.write("amount.toml", text);
  const auto code = sign(card, "12345678", "12.34");
  INFO(code.err);
  CHECK(code.status == 0);
  CHECK(code.err.empty());
  CHECK(code.out == sign(card, "12345678", "12.34").out);
  CHECK(code.out != sign(card, "12345679", "12.34").out);
  CHECK(code.out != sign(card, "12345678", "12.35").out);

  const auto unused = sign("bank-card", "12345678", "12.34");
  CHECK(unused.out == sign("bank-card", "12345678", "12.35").out);
  CHECK_THAT(unused.err, Contains("does not use the amount"));
  CHECK_THAT(sandbox.read("t.apdu"), Contains("does not use the amount"));
}

TEST_CASE("a code of more digits than the model can show is an error, not cut") {
  const Sandbox sandbox;
  // The default mask of Visa is 33 bits wide; with an AC that begins high the code has ten digits.
  const auto card =
      sandbox.write("visa.apdu",
                    "> 00A4040007A0000000031010\n< 6F098407A00000000310109000\n"
                    "> 80A80000028300\n< 800600000801010090 00\n"
                    "> 00B2010C00\n< 70048C0295059000\n"
                    "> 80CA9F1700\n< 9F1701039000\n"
                    "> 0020008008****************\n< 9000\n"
                    "> 80AE8000058000000000\n< 8012 80 FFFF FFFFFFFFFFFFFFFF 06010A03A4FFFF 9000\n");
  check_refusal(sandbox.sesame(kCode + Arguments{"--card", card}), 1, "more digits than the 8");
  CHECK(sandbox.sesame(kCode + Arguments{"--card", card, "--profile", "vasco-810"}).out.size() == 11);
}

TEST_CASE("an IPB longer than the answer is refused, and both lengths are named") {
  const Sandbox sandbox;
  const auto card =
      sandbox.write("long.apdu",
                    "> 00A4040007A0000000048002\n< 6F098407A00000000480029000\n"
                    "> 80A80000028300\n< 8006000008010100 9000\n"
                    "> 00B2010C00\n< 70 1A 8C029505 9F5613 00001F00000000000FFFFF0000000000800001 9000\n"
                    "> 80CA9F1700\n< 9F1701039000\n"
                    "> 0020008008241234FFFFFFFFFF\n< 9000\n"
                    "> 80AE8000058000000000\n< 8012 80 00B4 7F32A79FDA945643 06770A03A48000 9000\n");
  check_refusal(sandbox.sesame(kCode + Arguments{"--card", card}), 1, "19 bytes, the data 18");
}

TEST_CASE("a transcript knows only its own PIN") {
  const Sandbox sandbox;
  const auto outcome = sandbox.sesame({"code", "--pin", "9753", "--card", TRANSCRIPTS "/visa_dpa_fr.apdu"});
  check_refusal(outcome, 1, "this transcript has no such PIN");
  CHECK_THAT(outcome.err, !Contains("9753"));
}

TEST_CASE("a transcript that lacks a command names it") {
  const Sandbox sandbox;
  check_refusal(sandbox.sesame(kCode + Arguments{"--card", TRANSCRIPTS "/visa_dpa_fr.apdu", "--profile",
                                                 "vasco-810", "--input", "77"}),
                2, "80AE8000");
}

TEST_CASE("a trace of a virtual card replays to the same code, and holds no PIN") {
  for (const std::string card : {"sesame-card", "bank-card", "aes-card", "belgian-card"}) {
    const Sandbox sandbox;
    const auto live =
        sandbox.sesame({"code", "--pin", "1234", "--card", card, "--trace", sandbox.file("t.apdu")});
    REQUIRE(live.status == 0);
    CHECK_THAT(sandbox.read("t.apdu"), !Contains("241234FF"));
    const auto replayed = sandbox.sesame({"code", "--pin", "9753", "--card", sandbox.file("t.apdu")});
    INFO(replayed.err);
    CHECK(replayed.out == live.out);
  }
}

TEST_CASE("a tag that the reader does not know is named in the trace") {
  const Sandbox sandbox;
  const auto card = sandbox.write("tag.apdu",
                                  "> 00A4040007A0000000048002\n< 6F098407A00000000480029000\n"
                                  "> 80A80000028300\n< 8006000008010100 9000\n"
                                  "> 00B2010C00\n< 70 0B 8C039F7E02 9F560300001F 9000\n"
                                  "> 80CA9F1700\n< 6A88\n"
                                  "> 0020008008****************\n< 9000\n"
                                  "> 80AE8000020000\n< 8012 80 00B4 7F32A79FDA945643 06770A03A48000 9000\n");
  const auto outcome = sandbox.sesame(kCode + Arguments{"--card", card, "--trace", sandbox.file("t.apdu")});
  INFO(outcome.err);
  CHECK(outcome.out == "0000 0020\n");
  CHECK_THAT(sandbox.read("t.apdu"), Contains("9F7E"));
}

TEST_CASE("cards that misbehave have each their line") {
  struct Case {
    const char* transcript;
    const char* says;
  };
  const std::vector<Case> all{
      {"> 00A4040007A0000000048002\n< 6283\n", "card.apdu is blocked"},
      {"> 00A4040007A0000000038002\n< 6A81\n", "card.apdu is blocked"},
      {"> 00A4040007A0000000099999\n< 9000\n", "has no application"},
      {"> 00A4040007A0000000048002\n< 6F03849000\n", "has no application"},
      {"> 00A4040007A0000000048002\n< 6F098407A00000000480029000\n> 80A80000028300\n< 8003849000\n",
       "nonsense"},
      {"> 00A4040007A0000000048002\n< 6F098407A00000000480029000\n> 80A80000028300\n< 6A88\n",
       "GET PROCESSING OPTIONS answered 6A88"},
      {"> 00A4040007A0000000048002\n< 6F098407A00000000480029000\n> 80A80000028300\n< 8006000008010100 "
       "9000\n> 00B2010C00\n< 7000 "
       "9000\n",
       "CDOL1"},
      {"> 00A4040007A0000000048002\n< 6F098407A00000000480029000\n> 80A80000028300\n< 8006000008010100 "
       "9000\n> 00B2010C00\n< "
       "70048C029505 9000\n",
       "does not support this function"},
      {"> 00A4040007A0000000038002\n< 6F098407A00000000380029000\n> 80A80000028300\n< 8006000008010100 "
       "9000\n> 00B2010C00\n< "
       "70048C029505 9000\n"
       "> 80CA9F1700\n< 9F1701009000\n",
       "the PIN of"},
      {"> 00A4040007A0000000038002\n< 6F098407A00000000380029000\n> 80A80000028300\n< 8006000008010100 "
       "9000\n> 00B2010C00\n< "
       "70048C029505 9000\n"
       "> 80CA9F1700\n< 6D00\n> 0020008008****************\n< 9000\n> 80AE8000058000000000\n< 8012 00 00B4 "
       "7F32A79FDA945643 "
       "06770A03A48000 9000\n",
       "refuses"},
  };
  for (const Case& one : all) {
    const Sandbox sandbox;
    check_refusal(sandbox.sesame(kCode + Arguments{"--card", sandbox.write("card.apdu", one.transcript)}), 1,
                  one.says);
  }
}

TEST_CASE("a card file that is not one says where") {
  const Sandbox sandbox;
  check_refusal(
      sandbox.sesame(kCode + Arguments{"--card", sandbox.write("bad.toml", "title = \"x\"\npan = 5\n")}), 2,
      "bad.toml:");
  check_refusal(sandbox.sesame(kCode + Arguments{"--card", sandbox.write("cut.toml", "title = \"x")}), 2,
                "cut.toml:1");
  check_refusal(sandbox.sesame(kCode + Arguments{"--card", sandbox.write("empty.toml", "")}), 2,
                "empty.toml");
  check_refusal(sandbox.sesame(kCode + Arguments{"--card", sandbox.file("absent.toml")}), 2, "absent.toml");
  check_refusal(sandbox.sesame(kCode + Arguments{"--card", sandbox.write("bad.apdu", "> 00A4\n")}), 2,
                "bad.apdu:1");
  check_refusal(sandbox.sesame(kCode + Arguments{"--profile", sandbox.write("bad.toml", "languages = 3\n")}),
                2, "bad.toml:");
}

TEST_CASE("a state that cannot be kept is an error of the environment, and no code is shown") {
  const Sandbox sandbox;
  check_refusal(sandbox.sesame(kCode + Arguments{"--state", "/proc/no"}), 3, "/proc/no");
  check_refusal(sandbox.sesame(kCode + Arguments{"--state", sandbox.file("none/s.state")}), 3,
                "there is no folder");
  CHECK_FALSE(std::filesystem::exists(sandbox.path() / "none"));
  sandbox.write("file", "");
  check_refusal(sandbox.sesame(kCode + Arguments{"--state", sandbox.file("file/below")}), 3, "file");
  check_refusal(sandbox.sesame(kCode, "", {{"XDG_STATE_HOME", ""}, {"HOME", ""}}), 3, "HOME");
}

TEST_CASE("a damaged state file is refused and left as it is") {
  const Sandbox sandbox;
  const auto state = sandbox.file("s.state");
  REQUIRE(sandbox.sesame(kCode + Arguments{"--state", state}).status == 0);
  const std::string whole = sandbox.read("s.state");
  const std::string damaged = whole.substr(0, whole.size() / 2);
  sandbox.write("s.state", damaged);
  check_refusal(sandbox.sesame(kCode + Arguments{"--state", state}), 2, "s.state");
  CHECK(sandbox.read("s.state") == damaged);
}

TEST_CASE("no change to a card file gives back an ATC or a try") {
  const Sandbox sandbox;
  std::string text = sandbox.sesame({"card", "new", "--template", "bank-card"}).out;
  const auto card = sandbox.write("card.toml", text);
  const auto atc = [&] {
    return nlohmann::json::parse(sandbox.sesame(kCode + Arguments{"--card", card, "--json"}).out)["atc"];
  };
  CHECK(atc() == "0001");
  CHECK(sandbox.sesame({"code", "--pin", "9753", "--card", card}).status == 1);
  text.replace(text.rfind("imk = \"") + 7, 2, "FF");  // of the last application
  sandbox.write("card.toml", text);
  check_refusal(sandbox.sesame({"code", "--pin", "9753", "--card", card}), 1, "wrong PIN: 1 try left");
  CHECK(atc() == "0004");
}

TEST_CASE("a trace never replaces what it is made from") {
  const Sandbox sandbox;
  const auto card = sandbox.write("card.toml", sandbox.sesame({"card", "new"}).out);
  const auto recorded =
      sandbox.write("card.apdu", "> 00A4040007A0000000048002\n< 6F098407A00000000480029000\n");
  const auto state = sandbox.file("s.state");
  REQUIRE(sandbox.sesame(kCode + Arguments{"--card", card, "--state", state}).status == 0);
  const std::string before = sandbox.read("s.state");
  for (const Arguments& arguments :
       std::vector<Arguments>{{"--card", card, "--trace", card},
                              {"--card", card, "--trace", sandbox.file("./card.toml")},
                              {"--card", recorded, "--trace", recorded},
                              {"--state", state, "--trace", state},
                              {"--state", state, "--trace", state + ".lock"}}) {
    check_refusal(sandbox.sesame(kCode + arguments), 2, "--trace: ");
  }
  CHECK_THAT(sandbox.read("card.toml"), Contains("pan = "));
  CHECK_THAT(sandbox.read("card.apdu"), Contains("00A404"));
  CHECK(sandbox.read("s.state") == before);
  check_refusal(sandbox.sesame(kCode + Arguments{"--trace", "/dev/full"}), 3, "cannot be written");
  check_refusal(sandbox.sesame(kCode + Arguments{"--trace", sandbox.file("no/such/folder")}), 3,
                "cannot be written");
}

TEST_CASE("state options are for virtual cards") {
  const Sandbox sandbox;
  const Arguments recorded{"--card", TRANSCRIPTS "/visa_dpa_fr.apdu"};
  check_refusal(sandbox.sesame(kCode + recorded + Arguments{"--state", sandbox.file("s")}), 2,
                "--state is for virtual cards");
  check_refusal(sandbox.sesame(kCode + recorded + Arguments{"--ephemeral", "--atc", "1"}), 2,
                "--atc is for virtual cards");
  check_refusal(sandbox.sesame(kCode + Arguments{"--state", ""}), 2, "--state: its value is empty");
}

TEST_CASE("killed at any moment, a card uses no ATC twice and wins no try back") {
  const Sandbox sandbox;
  // A shell that kills what it runs after a number of microseconds; the numbers are spread over a whole run.
  std::set<std::string> seen;
  int killed = 0;
  for (int delay = 0; delay < 60; ++delay) {
    const auto outcome =
        sandbox.killed_after(kCode + Arguments{"--json"}, std::chrono::microseconds(250 * delay));
    killed += outcome.status == 128 + SIGKILL ? 1 : 0;
    if (!outcome.out.empty()) CHECK(seen.insert(nlohmann::json::parse(outcome.out)["atc"]).second);
    // Whatever was interrupted, one whole run follows: it finds the state sound, and its ATC new. The tries
    // that an interruption took stay taken until the right PIN gives them back.
    const auto whole = sandbox.sesame(kCode + Arguments{"--json"});
    INFO(whole.err);
    REQUIRE(whole.status == 0);
    CHECK(seen.insert(nlohmann::json::parse(whole.out)["atc"]).second);
  }
  CHECK(killed > 0);
}

TEST_CASE("two processes at once wait for each other, and never share an ATC") {
  const Sandbox sandbox;
  const auto outcomes = sandbox.at_once(kCode + Arguments{"--json"}, 8);
  std::set<std::string> seen;
  for (const Outcome& outcome : outcomes) {
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    CHECK(seen.insert(nlohmann::json::parse(outcome.out)["atc"]).second);
  }
}

TEST_CASE("what is printed to a closed descriptor ends up in no file") {
  for (const char* closed : {">&-", "2>&-"}) {
    const Sandbox sandbox;
    const auto trace = sandbox.file("t.apdu"), state = sandbox.file("s.state");
    const std::string command =
        std::string(SESAME_BINARY) + " code --pin 1234 --show-screens --state " + state + " --trace " + trace;
    const std::string silent = std::string(closed) == ">&-" ? " 2>/dev/null " : " >/dev/null ";
    const int status = WEXITSTATUS(std::system((command + silent + closed).c_str()));
    CHECK(sandbox.read("s.state.lock").empty());
    if (std::string(closed) == ">&-") {
      CHECK(status == 3);  // before the card is asked
      CHECK_FALSE(std::filesystem::exists(trace));
      continue;
    }
    CHECK(status == 0);
    CHECK(sandbox.sesame(kCode + Arguments{"--card", trace}).status == 0);
  }
}

TEST_CASE("output that cannot be written is not success") {
  const Sandbox full;
  for (const char* arguments : {"code --pin 1234", "--help", "--version", "cards", "code --help"}) {
    const std::string command = "XDG_STATE_HOME=" + full.file("state") + " " SESAME_BINARY " " + arguments;
    CHECK(WEXITSTATUS(std::system((command + " >/dev/full 2>/dev/null").c_str())) == 3);
  }
}

TEST_CASE("help and version, and what is no command") {
  const Sandbox sandbox;
  const auto help = sandbox.sesame({"--help"});
  CHECK(help.status == 0);
  CHECK_THAT(help.out, Contains("code") && Contains("Exit status"));
  CHECK(sandbox.sesame({"--version"}).out == "sesame 0.1.0\n");
  check_refusal(sandbox.sesame({}), 2, "subcommand");
  check_refusal(sandbox.sesame({"cod"}), 2,
                "there is no command 'cod'; did you mean code?; there are code, record, apps");
  CHECK(lines(sandbox.sesame({"code", "--help"}).out) > 10);
}
