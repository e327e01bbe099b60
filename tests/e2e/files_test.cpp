// Files that may be the only copy of something are on the disk before success is told; and those that are not
// ours stay as they are, with nothing beside them.
#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>

#include "tests/e2e/output.hpp"
#include "tests/e2e/terminal.hpp"

using namespace sesame::e2e;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

// What `sesame` synced, renamed and showed, in this order.
std::vector<std::string> watched(const Sandbox& sandbox, const Arguments& arguments,
                                 const std::string& input = "") {
  fs::remove(sandbox.file("log"));
  const Outcome outcome = sandbox.sesame(arguments, input,
                                         {{"LD_PRELOAD", SYNC_LOG},
                                          {"SESAME_SYNC_LOG", sandbox.file("log")},
                                          {"ASAN_OPTIONS", "verify_asan_link_order=0"}});
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  std::vector<std::string> all;
  std::istringstream log(sandbox.read("log"));
  for (std::string line; std::getline(log, line);) all.push_back(line);
  return all;
}

// That these happened, one after the other.
bool in_order(const std::vector<std::string>& all, const std::vector<std::string>& wanted) {
  auto at = all.begin();
  for (const std::string& one : wanted) {
    at = std::find(at, all.end(), one);
    if (at++ == all.end()) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a new card, which may be the only copy of its keys, is on the disk, and its name in the folder") {
  const Sandbox sandbox;
  const auto all = watched(sandbox, {"card", "new", sandbox.file("card.toml")});
  CHECK(in_order(all, {"sync " + sandbox.file("card.toml"), "sync " + sandbox.path().string()}));
}

TEST_CASE("a trace is on the disk before the code is shown") {
  const Sandbox sandbox;
  const std::string trace = sandbox.file("t.apdu"), folder = sandbox.path().string();
  CHECK(in_order(watched(sandbox, {"code", "--pin", "1234", "--trace", trace}),
                 {"sync " + trace, "sync " + folder, "shown "}));
  fs::remove(trace);
  CHECK(
      in_order(watched(sandbox, {"apps", "--trace", trace}), {"sync " + trace, "sync " + folder, "shown "}));
}

TEST_CASE("a recording is on the disk before it takes its place, and its place before the code is shown") {
  const Sandbox sandbox;
  const std::string file = sandbox.file("r.apdu");
  const auto all = watched(sandbox, {"record", "--pin", "1234", file});
  CHECK(in_order(all,
                 {"sync " + file + ".new", "rename " + file, "sync " + sandbox.path().string(), "shown "}));
}

TEST_CASE("golden screens and a report are on the disk before they take their places") {
  const Sandbox sandbox;
  const auto scenario =
      sandbox.write("s.toml", "title = \"T\"\nsteps = [ { insert = true }, { golden = \"in\" } ]\n");
  const auto all = watched(sandbox, {"scenario", scenario, "--record", "--junit", sandbox.file("r.xml")});
  for (const std::string& file : {scenario + ".golden", sandbox.file("r.xml")}) {
    INFO(file);
    CHECK(in_order(all, {"sync " + file + ".new", "rename " + file, "sync " + sandbox.path().string()}));
  }
}

TEST_CASE("what cannot be written at the end is told at the beginning") {
  const Sandbox sandbox;
  const auto scenario = sandbox.write("s.toml", "title = \"T\"\nsteps = [ { dark = true } ]\n");
  const auto outcome = sandbox.sesame({"scenario", scenario, "--junit", sandbox.file("no/such.xml")});
  CHECK(outcome.status == 3);
  CHECK(outcome.out.empty());
}

TEST_CASE("what is no state file is refused, and no lock stands beside it") {
  const Sandbox sandbox;
  fs::create_directory(sandbox.file("folder"));
  sandbox.write("text", "not a state file\n");
  REQUIRE(::mkfifo(sandbox.file("pipe").c_str(), 0600) == 0);
  fs::create_symlink("/dev/zero", sandbox.file("link"));
  for (const std::string& file : {std::string("/dev/zero"), std::string("/dev/null"), sandbox.file("folder"),
                                  sandbox.file("text"), sandbox.file("pipe"), sandbox.file("link")}) {
    for (const Arguments& arguments :
         {Arguments{"code", "--pin", "1234", "--state", file},
          Arguments{"card", "reset", "--yes", "sesame-card", "--state", file},
          Arguments{"apps", "--state", file},
          Arguments{"record", "--pin", "1234", sandbox.file("r.apdu"), "--state", file}}) {
      const Outcome outcome = sandbox.sesame(arguments);
      INFO(file << " " << arguments[0] << " " << outcome.err);
      CHECK((outcome.status == 2 || outcome.status == 3));
      CHECK(lines(outcome.err) == 1);
      CHECK(outcome.out.empty());
      CHECK_FALSE(fs::exists(file + ".lock"));
      CHECK_FALSE(fs::exists(file + ".new"));
    }
  }
  CHECK(sandbox.read("text") == "not a state file\n");
}

TEST_CASE("a template that is no card makes none") {
  const Sandbox sandbox;
  const auto bad = sandbox.write("bad.toml", "pan = \"1234567890\"\n");
  const auto latin1 = sandbox.write("latin1.toml", "# caf\xE9\n");
  for (const std::string& file : {bad, latin1}) {
    const auto outcome = sandbox.sesame({"card", "new", "--template", file, sandbox.file("new.toml")});
    CHECK(outcome.status == 2);
    CHECK(lines(outcome.err) == 1);
    CHECK_FALSE(fs::exists(sandbox.file("new.toml")));
  }
}

// ---- `card reset`

namespace {

std::string atc_of(const Sandbox& sandbox) {
  return object(sandbox.sesame({"code", "--pin", "1234", "--json"}))["atc"];
}

void block(const Sandbox& sandbox) {
  for (int i = 0; i < 3; ++i) CHECK(sandbox.sesame({"code", "--pin", "9753"}).status == 1);
}

}  // namespace

TEST_CASE("a blocked PIN says how to reset the card, and that works") {
  const Sandbox sandbox;
  CHECK(atc_of(sandbox) == "0001");
  block(sandbox);
  const auto blocked = sandbox.sesame({"code", "--pin", "1234"});
  CHECK(blocked.status == 1);
  CHECK_THAT(blocked.err, Contains("no try is left") && Contains("sesame card reset sesame-card --pin"));

  const auto reset = sandbox.sesame({"card", "reset", "sesame-card", "--pin", "--yes"});
  INFO(reset.err);
  CHECK(reset.status == 0);
  CHECK_THAT(reset.out, Contains("PIN tries 3 of 3") && !Contains("ATC"));
  CHECK(atc_of(sandbox) == "0006");  // each of the four in between was a transaction
}

TEST_CASE("the ATC alone, or all, begins anew; other cards do not") {
  const Sandbox sandbox;
  REQUIRE(sandbox.sesame({"code", "--card", "bank-card", "--pin", "1234"}).status == 0);
  CHECK(atc_of(sandbox) == "0001");
  CHECK(atc_of(sandbox) == "0002");
  CHECK(sandbox.sesame({"code", "--pin", "9753"}).status == 1);
  const auto atc = sandbox.sesame({"card", "reset", "--card", "sesame-card", "--atc", "--yes"});
  CHECK(atc.status == 0);
  CHECK_THAT(atc.out, Contains("ATC 0000 of A0000000048002") && !Contains("PIN"));
  CHECK_THAT(sandbox.sesame({"code", "--pin", "9753"}).err, Contains("1 try left"));
  CHECK(atc_of(sandbox) == "0002");
  CHECK(sandbox.sesame({"code", "--pin", "9753"}).status == 1);
  const auto all = sandbox.sesame({"card", "reset", "sesame-card", "--yes"});
  CHECK_THAT(all.out, Contains("PIN tries 3 of 3; ATC 0000"));
  CHECK(atc_of(sandbox) == "0001");
  const auto bank = sandbox.sesame({"code", "--card", "bank-card", "--pin", "1234", "--json"});
  CHECK(object(bank)["atc"] == "0002");
}

TEST_CASE("a card is reset with the state file that is named, and that of no card is made") {
  const Sandbox sandbox;
  const std::string state = sandbox.file("my state");
  REQUIRE(sandbox.sesame({"code", "--pin", "1234", "--state", state}).status == 0);
  for (int i = 0; i < 3; ++i) sandbox.sesame({"code", "--pin", "9753", "--state", state});
  CHECK_THAT(sandbox.sesame({"code", "--pin", "1234", "--state", state}).err,
             Contains("sesame card reset sesame-card --state '" + state + "' --pin"));
  CHECK(sandbox.sesame({"card", "reset", "sesame-card", "--yes", "--state", state}).status == 0);
  CHECK(sandbox.sesame({"code", "--pin", "1234", "--state", state}).status == 0);

  const auto fresh = sandbox.sesame({"card", "reset", "bank-card", "--yes"});
  CHECK(fresh.status == 0);
  CHECK_THAT(fresh.out, Contains("as new"));
  CHECK_FALSE(fs::exists(sandbox.path() / "state"));
}

TEST_CASE("nothing is reset unless the user says so") {
  const Sandbox sandbox;
  CHECK(atc_of(sandbox) == "0001");
  const auto unconfirmed = sandbox.sesame({"card", "reset", "sesame-card"}, "y\n");
  CHECK(unconfirmed.status == 2);
  CHECK_THAT(unconfirmed.err, Contains("--yes"));
  const auto answered = [&](const std::string& keys) {
    return at_terminal(sandbox, {"card", "reset", "sesame-card"}, "[y/N]", [&](pid_t) { return keys; });
  };
  for (const char* keys : {"n\r", "\r", "yep\r", "\x04"}) CHECK(answered(keys).status == 2);
  CHECK(atc_of(sandbox) == "0002");
  const Seen yes = answered("y\r");
  CHECK(yes.status == 0);
  CHECK_THAT(yes.text,
             Contains("ATC 0002 of A0000000048002") && Contains("will come again") && Contains("ATC 0000"));
  CHECK(atc_of(sandbox) == "0001");
}

TEST_CASE("what has no counters is not reset") {
  const Sandbox sandbox;
  for (const Arguments& arguments :
       {Arguments{"card", "reset"}, Arguments{"card", "reset", "no-such", "--yes"},
        Arguments{"card", "reset", TRANSCRIPTS "/visa_dpa_fr.apdu", "--yes"}}) {
    const auto outcome = sandbox.sesame(arguments);
    CHECK(outcome.status == 2);
    CHECK(lines(outcome.err) == 1);
  }
}
