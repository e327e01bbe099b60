// `sesame card serve`, the command.
#include <csignal>

#include <catch2/catch.hpp>

#include "tests/e2e/background.hpp"
#include "tests/host/vpcd/fake_vpcd.hpp"
#include "tests/pcscd/private_daemon.hpp"

using namespace sesame::vpcd::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using sesame::e2e::Background;
using sesame::e2e::Sandbox;

namespace {

std::string port_of(const Listener& listener) { return std::to_string(listener.port()); }

// As a program asks a T=0 card: data and status word of the whole answer.
std::string whole(FakeVpcd& vpcd, const std::string& command) {
  std::string answer = vpcd.ask(command);
  if (answer.substr(0, 2) == "6C")
    answer = vpcd.ask(command.substr(0, command.size() - 2) + answer.substr(2, 2));
  if (answer.substr(0, 2) == "61") answer = vpcd.ask("00C00000" + answer.substr(2, 2));
  return answer;
}

const std::string kGpo = "80A80000028300";
const std::string kVerify = "0020008008241234FFFFFFFFFF";
const std::string kGenerateAc = "80AE80001D" + std::string(58, '0');

// Of sesame-card, whose answers have format 1: 80 L CID ATC AC IAD.
unsigned atc_of(const std::string& answer) {
  REQUIRE(answer.substr(0, 2) == "80");
  return static_cast<unsigned>(std::stoul(answer.substr(6, 4), nullptr, 16));
}

}  // namespace

TEST_CASE("a served card says when it comes and goes, and ends well") {
  const Sandbox sandbox;
  Listener listener;
  Background serving(sandbox, {"card", "serve", "--port", port_of(listener)});
  FakeVpcd vpcd(listener);
  CHECK(vpcd.atr() == "3B6500005345534D01");
  CHECK(serving.says("sesame: sesame-card is in the reader at 127.0.0.1:" + port_of(listener) + "\n"));
  serving.signal(SIGUSR1);
  CHECK(vpcd.closed());
  CHECK(serving.says("sesame: sesame-card was removed from the reader at 127.0.0.1:"));
  serving.signal(SIGUSR2);
  FakeVpcd again(listener);
  again.power_on();
  CHECK_THAT(whole(again, kSelect), Contains("A0000000048002"));
  const int signal = GENERATE(SIGTERM, SIGINT);
  serving.signal(signal);
  CHECK(again.closed());
  CHECK(serving.wait() == 0);
}

TEST_CASE("a served card counts durably, and gives the code of its next transaction") {
  const Sandbox sandbox;
  Listener listener;
  Background serving(sandbox, {"card", "serve", "--port", port_of(listener)});
  FakeVpcd vpcd(listener);
  vpcd.power_on();
  for (const auto& command : {kSelect, kGpo, kVerify}) whole(vpcd, command);
  const unsigned first = atc_of(whole(vpcd, kGenerateAc));
  serving.signal(SIGTERM);
  CHECK(serving.wait() == 0);
  const auto code = sandbox.sesame({"code", "--pin", "1234", "--json"});
  CHECK(code.status == 0);
  CHECK_THAT(code.out, Contains("\"atc\":\"0002\""));
  CHECK(first == 1);
}

TEST_CASE("a card whose process is killed in mid-dialogue gives no ATC twice") {
  const Sandbox sandbox;
  Listener listener;
  const std::vector<std::string> commands{kSelect, kGpo, kVerify, kGenerateAc};
  unsigned last = 0;
  for (std::size_t round = 0; round < 2 * commands.size(); ++round) {
    Background serving(sandbox, {"card", "serve", "--port", port_of(listener)});
    FakeVpcd vpcd(listener);
    vpcd.power_on();
    for (const auto& command : commands) whole(vpcd, command);
    whole(vpcd, kSelect);
    whole(vpcd, kGpo);
    const std::string answer = whole(vpcd, kGenerateAc);
    const unsigned atc = atc_of(answer);
    CHECK(atc > last);
    last = atc;
    // A transaction more, up to a command whose answer is not waited for.
    const std::size_t end = round % commands.size();
    for (std::size_t i = 0; i < end; ++i) whole(vpcd, commands[i]);
    vpcd.send(bytes(commands[end]));
    serving.signal(SIGKILL);
    CHECK(serving.wait() == 128 + SIGKILL);
  }
}

TEST_CASE("a state file that cannot be written ends it, and nothing is answered") {
  const Sandbox sandbox;
  Listener listener;
  Background serving(sandbox, {"card", "serve", "--port", port_of(listener)});
  FakeVpcd vpcd(listener);
  vpcd.power_on();
  CHECK_THAT(whole(vpcd, kSelect), Contains("A0000000048002"));
  std::filesystem::remove_all(sandbox.path() / "state");
  vpcd.send(bytes(kGpo));
  CHECK(vpcd.closed());
  CHECK(serving.wait() == 3);
  CHECK(serving.says(".state"));
}

TEST_CASE("a recorded card is served, and says what was not recorded") {
  const Sandbox sandbox;
  Listener listener;
  Background serving(sandbox, {"card", "serve", "--port", port_of(listener), "--card",
                               SESAME_TRANSCRIPTS "/visa_dpa_fr.apdu"});
  FakeVpcd vpcd(listener);
  vpcd.power_on();
  CHECK_THAT(whole(vpcd, "00A4040007A000000003800200"), Contains("A0000000038002"));
  CHECK(vpcd.ask("00A4040007A0000000041010") == "6A82");
  CHECK(vpcd.ask("0084000008") == "6D00");
  CHECK(vpcd.ask("0020008008249999FFFFFFFFFF").substr(0, 2) != "61");
  serving.signal(SIGTERM);
  CHECK(serving.wait() == 0);
  CHECK(serving.says("GET CHALLENGE"));
  CHECK_FALSE(serving.says("no line like this"));
  CHECK_THAT(serving.said(), !Contains("249999"));
}

TEST_CASE("what a served card was asked can be recorded, and replays") {
  const Sandbox sandbox;
  Listener listener;
  const std::string trace = sandbox.file("trace.apdu");
  Background serving(sandbox, {"card", "serve", "--port", port_of(listener), "--ephemeral", "--atc", "1F",
                               "--trace", trace});
  FakeVpcd vpcd(listener);
  vpcd.power_on();
  for (const auto& command : {kSelect, kGpo, kVerify}) whole(vpcd, command);
  CHECK(atc_of(whole(vpcd, kGenerateAc)) == 0x1F);
  serving.signal(SIGTERM);
  CHECK(serving.wait() == 0);
  CHECK_THAT(sandbox.read("trace.apdu"),
             Contains("atr 3B65") && Contains("****************") && !Contains("241234"));
  const auto apps = sandbox.sesame({"apps", "--card", trace});
  CHECK(apps.status == 0);
}

TEST_CASE("where nothing listens the command says so, and what to do") {
  const Sandbox sandbox;
  const std::string port = std::to_string(sesame::pcscd::free_port());
  const auto outcome = sandbox.sesame({"card", "serve", "--ephemeral", "--port", port, "--wait", "0"});
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, StartsWith("sesame: no reader at 127.0.0.1:" + port) && Contains("pcscd"));
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
}

TEST_CASE("a command line that makes no sense is refused before anything is done") {
  const Sandbox sandbox;
  for (const std::vector<std::string>& options :
       std::vector<std::vector<std::string>>{{"--atc", "1"},
                                             {"--port", "0"},
                                             {"--port", "65536"},
                                             {"--wait", "-1"},
                                             {"--eject-after", "-1"},
                                             {"--card", "none.toml"},
                                             {"--ephemeral", "--state", "x"}}) {
    std::vector<std::string> arguments{"card", "serve"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    CAPTURE(options);
    CHECK(sandbox.sesame(arguments).status == 2);
  }
  CHECK_FALSE(std::filesystem::exists(sandbox.path() / "state"));
}
