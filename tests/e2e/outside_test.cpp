// Bytes from outside: the names of files, what a card says. Whatever they are, the output is JSON or XML, and
// a terminal obeys nothing of it.
#include <sys/wait.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iomanip>
#include <sstream>
#include <string>

#include "tests/e2e/output.hpp"

using namespace sesame::e2e;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

// Latin-1, a character cut short, a surrogate, controls of C0 and C1, and what turns the line round.
const std::vector<std::string> kNames{
    "caf\xE9",
    "cut-\xE2\x82",
    "half-\xED\xA0\x80",
    "esc-\x1B[31mred",
    "bell-\x07",
    "two\nlines",
    "csi-\xC2\x9B"
    "31m",
    "del-\x7F",
    "rtl-\xE2\x80\xAE",
    "été-日本",
    "quote\"\\<&>'",
};

bool harmless(const std::string& text) {
  return std::none_of(
             text.begin(), text.end(),
             [](char c) { return c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F); }) &&
         text.find("\xC2\x9B") == std::string::npos && text.find("\xE2\x80\xAE") == std::string::npos;
}

}  // namespace

TEST_CASE("a card whose file has any name gives its code as JSON, and no ATC is spent for nothing") {
  const Sandbox sandbox;
  for (const std::string& name : kNames) {
    CAPTURE(name);
    const std::string card = sandbox.file(name + ".toml");
    REQUIRE(sandbox.sesame({"card", "new", card}).status == 0);
    const auto first = object(sandbox.sesame({"code", "--pin", "1234", "--json", "--card", card}));
    const auto second = object(sandbox.sesame({"code", "--pin", "1234", "--json", "--card", card}));
    CHECK(first["atc"] == "0001");
    CHECK(second["atc"] == "0002");
    CHECK(first["code"].get<std::string>().size() == 8);
  }
}

TEST_CASE("a name of letters is in the JSON as it is") {
  const Sandbox sandbox;
  const std::string card = sandbox.file("été-日本.toml");
  REQUIRE(sandbox.sesame({"card", "new", card}).status == 0);
  CHECK(object(sandbox.sesame({"code", "--pin", "1234", "--json", "--card", card}))["card"] == card);
  const std::string latin1 = sandbox.file("caf\xE9.toml");
  REQUIRE(sandbox.sesame({"card", "new", latin1}).status == 0);
  CHECK(object(sandbox.sesame({"code", "--pin", "1234", "--json", "--card", latin1}))["card"] ==
        sandbox.file("caf\xEF\xBF\xBD.toml"));
}

TEST_CASE("a template, a recording and a trace may have any name") {
  const Sandbox sandbox;
  for (const std::string& name : kNames) {
    CAPTURE(name);
    const std::string card = sandbox.file(name + ".toml"), trace = sandbox.file(name + ".apdu");
    REQUIRE(sandbox.sesame({"card", "new", card}).status == 0);
    // The comment in the new card names the template.
    REQUIRE(sandbox.sesame({"card", "new", "--template", card, sandbox.file("copy.toml")}).status == 0);
    CHECK(sandbox.sesame({"card", "show", "--json", sandbox.file("copy.toml")}).status == 0);
    CHECK(harmless(sandbox.read("copy.toml")));
    fs::remove(sandbox.file("copy.toml"));
    // The first line of the trace names the card.
    REQUIRE(sandbox.sesame({"code", "--pin", "1234", "--card", card, "--trace", trace}).status == 0);
    CHECK(harmless(sandbox.read(name + ".apdu")));
    for (const Arguments& command :
         {Arguments{"code", "--pin", "1234", "--json"}, Arguments{"apps", "--json"}}) {
      CHECK(object(sandbox.sesame(command + Arguments{"--card", trace})).size() > 0);
    }
  }
}

TEST_CASE("every message about any name is one line that a terminal shows") {
  const Sandbox sandbox;
  for (const std::string name : {"caf\xE9 \x1B[2J\x07\xC2\x9B"
                                 "31m\xE2\x80\xAE\x7F",
                                 "two\nlines\r\xED\xA0\x80"}) {
    const std::string file = sandbox.file(name);
    for (const Arguments& arguments : {
             Arguments{"code", "--pin", "1234", "--card", file},
             Arguments{"code", "--pin", "1234", "--card", file + ".apdu"},
             Arguments{"code", "--pin", "1234", "--card", name},
             Arguments{"code", "--pin", "1234", "--profile", file},
             Arguments{"code", "--pin", "1234", "--function", name},
             Arguments{"code", "--pin", "1234", "--device", name},
             Arguments{"code", "--pin", "1234", "--device", "serial:" + file},
             Arguments{"code", "--pin", "1234", "--device", "qemu:" + file},
             Arguments{"code", "--pin", "1234", "--state", file + "/x/y"},
             Arguments{"code", "--pin", "1234", "--trace", file + "/x/y"},
             Arguments{"code", "--pin-env", name},
             Arguments{"code", "--" + name},
             Arguments{"code", name},
             Arguments{name},
             Arguments{"apps", "--reader", name},
             Arguments{"card", "new", "--template", name},
             Arguments{"card", "new", file + "/x/y"},
             Arguments{"card", "show", file},
             Arguments{"card", "reset", file},
             Arguments{"card", "serve", "--iso7816", "unix:" + file + "/x/y"},
             Arguments{"card", "serve", "--iso7816", name},
             Arguments{"card", "serve", "--iso7816", "unix:x", "--misbehave", name},
             Arguments{"record", "--pin", "1234", name},
             Arguments{"ac", "--scheme", name, "--atc", "1"},
             Arguments{"scenario", file},
             Arguments{"scenario", file, "--url", name},
             Arguments{"sim", "--listen", name},
             Arguments{"sim", "--state", file + "/x/y"},
             Arguments{"sim", "--card", file},
             Arguments{"tui", "--clock", name},
         }) {
      const Outcome outcome = sandbox.sesame(arguments);
      INFO(arguments.back() << ": " << outcome.err);
      CHECK(outcome.status >= 2);
      CHECK(outcome.status <= 3);
      CHECK(outcome.out.empty());
      CHECK(lines(outcome.err) == 1);
      CHECK(harmless(outcome.err));
      CHECK_THAT(outcome.err, !Contains("unexpected"));
    }
  }
}

TEST_CASE("the label of a card is shown in its letters, and nothing of it is obeyed") {
  const Sandbox sandbox;
  const auto card = [&](const std::string& label, const std::string& more = "") {
    const auto tlv = [](const std::string& tag, const std::string& value) {
      std::ostringstream out;
      out << tag << std::hex << std::uppercase << std::setw(2) << std::setfill('0') << value.size() / 2
          << value;
      return out.str();
    };
    const std::string fci =
        tlv("6F", tlv("84", "A0000000048002") + tlv("A5", tlv("50", label) + tlv("5F2D", "6672") + more));
    return sandbox.write("label.apdu", "> 00A4040007A0000000048002\n< " + fci + "9000\n");
  };
  const auto apps = [&](const std::string& file) { return sandbox.sesame({"apps", "--card", file}).out; };
  const auto json = [&](const std::string& file) {
    return object(sandbox.sesame({"apps", "--json", "--card", file}))[0];
  };
  // "Crédit" in Latin-1 and in UTF-8.
  CHECK_THAT(apps(card("4372E9646974")), Contains(" Crédit "));
  CHECK(json(card("4372E9646974"))["label"] == "Crédit");
  CHECK(json(card("4372C3A9646974"))["label"] == "Crédit");
  CHECK(json(card("4372E9646974"))["preferred_name"].is_null());
  // A preferred name in ISO 8859-5, beside a label that everybody can show.
  const auto preferred = card("435245444954", "9F1101059F1206BAE0D5D4D8E2");
  CHECK_THAT(apps(preferred), Contains(" CREDIT ") && Contains(" Кредит "));
  CHECK(json(preferred)["label"] == "CREDIT");
  CHECK(json(preferred)["preferred_name"] == "Кредит");
  // ESC ] 0 ; x BEL, and CSI as one byte of Latin-1.
  for (const char* label : {"1B5D303B7807", "9B33316D"}) {
    CHECK(harmless(apps(card(label))));
    const auto outcome = sandbox.sesame({"apps", "--json", "--card", card(label)});
    CHECK(harmless(outcome.out));
    CHECK(object(outcome)[0]["state"] == "selectable");
  }
  // The same in `tlv`.
  CHECK_THAT(sandbox.sesame({"tlv", "50064372E9646974"}).out, Contains("\"Crédit\""));
  CHECK_THAT(sandbox.sesame({"tlv", "9F110105 9F1206BAE0D5D4D8E2"}).out, Contains("\"Кредит\""));
  CHECK(harmless(sandbox.sesame({"tlv", "50061B5D303B7807"}).out));
}

TEST_CASE("the report of scenarios with any names is XML") {
  const Sandbox sandbox;
  fs::create_directory(sandbox.file("s"));
  for (const std::string& name : kNames) {
    sandbox.write("s/" + name + ".toml",
                  "title = \"A <title> & \\\"more\\\" é\"\nsteps = [ { insert = true }, { screen = "
                  "\"\\u001B[2J]]>\" } ]\n");
  }
  const auto outcome = sandbox.sesame({"scenario", sandbox.file("s"), "--junit", sandbox.file("report.xml")});
  CHECK(outcome.status == 1);
  CHECK(harmless(outcome.out));
  CHECK(harmless(outcome.err));
  const std::string check =
      "python3 -c \"import sys, xml.dom.minidom as m;"
      "sys.exit(len(m.parse(sys.argv[1]).getElementsByTagName('testcase')))\" ";
  const int status = std::system((check + sandbox.file("report.xml")).c_str());
  CHECK(WEXITSTATUS(status) == static_cast<int>(kNames.size()));
}

TEST_CASE("without an output that could show it no code is made") {
  const Sandbox sandbox;
  const std::string run = "XDG_STATE_HOME=" + sandbox.file("state") + " " SESAME_BINARY " code --pin 1234 ";
  CHECK(WEXITSTATUS(std::system((run + ">&- 2>" + sandbox.file("err")).c_str())) == 3);
  CHECK_THAT(sandbox.read("err"), Contains("standard output: cannot be written"));
  CHECK_FALSE(fs::exists(sandbox.file("state")));
}
