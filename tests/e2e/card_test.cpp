// `sesame apps`, `sesame card`, `sesame cards` and `sesame profiles`.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "tests/e2e/output.hpp"

using Catch::Matchers::Contains;
using namespace sesame::e2e;

TEST_CASE("the applications of a card are listed, those of its directory first") {
  const Sandbox sandbox;
  const auto outcome = sandbox.sesame({"apps", "--card", "bank-card", "--json"});
  REQUIRE(outcome.status == 0);
  const auto apps = nlohmann::json::parse(outcome.out);
  std::vector<std::string> aids;
  for (const auto& app : apps) aids.push_back(app["aid"]);
  for (const char* aid : {"A0000000038002", "A0000000421010", "A0000000031010"}) {
    CHECK(std::find(aids.begin(), aids.end(), aid) != aids.end());
  }
  CHECK(apps[0]["listed"] == true);
  CHECK_THAT(sandbox.sesame({"apps", "--card", "bank-card"}).out, Contains("A0000000038002"));
}

TEST_CASE("a recorded card lists what it was recorded with") {
  const Sandbox sandbox;
  const auto outcome = sandbox.sesame({"apps", "--card", TRANSCRIPTS "/visa_dpa_fr.apdu"});
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, Contains("A0000000038002") && Contains("VISA Auth") && Contains("fren"));
}

TEST_CASE("the candidates of a terminal are those that it knows, in the card's order") {
  const Sandbox sandbox;
  const auto listed = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"apps", "--card", "bank-card", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = sandbox.sesame(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return nlohmann::json::parse(outcome.out);
  };
  CHECK(listed({})[0]["candidate"] == 1);
  for (const auto& app : listed({"--aid", "A000000042"})) {
    CHECK(app["candidate"].is_null() == (app["aid"] != "A0000000421010"));
  }
  for (const auto& app : listed({"--aid", "A000000042/exact"})) CHECK(app["candidate"].is_null());
  CHECK(sandbox.sesame({"apps", "--aid", "A0"}).status == 2);
  CHECK_THAT(sandbox.sesame({"apps", "--card", "bank-card"}).out, Contains("CANDIDATE"));

  const auto blocked =
      sandbox.sesame({"apps", "--card",
                      sandbox.write("blocked.apdu", "> 00A404000E315041592E5359532E444446303100\n< 6A81\n")});
  CHECK(blocked.status == 1);
  CHECK_THAT(blocked.err, Contains("the card is blocked, or knows no SELECT"));
  const auto directory = sandbox.sesame(
      {"apps", "--card",
       sandbox.write("directory.apdu", "> 00A404000E315041592E5359532E444446303100\n< 6283\n")});
  CHECK(directory.status == 1);
  CHECK_THAT(directory.err, Contains("the card's directory is blocked (6283)"));
}

TEST_CASE("listing applications leaves no trace of itself") {
  const Sandbox sandbox;
  CHECK(sandbox.sesame({"apps"}).status == 0);
  CHECK_FALSE(std::filesystem::exists(sandbox.path() / "state"));
  CHECK(sandbox.sesame({"apps"}, "", {{"XDG_STATE_HOME", "/proc/no"}}).status == 0);
}

TEST_CASE("a card without applications is an error") {
  const Sandbox sandbox;
  const auto outcome =
      sandbox.sesame({"apps", "--card", sandbox.write("none.apdu", "> 00A4040007A0000000099999\n< 9000\n")});
  CHECK(outcome.status == 1);
}

TEST_CASE("a new card has keys of its own, works, and is never written over another") {
  const Sandbox sandbox;
  for (const std::string name : {"sesame-card", "bank-card", "aes-card", "belgian-card", "rabobank-like"}) {
    const auto file = sandbox.file(name + ".toml");
    REQUIRE(sandbox.sesame({"card", "new", "--template", name, "--pin", "975318", file}).status == 0);
    const auto code = sandbox.sesame({"code", "--card", file, "--pin", "975318"});
    INFO(code.err);
    CHECK(code.status == 0);
    const auto again = sandbox.sesame({"card", "new", "--template", name, file});
    CHECK(again.status == 2);
    CHECK_THAT(again.err, Contains("exists"));
  }
  const auto one = sandbox.sesame({"card", "new"}).out;
  const auto other = sandbox.sesame({"card", "new"}).out;
  CHECK(one != other);
}

TEST_CASE("a card of an issuer has its number, keys derived from the issuer's, and not the issuer's") {
  const Sandbox sandbox;
  const std::string imk = sandbox.write("imk", "0123456789ABCDEF FEDCBA9876543210\n");
  const Arguments of_issuer{"--imk-file", imk, "--pan", "4970100000000022", "--psn", "3", "--pin", "975318"};
  for (const std::string name : {"sesame-card", "bank-card", "aes-card", "belgian-card"}) {
    INFO(name);
    const auto file = sandbox.file(name + ".toml");
    const auto made =
        sandbox.sesame(Arguments{"card", "new", "--template", name} + of_issuer + Arguments{file});
    INFO(made.err);
    REQUIRE(made.status == 0);
    const std::string text = sandbox.read(name + ".toml");
    CHECK_THAT(text, Contains("pan = \"4970100000000022\"") && Contains("psn = \"03\"") &&
                         Contains("mk = \"") && !Contains("imk") && !Contains("option") &&
                         !Contains("0123456789ABCDEF"));
    // The same card twice: of its own file, and of the template.
    const Arguments code{"code", "--ephemeral", "--pin", "975318", "--card"};
    const auto one = sandbox.sesame(code + Arguments{file});
    CHECK(one.status == 0);
    const std::string digits = one.out.substr(0, one.out.find('\n'));
    const auto other = sandbox.sesame({"code", "--ephemeral", "--pin", "1234", "--card", name, "--imk-file",
                                       imk, "--pan", "4970100000000022", "--psn", "03"});
    CHECK(other.out == one.out);
    CHECK(sandbox
              .sesame({"verify", digits, "--card", name, "--imk-file", imk, "--pan", "4970100000000022",
                       "--psn", "03"})
              .status == 0);
    CHECK(sandbox.sesame({"verify", digits, "--card", name, "--imk-file", imk, "--pan", "4970100000000022"})
              .status == 1);
  }
}

TEST_CASE("the option of the template says how the cards' keys are derived") {
  const Sandbox sandbox;
  const std::string imk = sandbox.write("imk", "0123456789ABCDEFFEDCBA9876543210\n");
  const std::string card = sandbox.read(CARDS "/bank-card.toml");
  std::string other = card;
  other.insert(other.find("imk = "), "option = \"B\"\n");
  const auto code = [&](const std::string& text) {
    return sandbox
        .sesame({"code", "--ephemeral", "--pin", "1234", "--imk-file", imk, "--pan", "4970100000000000022",
                 "--card", sandbox.write("card.toml", text)})
        .out;
  };
  CHECK(code(card).size() > 8);
  CHECK(code(other).size() > 8);
  CHECK(code(card) != code(other));
}

TEST_CASE("many cards of an issuer are numbered one after the other, in a new folder, all or none") {
  const Sandbox sandbox;
  const std::string imk = sandbox.write("imk", "0123456789ABCDEFFEDCBA9876543210\n"),
                    folder = sandbox.file("cards");
  const auto make = [&](const Arguments& more) {
    return sandbox.sesame(Arguments{"card", "new", "--template", "bank-card", "--imk-file", imk} + more);
  };
  CHECK(make({"--pan", "4970100000000089", "--count", "3", folder + "/"}).status == 0);
  CHECK(sandbox.read("cards/cards.csv") ==
        "pan,psn\n4970100000000089,00\n4970100000000097,00\n4970100000000105,00\n");
  CHECK_THAT(sandbox.read("cards/4970100000000105-00.toml"), Contains("pan = \"4970100000000105\""));
  const auto entries = [](const std::string& path) {
    return std::distance(std::filesystem::directory_iterator(path), std::filesystem::directory_iterator());
  };
  CHECK(entries(folder) == 4);
  const auto before = entries(sandbox.path().string());
  for (const auto& [more, says] : std::vector<std::pair<Arguments, std::string>>{
           {{"--pan", "4970100000000089", "--count", "3", folder}, "exists"},
           {{"--pan", "4970109999999987", "--count", "3", sandbox.file("x")}, "only 2 cards after --pan"},
           {{"--pan", "4970100000000088", "--count", "3", sandbox.file("x")}, "should be 9"},
           {{"--pan", "497010000000", sandbox.file("x")}, "should be"},
           {{"--pan", "49701000", sandbox.file("x")}, "must be 12 to 19 digits"},
           {{"--pan", "4970100000000089", "--count", "3"}, "name a folder"},
           {{"--count", "3", sandbox.file("x")}, "go together"},
           {{"--pan", "4970100000000089", "--count", "0", sandbox.file("x")}, "--count"},
           {{"--pan", "4970100000000089", "--template", sandbox.write("t", "pan = 1"), sandbox.file("x")},
            "t"}}) {
    const auto refused = make(more);
    INFO(refused.err);
    CHECK(refused.status == 2);
    CHECK_THAT(refused.err, Contains(says));
  }
  CHECK(entries(sandbox.path().string()) == before + 1);  // the template
  CHECK(sandbox.sesame({"card", "new", "--count", "2", sandbox.file("x")}).status == 2);
  CHECK(sandbox.sesame({"card", "new", "--psn", "1", sandbox.file("x")}).status == 2);
}

TEST_CASE("a template whose keys are not found by their lines makes no card that has another's key") {
  const Sandbox sandbox;
  const std::string imk = sandbox.write("imk", "0123456789ABCDEFFEDCBA9876543210\n");
  std::string text = sandbox.read(CARDS "/bank-card.toml");
  text.replace(text.find("imk = \""), 3, "\"imk\"");
  const auto made = sandbox.sesame({"card", "new", "--template", sandbox.write("t.toml", text), "--imk-file",
                                    imk, "--pan", "4970100000000089", sandbox.file("x")});
  CHECK(made.status == 2);
  CHECK_THAT(made.err, Contains("no card can be made of it"));
}

TEST_CASE("a card of another number is one of its own, with its own counters") {
  const Sandbox sandbox;
  const std::string imk = sandbox.write("imk", "0123456789ABCDEFFEDCBA9876543210\n");
  const auto atc = [&](const Arguments& more) {
    const auto outcome = sandbox.sesame(Arguments{"code", "--pin", "1234", "--json"} + more);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return nlohmann::json::parse(outcome.out).at("atc").get<std::string>();
  };
  const Arguments other{"--card", "bank-card", "--pan", "4970100000000089"};
  CHECK(atc({"--card", "bank-card"}) == "0001");
  CHECK(atc(other) == "0001");  // the file's IMK makes its key
  CHECK(atc(other) == "0002");
  CHECK(atc({"--card", "bank-card", "--psn", "1"}) == "0001");
  CHECK(atc({"--card", "sesame-card", "--pan", "4970100000000089", "--imk-file", imk}) == "0001");
  CHECK(
      sandbox.sesame({"card", "reset", "bank-card", "--pan", "4970100000000089", "--atc", "--yes"}).status ==
      0);
  CHECK(atc(other) == "0001");
  CHECK(atc({"--card", "bank-card"}) == "0002");
  for (const auto& [more, says] : std::vector<std::pair<Arguments, std::string>>{
           {{"--pan", "4970100000000089"}, "the issuer's master key"},  // sesame-card has mk
           {{"--psn", "1"}, "the issuer's master key"},
           {{"--card", TRANSCRIPTS "/cap_be.apdu", "--psn", "1"}, "are for virtual cards"},
           {{"--reader", "0", "--pan", "4970100000000089"}, "excludes"},
           {{"--pin-stdin", "--imk-file", "-"}, "standard input is the PIN's"},
           {{"--imk-file", sandbox.write("bad", "0123")}, "32 hex digits"}}) {
    const bool pin_elsewhere = more.front() == "--pin-stdin" || more.front() == "--reader";
    const auto refused =
        sandbox.sesame((pin_elsewhere ? Arguments{"code"} : Arguments{"code", "--pin", "1234"}) + more);
    INFO(refused.err);
    CHECK(refused.status == 2);
    CHECK_THAT(refused.err, Contains(says));
  }
}

TEST_CASE("a card is explained without its keys and its PIN") {
  const Sandbox sandbox;
  const auto outcome = sandbox.sesame({"card", "show", "sesame-card"});
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out,
             Contains("A0000000048002") && Contains("tree") && Contains("ATC 5 bits") && Contains("9F37(4)"));
  CHECK_THAT(outcome.out, !Contains("0123456789ABCDEF") && !Contains("1234\n"));
  CHECK(nlohmann::json::parse(sandbox.sesame({"card", "show", "bank-card", "--json"}).out)["applications"]
            .size() == 3);
}

TEST_CASE("a card's behavior is explained where its file has one, and stays in cards made of it") {
  const Sandbox sandbox;
  const auto shown = sandbox.sesame({"card", "show", "maestro-like"}).out;
  CHECK_THAT(shown, Contains("behavior\n") && Contains("like") && Contains("internal_authenticate  6985\n") &&
                        Contains("internal_authenticate  9000, then authenticated\n"));
  const auto behavior = [&](const std::string& card) {
    const auto all = nlohmann::json::parse(sandbox.sesame({"card", "show", card, "--json"}).out);
    return all.contains("behavior") ? all.at("behavior") : nlohmann::json();
  };
  CHECK(behavior("sesame-card").is_null());
  CHECK(behavior("maestro-like").at("nothing_selected").at("read_record") ==
        nlohmann::json{{"right", "6982"}, {"wrong", "6A82"}});
  const auto file = sandbox.file("made.toml");
  REQUIRE(sandbox.sesame({"card", "new", "--template", "maestro-like", file}).status == 0);
  CHECK(behavior(file) == behavior("maestro-like"));
}

TEST_CASE("the shipped cards and reader models are listed") {
  const Sandbox sandbox;
  for (const char* card :
       {"sesame-card", "bank-card", "aes-card", "belgian-card", "rabobank-like", "maestro-like"}) {
    CHECK_THAT(sandbox.sesame({"cards"}).out, Contains(card));
  }
  for (const char* reader :
       {"sesame", "vasco-810", "pinsentry", "random-reader", "postfinance", "nordea-se"}) {
    CHECK_THAT(sandbox.sesame({"profiles"}).out, Contains(reader));
  }
  CHECK(nlohmann::json::parse(sandbox.sesame({"profiles", "--json"}).out)[0].contains("functions"));
}
