// `sesame apps`, `sesame card`, `sesame cards` and `sesame profiles`.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "tests/e2e/process.hpp"

using Catch::Matchers::Contains;
using sesame::e2e::Sandbox;

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
  for (const std::string name : {"sesame-card", "bank-card", "aes-card", "belgian-card"}) {
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

TEST_CASE("the shipped cards and reader models are listed") {
  const Sandbox sandbox;
  for (const char* card : {"sesame-card", "bank-card", "aes-card", "belgian-card"}) {
    CHECK_THAT(sandbox.sesame({"cards"}).out, Contains(card));
  }
  for (const char* reader : {"sesame", "vasco-810", "pinsentry", "random-reader"}) {
    CHECK_THAT(sandbox.sesame({"profiles"}).out, Contains(reader));
  }
  CHECK(nlohmann::json::parse(sandbox.sesame({"profiles", "--json"}).out)[0].contains("functions"));
}
