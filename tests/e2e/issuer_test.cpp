// `sesame issuer …`: an issuer's store, its cards and its audit.
#include <sys/stat.h>

#include <thread>

#include "tests/e2e/output.hpp"
#include "tests/support/postgresql_server.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace sesame::e2e;

namespace {

// A store in a folder of its own, and a Sésame card that is card 1 in it.
class Issuer {
 public:
  Issuer() {
    const Outcome made = run({"init"});
    INFO(made.err);
    REQUIRE(made.status == 0);
  }

  Outcome run(const Arguments& arguments, const std::string& input = "") const {
    return sandbox_.sesame(Arguments{"issuer"} + arguments, input);
  }
  nlohmann::json json(const Arguments& arguments) const {
    return object(run(arguments + Arguments{"--json"}));
  }
  void add_card() const {
    const Outcome added = run({"card", "add", "sesame-card", "--customer", "alice"});
    INFO(added.err);
    REQUIRE(added.status == 0);
  }
  // Of the card's next transaction, as its reader shows it.
  std::string code() const { return object(sandbox_.sesame({"code", "--pin", "1234", "--json"})).at("code"); }
  const Sandbox& sandbox() const { return sandbox_; }
  std::string folder() const { return sandbox_.file("state/sesame"); }

 private:
  Sandbox sandbox_;
};

}  // namespace

TEST_CASE("a code is accepted once, then the card's next one") {
  const Issuer issuer;
  issuer.add_card();
  const std::string first = issuer.code(), second = issuer.code();
  const Outcome accepted = issuer.run({"verify", first, "--card", "1"});
  CHECK(accepted.status == 0);
  CHECK(accepted.out == "accepted: card 1, ATC 0001\n");
  const Outcome again = issuer.run({"verify", first, "--card", "1"});
  CHECK(again.status == 1);
  CHECK(again.err == "sesame: refused: it was used before, or a later one was, ATC 0001; 2 tries left\n");
  const auto json = issuer.json({"verify", second, "--card", "1"});
  CHECK(json.at("accepted") == true);
  CHECK(json.at("atc") == "0002");
  CHECK(json.at("tries_left") == 3);
}

TEST_CASE("wrong codes block a card with a warning before, and its issuer unblocks it") {
  const Issuer issuer;
  issuer.add_card();
  const Arguments wrong{"verify", "1", "--card", "1", "--json"};
  CHECK(nlohmann::json::parse(issuer.run(wrong).out).at("last_try") == false);
  CHECK(nlohmann::json::parse(issuer.run(wrong).out).at("last_try") == true);
  const Outcome third = issuer.run({"verify", "1", "--card", "1"});
  CHECK_THAT(third.err, Contains("the card is blocked now"));
  const Outcome blocked = issuer.run({"verify", issuer.code(), "--card", "1"});
  CHECK(blocked.status == 1);
  CHECK(blocked.err == "sesame: refused: the card is blocked\n");
  CHECK(issuer.json({"unblock", "1"}).at("state") == "active");
  CHECK(issuer.run({"verify", issuer.code(), "--card", "1"}).status == 0);
}

TEST_CASE("a card that has run away is found by two codes, or by its ATC") {
  const Issuer issuer;
  issuer.add_card();
  for (int i = 0; i < 12; ++i) issuer.code();
  const std::string one = issuer.code(), two = issuer.code();
  const Outcome refused = issuer.run({"verify", one, "--card", "1"});
  CHECK_THAT(refused.err, Contains("its ATC is beyond the window, ATC 000D"));
  CHECK(issuer.run({"resync", two, one, "--card", "1"}).status == 1);
  CHECK(issuer.run({"resync", one, two, "--card", "1"}).out == "accepted: card 1, ATC 000E\n");
  CHECK(issuer.json({"resync", "--atc", "0100", "--card", "1"}).at("last_atc") == "0100");
  CHECK(issuer.run({"resync", "--atc", "00FF", "--card", "1"}).status == 1);
  CHECK(issuer.run({"resync", one, "--card", "1"}).status == 2);
  CHECK(issuer.run({"resync", one, two, "--atc", "1", "--card", "1"}).status == 2);
}

TEST_CASE("two codes that answer, sign, or are of two functions find a card again") {
  const Issuer issuer;
  issuer.add_card();
  const auto code = [&](const std::string& key, const Arguments& inputs) {
    Arguments all{"code", "--profile", "pinsentry", "--pin", "1234", "--json", "--function", key};
    for (const std::string& input : inputs) all = all + Arguments{"--input", input};
    return object(issuer.sandbox().sesame(all)).at("code").get<std::string>();
  };
  const auto resync = [&](const std::string& one, const std::string& two, const Arguments& more) {
    return issuer.run(Arguments{"resync", one, two, "--card", "1"} + more);
  };
  for (int i = 0; i < 20; ++i) issuer.code();
  const std::string one = code("RESPOND", {"4815"}), two = code("RESPOND", {"1623"});
  CHECK(resync(one, two, {"--challenge", "1623", "--challenge", "4815"}).status == 1);
  CHECK(resync(one, two, {"--challenge", "4815"}).status == 2);
  CHECK(resync(one, two, {"--challenge", "4815", "--challenge", "1623"}).out ==
        "accepted: card 1, ATC 0016\n");
  for (int i = 0; i < 20; ++i) issuer.code();
  const std::string three = code("IDENTIFY", {}), four = code("RESPOND", {"42"});
  CHECK(resync(three, four, {"--challenge", "-", "--challenge", "42"}).out == "accepted: card 1, ATC 002C\n");
  CHECK(
      issuer.run({"resync", "--atc", "0100", "--challenge", "1", "--challenge", "2", "--card", "1"}).status ==
      2);
}

TEST_CASE("how codes of a card are verified is changed, and nothing else") {
  const Issuer issuer;
  issuer.add_card();
  for (int i = 0; i < 12; ++i) issuer.code();
  const std::string code = issuer.code();
  CHECK(issuer.run({"verify", code, "--card", "1"}).status == 1);
  const auto changed = issuer.json({"card", "policy", "1", "--window", "20", "--modes", "identify,respond"});
  CHECK(changed.at("policy").at("card").at("window") == 20);
  CHECK(changed.at("policy").at("modes") == 3);
  CHECK(changed.at("policy").at("tries") == 3);
  CHECK(issuer.run({"verify", code, "--card", "1"}).out == "accepted: card 1, ATC 000D\n");
  const Outcome text = issuer.run({"card", "policy", "1", "--unblock-after", "900"});
  CHECK_THAT(text.out,
             Contains("window 20") && Contains("verified: identify, respond; once blocked, for 900 seconds"));
  CHECK_THAT(issuer.run({"audit"}).out, Contains("changed"));
  CHECK(issuer.run({"audit", "--verify"}).status == 0);
  CHECK_THAT(issuer.run({"card", "policy", "1"}).err, Contains("nothing is to change"));
  CHECK(issuer.run({"card", "policy", "7", "--window", "5"}).status == 1);
  CHECK(issuer.run({"card", "policy", "1", "--window", "0"}).status == 2);
}

TEST_CASE("the life of a card: shown masked, suspended, renewed, lost") {
  const Issuer issuer;
  issuer.add_card();
  CHECK_THAT(issuer.run({"card", "list"}).out,
             Contains("alice") && Contains("541333******0019/00") && Contains("active"));
  const auto shown = issuer.json({"card", "show", "1"});
  CHECK(shown.at("pan") == "541333******0019");
  CHECK(shown.at("policy").at("card").at("scheme") == "tree");
  CHECK(issuer.json({"card", "suspend", "1"}).at("state") == "suspended");
  CHECK_THAT(issuer.run({"verify", issuer.code(), "--card", "1"}).err, Contains("the card is suspended"));
  CHECK(issuer.json({"card", "resume", "1"}).at("state") == "active");

  const std::string imk = issuer.sandbox().write("imk", "0123456789ABCDEF 0123456789ABCDEF\n");
  const auto renewed = issuer.json({"card", "renew", "sesame-card", "--replaces", "1", "--imk-file", imk,
                                    "--pan", "5413330000000019", "--psn", "1"});
  CHECK(renewed.at("id") == 2);
  CHECK(renewed.at("customer") == "alice");
  CHECK(renewed.at("psn") == "01");
  CHECK(issuer.run({"verify", issuer.code(), "--card", "1"}).status == 0);  // until the new one is used
  CHECK(issuer.json({"card", "lost", "2"}).at("state") == "lost");
  CHECK(issuer.run({"card", "resume", "2"}).status == 1);
  const auto found =
      nlohmann::json::parse(issuer.run({"card", "list", "--pan", "5413330000000019", "--json"}).out);
  CHECK(found.size() == 2);
}

TEST_CASE("many cards are imported, or none") {
  const Issuer issuer;
  const std::string imk = issuer.sandbox().write("imk", "0123456789ABCDEF0123456789ABCDEF");
  std::string csv = "pan,psn,customer\n", json;
  for (int i = 0; i < 1500; ++i)
    csv += "54133300" + std::to_string(10'000'000 + i) + ",01,c" + std::to_string(i) + "\n";
  for (int i = 0; i < 3; ++i)
    json += R"({"pan":"541333000000000)" + std::to_string(i) + "\",\"last_atc\":\"1F\"}\n";
  const auto import = [&](const std::string& text) {
    return issuer.run(
        {"card", "import", "sesame-card", issuer.sandbox().write("list", text), "--imk-file", imk});
  };
  CHECK(import(csv).out == "1500 cards added: 1 to 1500\n");
  CHECK(import(json).out == "3 cards added: 1501 to 1503\n");
  CHECK(issuer.json({"card", "show", "1503"}).at("last_atc") == "001F");
  CHECK_THAT(import(json).err,
             Contains("card 1: card 1501 has this PAN") || Contains("card 1501 has this PAN"));
  for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
           {"", "has no card"},
           {"pan,pin\n", "list:1: 'pin' is none of the columns"},
           {"pan\n5413330000000077\n54133300000000x7\n", "list:3: pan: must be 12 to 19 digits"},
           {"pan\n5413330000000077,1\n", "list:2: has 2 cells"},
           {"{\"pan\":1}\n", "list:1: pan is no text"},
           {"{\"PAN\":\"1\"}\n", "list:1: 'PAN' is none of"},
           {"{\"pan\":\n", "list:1: is no JSON object"},
           {"pan\n" + std::string(5000, '1') + "\n", "list:2: is longer than 4096 bytes"},
           {"{\"pan\":\"5413330000000077\"}\npan\n", "list:2: is no JSON object"}}) {
    const Outcome outcome = import(text);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, Contains(says));
  }
  CHECK(import(std::string("pan\n") + "5413330000000078").out ==
        "1 card added: 1504 to 1504\n");  // no line end
  const Outcome endless = issuer.run({"card", "import", "sesame-card", "/dev/zero", "--imk-file", imk});
  CHECK(endless.status == 2);
  CHECK_THAT(endless.err, Contains("/dev/zero:1: is longer than 4096 bytes"));
  CHECK(issuer.run({"card", "import", "sesame-card", issuer.folder(), "--imk-file", imk}).status == 2);
  CHECK(nlohmann::json::parse(issuer.run({"card", "list", "--json"}).out).size() == 1504);
  CHECK(issuer.run({"audit", "--verify"}).status == 0);
}

TEST_CASE("a thousand cards are made, imported, and their codes are good once") {
  const Issuer issuer;
  const Sandbox& sandbox = issuer.sandbox();
  const std::string imk = sandbox.write("imk", "0123456789ABCDEF FEDCBA9876543210\n");
  REQUIRE(sandbox
              .sesame({"card", "new", "--template", "bank-card", "--imk-file", imk, "--pan",
                       "4970100000000014", "--count", "1000", sandbox.file("cards")})
              .status == 0);
  CHECK(issuer.run({"card", "import", "bank-card", sandbox.file("cards/cards.csv"), "--imk-file", imk}).out ==
        "1000 cards added: 1 to 1000\n");
  std::istringstream list(sandbox.read("cards/cards.csv"));
  std::string line;
  std::getline(list, line);
  for (int card = 1; std::getline(list, line); ++card) {
    if (card % 250 != 1 && card != 1000) continue;
    const std::string file = sandbox.file("cards/" + line.substr(0, 16) + "-00.toml");
    const std::string code =
        object(sandbox.sesame({"code", "--card", file, "--pin", "1234", "--json"})).at("code");
    const std::string number = std::to_string(card);
    CHECK(issuer.run({"verify", code, "--card", number}).out == "accepted: card " + number + ", ATC 0001\n");
    CHECK(issuer.run({"verify", code, "--card", number}).status == 1);
    CHECK(issuer.run({"verify", code, "--card", std::to_string(card == 2 ? 3 : 2)}).status == 1);
    CHECK(issuer.run({"unblock", "2"}).status == 0);
  }
  // One of them, by its file: it is in the store already.
  CHECK_THAT(issuer.run({"card", "add", sandbox.file("cards/4970100000000014-00.toml")}).err,
             Contains("card 1 has this PAN"));
}

TEST_CASE("what was done is audited, and a change is noticed") {
  const Issuer issuer;
  issuer.add_card();
  CHECK(issuer.run({"verify", issuer.code(), "--card", "1"}).status == 0);
  const Outcome audit = issuer.run({"audit"});
  CHECK(lines(audit.out) == 4);
  CHECK_THAT(audit.out,
             Contains("founded") && Contains("added") && Contains("tried") && Contains("accepted"));
  const auto whole = issuer.json({"audit", "--verify"});
  CHECK(whole.at("whole") == true);
  CHECK(whole.at("rows") == 4);
  const std::string head = whole.at("head");

  std::filesystem::copy_file(issuer.folder() + "/issuer.db", issuer.folder() + "/backup.db");
  CHECK(issuer.run({"card", "suspend", "1"}).status == 0);
  CHECK(issuer.run({"audit", "--verify", "--kept", head}).status == 0);
  const std::string later = issuer.json({"audit", "--verify"}).at("head");
  std::filesystem::copy_file(issuer.folder() + "/backup.db", issuer.folder() + "/issuer.db",
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove(issuer.folder() + "/issuer.db-wal");
  std::filesystem::remove(issuer.folder() + "/issuer.db-shm");
  const Outcome back = issuer.run({"audit", "--verify", "--kept", later});
  CHECK(back.status == 1);
  CHECK_THAT(back.err, Contains("the store was put back"));
  CHECK(issuer.run({"audit", "--verify", "--kept", head}).status == 0);
}

TEST_CASE("a file that is no store, or a damaged one, is a bad file, and no code is accepted by it") {
  const Issuer issuer;
  issuer.add_card();
  const std::string key = issuer.folder() + "/issuer.db.key", code = issuer.code();
  const auto verify = [&](const std::string& store) {
    return issuer.run({"verify", code, "--card", "1", "--store", store, "--key-file", key});
  };
  const std::string text = issuer.sandbox().write("text.db", std::string(100'000, 'a'));
  CHECK(verify(text).status == 2);
  CHECK_THAT(verify(text).err, Contains("text.db: is no store"));
  CHECK(verify(issuer.sandbox().write("empty.db", "")).status == 2);
  const std::string half = issuer.folder() + "/half.db";
  std::filesystem::copy_file(issuer.folder() + "/issuer.db", half);
  std::filesystem::resize_file(half, std::filesystem::file_size(half) / 2);
  CHECK(verify(half).status == 2);
  CHECK_THAT(verify(half).err, Contains("half.db: is damaged") && Contains("backup"));
  CHECK(issuer.run({"verify", code, "--card", "1"}).status == 0);
}

TEST_CASE("the key of a store is its owner's alone") {
  const Issuer issuer;
  issuer.add_card();
  const std::string key = issuer.folder() + "/issuer.db.key";
  struct stat found {};
  REQUIRE(::stat(key.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  ::chmod(key.c_str(), 0640);
  CHECK_THAT(issuer.run({"card", "list"}).err, Contains("others may read this key"));
  ::chmod(key.c_str(), 0600);
  const std::string text = issuer.sandbox().read("state/sesame/issuer.db.key");
  const auto with_env = [&](const std::string& value) {
    return issuer.sandbox().sesame({"issuer", "card", "list", "--key-env", "STORE_KEY"}, "",
                                   {{"STORE_KEY", value}});
  };
  CHECK(with_env(text.substr(0, 64)).status == 0);
  CHECK(with_env(std::string(64, '0')).status == 2);
  CHECK(with_env("12").status == 2);
  const Outcome second = issuer.run({"init"});
  CHECK(second.status == 2);
  CHECK_THAT(second.err, Contains("is there already"));
  CHECK(issuer.run({"card", "list", "--store", issuer.sandbox().file("none.db")}).status == 2);
}

TEST_CASE("a store in PostgreSQL has its URL in every command, and its password in no line that is printed") {
  const Sandbox sandbox;
  const std::string url = sesame::test::postgresql().new_database(), key = sandbox.file("key");
  std::string with_password = url;
  with_password.insert(url.find('@'), ":s3cret");  // which nobody asks for there
  const auto issuer = [&](const Arguments& arguments, const std::string& store) {
    return sandbox.sesame(Arguments{"issuer"} + arguments + Arguments{"--store", store, "--key-file", key});
  };
  const Outcome without_key = sandbox.sesame({"issuer", "init", "--store", url});
  CHECK(without_key.status == 2);
  CHECK_THAT(without_key.err, Contains("--key-file or --key-env: required"));
  CHECK(issuer({"card", "list"}, url).status == 2);
  const Outcome made = issuer({"init"}, with_password);
  CHECK(made.status == 0);
  CHECK_THAT(made.err, Contains("sesame:***@") && Contains("is a new store") && !Contains("s3cret"));
  const Outcome again = issuer({"init"}, with_password);
  CHECK(again.status == 2);
  CHECK_THAT(again.err, Contains("is there already") && !Contains("s3cret"));

  CHECK(issuer({"card", "add", "sesame-card"}, url).status == 0);
  const std::string code = object(sandbox.sesame({"code", "--pin", "1234", "--json"})).at("code");
  CHECK(issuer({"verify", code, "--card", "1"}, url).out == "accepted: card 1, ATC 0001\n");
  CHECK(issuer({"verify", code, "--card", "1"}, url).status == 1);
  CHECK(issuer({"audit", "--verify"}, url).status == 0);
  sesame::test::PostgresqlServer::sql(url, "UPDATE sesame_issuer.cards SET failures=0 WHERE id=1");
  CHECK_THAT(issuer({"audit", "--verify"}, url).err, Contains("card 1 not as it was written"));

  const Outcome nobody = issuer({"card", "list"}, "postgresql://bank:s3cret@127.0.0.1:1/issuer");
  CHECK(nobody.status == 3);
  CHECK_THAT(nobody.err,
             StartsWith("sesame: postgresql://bank:***@127.0.0.1:1/issuer: ") && !Contains("s3cret"));
}

TEST_CASE("what cannot be taken into a store is said in one line") {
  const Issuer issuer;
  const std::string imk = issuer.sandbox().write("imk", "0123456789ABCDEF0123456789ABCDEF");
  for (const auto& [arguments, says] : std::vector<std::pair<Arguments, std::string>>{
           {{"card", "add", "bank-card", "--aid", "A000000042"}, "no mask (IPB)"},
           {{"card", "add", "sesame-card", "--pan", "5413330000000019"}, "only with --imk-file"},
           {{"card", "add", "sesame-card", "--imk-file", imk}, "--pan: required"},
           {{"card", "add", "sesame-card", "--imk-file", imk, "--pan", "1"}, "--pan: must be"},
           {{"card", "add", "sesame-card", "--imk-file", imk, "--pan", "5413330000000019", "--option", "C"},
            "must be A or B"},
           {{"card", "add", "sesame-card", "--modes", "pay"}, "--modes: must be one of"},
           {{"card", "import", "sesame-card", imk}, "--imk-file: required"},
           {{"verify", "1", "--card", "x"}, "--card"}}) {
    const Outcome outcome = issuer.run(arguments);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, Contains(says));
  }
  CHECK(issuer.run({"verify", "1", "--card", "7"}).err == "sesame: refused: there is no such card\n");
  CHECK(issuer.run({"card", "show", "7"}).status == 1);
  CHECK(issuer
            .run({"card", "add", "sesame-card", "--imk-file", "-", "--pan", "5413330000000019"},
                 "0123456789ABCDEF0123456789ABCDEF\n")
            .status == 0);
}
