// The command line: numbers, empty values, and what is said where it is wrong.
#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

#include "tests/e2e/output.hpp"

using namespace sesame::e2e;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

Outcome refused(const Sandbox& sandbox, const Arguments& arguments) {
  const Outcome outcome = sandbox.sesame(arguments);
  INFO(outcome.err);
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK(lines(outcome.err) == 1);
  CHECK_THAT(outcome.err, StartsWith("sesame: "));
  return outcome;
}

}  // namespace

TEST_CASE("every number is decimal, is told its range, and is not empty") {
  struct Row {
    Arguments command;  // and then the option
    std::string range;
  };
  const Arguments token{"token", "--cid", "80",    "--atc", "1", "--ac", "0000000000000000",
                        "--ipb", "FF",    "--iad", ""};
  const std::vector<Row> rows{
      {{"code", "--pin", "1234", "--reader", "0", "--wait"}, "from 0 to 86400"},
      {{"record", "--pin-stdin", "--reader", "0", "x.apdu", "--wait"}, "from 0 to 86400"},
      {{"apps", "--reader", "0", "--wait"}, "from 0 to 86400"},
      {{"card", "serve", "--port"}, "from 1 to 65535"},
      {{"card", "serve", "--wait"}, "from 0 to 86400"},
      {{"card", "serve", "--eject-after"}, "0 or more"},
      {{"reader", "serve", "--socket", "x", "--keys-from"}, "from 0 to 2147483647"},
      {token + Arguments{"--min-digits"}, "from 0 to 106"},
      {{"ac", "--scheme", "cvn10", "--mk", std::string(32, '0'), "--atc", "1", "--padding"}, "from 1 to 2"},
      {{"sim", "--port"}, "from 0 to 65535"},
      {{"sim", "--max-readers"}, "from 1 to 1000000"},
  };
  const Sandbox sandbox;
  for (const Row& row : rows) {
    for (const std::string value : {"+5", "-5", "0x10", "0b1", "1e3", "1.0", " 5", "5 ", "5,0", "1_000",
                                    "five", "٣", "18446744073709551616", "99999999999999999999999"}) {
      // A value that begins with '-' needs '=' in front.
      Arguments arguments = row.command;
      const std::string option = arguments.back();
      arguments.back() += "=" + value;
      const Outcome outcome = refused(sandbox, arguments);
      INFO(option << " " << value);
      CHECK_THAT(outcome.err, Contains(option + ": must be a decimal number") && Contains(row.range));
    }
    CHECK_THAT(refused(sandbox, row.command + Arguments{""}).err, Contains("empty"));
    Arguments nothing = row.command;
    nothing.back() += "=";
    CHECK_THAT(refused(sandbox, nothing + Arguments{"5"}).err, Contains("empty"));
    CHECK_THAT(refused(sandbox, row.command).err, Contains("its value is missing"));
    CHECK_THAT(refused(sandbox, row.command + Arguments{"1", row.command.back(), "1"}).err,
               Contains("twice"));
  }
}

TEST_CASE("zeros in front of a number change nothing") {
  const Sandbox sandbox;
  const Arguments token{"token", "--cid", "80",    "--atc", "1",           "--ac", "0000000000000000",
                        "--ipb", "80",    "--iad", "",      "--min-digits"};
  CHECK(sandbox.sesame(token + Arguments{"010"}).out == "0000000001\n");
  CHECK(sandbox.sesame(token + Arguments{"08"}).out == "00000001\n");
  CHECK(sandbox.sesame(token + Arguments{"0000000000000000000000000000002"}).out == "01\n");
  // Told by what happens next: no user is there.
  const auto at = [&](const std::string& port) {
    return sandbox.sesame({"card", "serve", "--ephemeral", "--wait", "00", "--port", port}).err;
  };
  CHECK_THAT(at("010"), Contains("127.0.0.1:10:"));
  CHECK_THAT(at("09"), Contains("127.0.0.1:9:"));
}

TEST_CASE("an empty value is no value") {
  const Sandbox sandbox;
  const auto scenario = sandbox.write("s.toml", "title = \"T\"\nsteps = [ { dark = true } ]\n");
  for (const Arguments& arguments : {
           Arguments{"code", "--pin", "1234", "--card", ""},
           Arguments{"code", "--pin", "1234", "--profile", ""},
           Arguments{"code", "--pin", "1234", "--function", ""},
           Arguments{"code", "--pin", "1234", "--state", ""},
           Arguments{"code", "--pin", "1234", "--trace", ""},
           Arguments{"code", "--pin", "1234", "--device", ""},
           Arguments{"code", "--pin", "1234", "--ephemeral", "--atc", ""},
           Arguments{"code", "--pin-env", ""},
           Arguments{"code", "--pin", ""},
           Arguments{"apps", "--reader", ""},
           Arguments{"card", "new", ""},
           Arguments{"card", "new", "--template", ""},
           Arguments{"card", "show", ""},
           Arguments{"card", "reset", ""},
           Arguments{"card", "serve", "--iso7816", ""},
           Arguments{"reader", "serve", "--socket", ""},
           Arguments{"scenario", ""},
           Arguments{"scenario", scenario, "--url", ""},
           Arguments{"scenario", scenario, "--junit", ""},
           Arguments{"sim", "--listen", ""},
           Arguments{"sim", "--state", ""},
           Arguments{"sim", "--card", ""},
           Arguments{"tui", "--state", ""},
           Arguments{"tlv", ""},
           Arguments{"atr", ""},
       }) {
    INFO(arguments[0] << " " << arguments[1]);
    refused(sandbox, arguments);
  }
  CHECK_FALSE(std::filesystem::exists(sandbox.path() / "state"));
}

TEST_CASE("no message repeats what may be a PIN or a key") {
  const Sandbox sandbox;
  const std::string pin = "73914", key = "0123456789ABCDEFFEDCBA9876543210",
                    letters = "ABCDEFABCDEFABCDEFABCDEFABCDEFAB";
  const std::string socket = sandbox.file("socket");
  for (const std::string& secret : {pin, letters}) {
    for (const Arguments& arguments : {
             Arguments{"code", "--PIN", secret},
             Arguments{"code", "--Pin=" + secret},
             Arguments{"code", "--pin" + secret},
             Arguments{"code", "--pin=" + secret + "x"},
             Arguments{"code", "--pin", secret + "x"},
             Arguments{"code", "--pni", secret},
             Arguments{"code", "-pin", secret},
             Arguments{"code", "-p", secret},
             Arguments{"code", "-p" + secret},
             Arguments{"code", "--pin-stdin", secret},
             Arguments{"code", "--pin-stdin=" + secret},
             Arguments{"code", "--json=" + secret},
             Arguments{"code", "--pin-env", secret + "-"},
             Arguments{"code", "--pin-env=1" + secret},
             Arguments{"code", secret},
             Arguments{"code", "--", secret},
             Arguments{"code", "--", "--pin", secret},
             Arguments{"code", "--pin", "1234", "--input", secret},
             Arguments{"code", "--pin", "1234", "--profile", "vasco-810", "--input", secret + "x"},
             Arguments{"code", "--pin", "1234", "--card", secret},
             Arguments{"code", "--pin", "1234", "--profile", secret},
             Arguments{"code", "--pin", "1234", "--function", secret},
             Arguments{"code", "--pin", "1234", "--device", secret},
             Arguments{"code", "--pin", "1234", "--ephemeral", "--atc", secret},
             Arguments{"code", "--pin", "1234", "--wait", secret + "x", "--reader", "0"},
             Arguments{"--pin", secret, "code"},
             Arguments{"--pin=" + secret},
             Arguments{"cod", "--pin", secret},
             Arguments{secret},
             Arguments{secret, "code"},
             Arguments{"card", secret},
             Arguments{"card", "--pin", secret, "new"},
             Arguments{"card", "new", "--PIN", secret},
             Arguments{"card", "new", "--pin", secret + "x"},
             Arguments{"card", "show", secret},
             Arguments{"card", "show", "sesame-card", secret},
             Arguments{"card", "reset", secret},
             Arguments{"card", "serve", "--port", secret + "x"},
             Arguments{"card", "serve", "--iso7816", secret},
             Arguments{"record", "--pin", secret},
             Arguments{"record", "--Pin", secret, "x.apdu"},
             Arguments{"record", "--pin-stdin", secret},
             Arguments{"reader", "serve", "--socket", socket, "--pin", secret},
             Arguments{"reader", secret},
             Arguments{"ac", "--scheme", "cvn10", "--atc", "1", "--MK", secret},
             Arguments{"ac", "--scheme", "cvn10", "--atc", "1", "--mk" + secret},
             Arguments{"ac", "--scheme", "cvn10", "--atc", "1", "--mk", secret + "x"},
             Arguments{"ac", "--scheme", "cvn10", "--atc", "1", "--sk", secret + "00"},
             Arguments{"ac", "--scheme", secret, "--atc", "1"},
             Arguments{"ac", "--scheme", "cvn10", "--mk", key, "--atc", secret + "0"},
             Arguments{"ac", "--scheme", "cvn10", "--atc", "1", "--imk", key, "--pan", "1", "--psn", "0",
                       "--option", secret},
             Arguments{"ac", "--scheme", "tree", "--atc", "1", "--mk", key, "--tree", secret},
             Arguments{"token", "--cid", "80", "--atc", "1", "--ac", "0000000000000000", "--pin", secret},
             Arguments{"tlv", "--pin", secret},
             Arguments{"sim", "--token", secret + " "},
             Arguments{"sim", "--clock", secret},
             Arguments{"sim", secret},
             Arguments{"tui", "--pin", secret},
             Arguments{"scenario", "x.toml", "--tokn", secret, "--url", "http://h"},
             Arguments{"scenario", "x.toml", "--token", secret},
         }) {
      const Outcome outcome = refused(sandbox, arguments);
      INFO(arguments[0] << " … " << arguments.back());
      CHECK_THAT(outcome.err, !Contains(secret) && !Contains(secret.substr(0, 4)));
    }
  }
  CHECK_FALSE(std::filesystem::exists(sandbox.path() / "state"));
}

TEST_CASE("a password or a token in a URL is not repeated") {
  const Sandbox sandbox;
  const auto scenario = sandbox.write("s.toml", "title = \"T\"\nsteps = [ { dark = true } ]\n");
  for (const std::string url : {"http://user:hunter2@h:1", "https://h/?token=hunter2", "hunter2",
                                "http://h:1/hunter2", "http://hunter2 h:1", "ftp://hunter2"}) {
    CHECK_THAT(refused(sandbox, {"scenario", scenario, "--url", url}).err,
               Contains("http://HOST:PORT") && !Contains("hunter2"));
  }
}

TEST_CASE("a slip is told by its name, with what was likely meant") {
  const Sandbox sandbox;
  struct Row {
    Arguments arguments;
    const char* says;
  };
  for (const Row& row : {
           Row{{"code", "--PIN", "1234"}, "there is no option --PIN; did you mean --pin?"},
           Row{{"code", "--pni", "1234"}, "there is no option --pni; did you mean --pin?"},
           Row{{"code", "--pin1234"}, "argument 2 is no option; did you mean --pin?"},
           Row{{"code", "--nonsense"}, "there is no option --nonsense; see sesame code --help"},
           Row{{"code", "1234"}, "argument 2 is one too many"},
           Row{{"cod"}, "there is no command 'cod'; did you mean code?; there are"},
           Row{{"1234"}, "argument 1 is no command; there are code"},
           Row{{"card", "nwe"}, "there is no command 'nwe'; did you mean new?"},
           Row{{"--card", "x", "code"}, "there is no option --card"},
           Row{{"code", "--json=yes"}, "--json: takes no value"},
           Row{{"code", "--pin"}, "--pin: its value is missing"},
           Row{{"code", "--pin", "1234", "--pin", "1234"}, "--pin: given twice"},
           Row{{"code", "--pin="}, "argument 2: it ends with '='"},
           Row{{"code", "--pin-env", "12345"}, "--pin-env: takes the name of a variable"},
           Row{{"sim", "--clock", "fast"}, "--clock: must be one of real, virtual"},
       }) {
    CHECK_THAT(refused(sandbox, row.arguments).err, Contains(row.says));
  }
}

TEST_CASE("a transcript and a card file may be named in capitals") {
  const Sandbox sandbox;
  const auto transcript = sandbox.file("CARD.APDU"), card = sandbox.file("CARD.TOML");
  std::filesystem::copy(TRANSCRIPTS "/visa_dpa_fr.apdu", transcript);
  CHECK(sandbox.sesame({"code", "--pin", "1234", "--card", transcript}).out == "3465 6023\n");
  CHECK(sandbox.sesame({"apps", "--card", transcript}).status == 0);
  REQUIRE(sandbox.sesame({"card", "new", card}).status == 0);
  CHECK(sandbox.sesame({"code", "--pin", "1234", "--card", card}).status == 0);
  // Without a slash, too: beside the shipped ones.
  const std::string there = "cd " + sandbox.path().string() + " && " SESAME_BINARY " ";
  CHECK(std::system((there + "code --pin 1234 --ephemeral --card CARD.TOML >out").c_str()) == 0);
  CHECK(std::system((there + "code --pin 1234 --card CARD.APDU >out").c_str()) == 0);
  // In a scenario, and as one.
  sandbox.write("S.TOML",
                "title = \"Capitals\"\ncard = \"CARD.APDU\"\n"
                "steps = [ { insert = true }, { press = \"CODE\" }, { pin = \"1234\" }, "
                "{ screen = \"Code Sésame\\n3465 6023\" } ]\n");
  std::filesystem::remove(card);  // a folder is played with all that it has
  const auto played = sandbox.sesame({"scenario", sandbox.path().string()});
  INFO(played.out << played.err);
  CHECK_THAT(played.out, Contains("Capitals"));
}
