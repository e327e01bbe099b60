// `sesame verify`: the issuer of a card beside its reader.
#include <fstream>
#include <iterator>

#include "tests/e2e/output.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace sesame::e2e;

namespace {

std::string json_code(const Sandbox& sandbox, const Arguments& arguments) {
  return object(sandbox.sesame(Arguments{"code", "--pin", "1234", "--json"} + arguments)).at("code");
}

// The Sésame card, with one thing changed.
std::string changed(const std::string& from, const std::string& to) {
  std::ifstream in(std::string(CARDS) + "/sesame-card.toml");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace

TEST_CASE("the published codes are accepted, and no second time") {
  const Sandbox sandbox;
  const Arguments verify{"verify", "4251", "1495"};
  const Outcome accepted = sandbox.sesame(verify + Arguments{"--last-atc", "00B3"});
  CHECK(accepted.status == 0);
  CHECK(accepted.out == "accepted: ATC 00B4, 1 candidate in a window of 10, false accept 1 in 1048576\n");
  CHECK(accepted.err.empty());
  const Outcome again = sandbox.sesame(verify + Arguments{"--last-atc", "00B4"});
  CHECK(again.status == 1);
  CHECK(again.out.empty());
  CHECK(again.err == "sesame: refused: it was used before, or a later one was, ATC 00B4\n");
  const Outcome early = sandbox.sesame(verify);
  CHECK(early.err == "sesame: refused: its ATC is beyond the window, ATC 00B4\n");
  CHECK(sandbox.sesame(verify + Arguments{"--window", "200"}).status == 0);

  const auto json =
      object(sandbox.sesame({"verify", "36473333", "--challenge", "4815", "--last-atc", "d0", "--json"}));
  CHECK(json.at("accepted") == true);
  CHECK(json.at("outcome") == "good");
  CHECK(json.at("atc") == "00D1");
  CHECK(json.at("mode") == "respond");
  CHECK(json.at("reason").is_null());
  const Outcome other = sandbox.sesame({"verify", "36473333", "--last-atc", "D0", "--json"});
  CHECK(other.status == 1);
  CHECK(nlohmann::json::parse(other.out).at("outcome") == "invalid");
  CHECK_THAT(other.err, StartsWith("sesame: refused: "));
}

TEST_CASE("what a reader makes with any card of ours is accepted, input and all") {
  const Sandbox sandbox;
  struct Row {
    Arguments code, verify;
  };
  const std::vector<Row> rows{
      {{"--card", "bank-card", "--profile", "vasco-810", "--function", "M1", "--input", "12345678"},
       {"--card", "bank-card", "--challenge", "12345678"}},
      {{"--card", "bank-card", "--profile", "vasco-810", "--function", "M2", "--input", "1000", "--input",
        "0020"},
       {"--card", "bank-card", "--tds", "1000,0020"}},
      {{"--profile", "edentifier2", "--text", "Pay EUR 12.34"}, {"--text", "Pay EUR 12.34"}},
      {{"--card", "aes-card"}, {"--card", "aes-card", "--aid", "A000000004"}},
      {{"--card", "belgian-card"}, {"--card", "belgian-card", "--mode", "identify"}},
  };
  for (const Row& row : rows) {
    const std::string code = json_code(sandbox, row.code);
    const Outcome outcome = sandbox.sesame(Arguments{"verify", code} + row.verify);
    CAPTURE(code, outcome.err);
    CHECK(outcome.status == 0);
  }
}

TEST_CASE("an amount is verified as it was typed") {
  const Sandbox sandbox;
  const std::string card = sandbox.write("mine.toml", changed("iaf = \"00\"", "iaf = \"80\""));
  const std::string code = json_code(sandbox, {"--card", card, "--profile", "pinsentry", "--function", "SIGN",
                                               "--input", "4711", "--input", "12.34"});
  const auto status = [&](const Arguments& inputs) {
    return sandbox.sesame(Arguments{"verify", code, "--card", card} + inputs).status;
  };
  CHECK(status({"--challenge", "4711", "--amount", "12.34", "--currency", "826"}) == 0);
  CHECK(status({"--challenge", "4711", "--amount", "1234", "--exponent", "0", "--currency", "826"}) == 0);
  CHECK(status({"--challenge", "4711", "--amount", "12.34"}) == 1);
  CHECK(status({"--challenge", "4711", "--amount", "12.35", "--currency", "826"}) == 1);
  CHECK(status({"--challenge", "4712", "--amount", "12.34", "--currency", "826"}) == 1);
  CHECK(status({"--challenge", "4711"}) == 1);
}

TEST_CASE("what cannot be verified is said in one line") {
  struct Row {
    Arguments arguments;
    int status;
    const char* says;
  };
  const auto row = GENERATE(values<Row>({
      {{"4251x495"}, 1, "refused: the code is malformed"},
      {{"99999999"}, 1, "refused: the code is no code of this card"},
      {{"1", "--challenge", "0"}, 1, "refused: the challenge is zero"},
      {{"1", "--amount", "1.234"}, 1, "refused: the amount is malformed"},
      {{"1", "--amount", "1"}, 1, "refused: the amount is not used by this card"},
      {{"1", "--mode", "respond"}, 1, "refused: the challenge is missing"},
      {{"1", "--mode", "pay"}, 2, "--mode: must be one of identify, respond, sign, tds"},
      {{"1", "--text", "Pay 12", "--tds", "1"}, 2, "--text"},
      {{"1", "--text", "Pay 12", "--challenge", "1"},
       1,
       "refused: the challenge is not taken by this function"},
      {{"1", "--aid", "A000000099"}, 2, "--aid: sesame-card has no such application"},
      {{"1", "--card", "bank-card", "--aid", "A000000042"}, 2, "no mask (IPB)"},
      {{"1", "--card", "card.apdu"}, 2, "a recorded card has no keys"},
      {{"1", "--window", "0"}, 2, "--window"},
      {{"1", "--last-atc", "10000"}, 2, "--last-atc"},
  }));
  const Sandbox sandbox;
  const Outcome outcome = sandbox.sesame(Arguments{"verify"} + row.arguments);
  CHECK(outcome.status == row.status);
  CHECK_THAT(outcome.err, Contains(row.says));
  CHECK(lines(outcome.err) == 1);
  CHECK(outcome.out.empty());
}

TEST_CASE("a mask that makes guessing easy is verified only where that is meant") {
  const Sandbox sandbox;
  const std::string card = sandbox.write("weak.toml", changed("00000000000FFFFF", "0000000000007FFF"));
  const std::string code = json_code(sandbox, {"--card", card});
  const Outcome refused = sandbox.sesame({"verify", code, "--card", card});
  CHECK(refused.status == 2);
  CHECK_THAT(refused.err, Contains("15 bits of the AC") && Contains("--weak-mask"));
  const Outcome outcome = sandbox.sesame({"verify", code, "--card", card, "--weak-mask"});
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, Contains("false accept 1 in 32768"));
}
