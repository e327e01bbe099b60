// Programs of others, and the card of `sesame card serve`, through vpcd in a pcscd of the test's own.
#include <winscard.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/e2e/background.hpp"
#include "tests/pcscd/private_daemon.hpp"

using namespace sesame;
using Catch::Matchers::Contains;
using e2e::Background;
using e2e::Sandbox;

namespace {

const std::string kReader = "Reader 00 00";
const std::string kOther = "Other 00 00";

class Context {
 public:
  Context() {
    REQUIRE(::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &handle_) == SCARD_S_SUCCESS);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ::SCardReleaseContext(handle_); }
  SCARDCONTEXT get() const { return handle_; }

 private:
  SCARDCONTEXT handle_ = 0;
};

// As pcscd sees it: until a card is in the reader, or is not.
void wait_until(const std::string& reader, DWORD state) {
  const Context context;
  SCARD_READERSTATE reader_state{};
  reader_state.szReader = reader.c_str();
  do {
    reader_state.dwCurrentState = reader_state.dwEventState;
    REQUIRE(::SCardGetStatusChange(context.get(), 10000, &reader_state, 1) == SCARD_S_SUCCESS);
  } while ((reader_state.dwEventState & state) == 0 || (reader_state.dwEventState & SCARD_STATE_MUTE) != 0);
}

// Standard output and error of a program that is a client of the daemon.
std::string run(const pcscd::PrivateDaemon& daemon, const std::string& command) {
  const std::string whole = "PCSCLITE_CSOCK_NAME='" + daemon.socket() + "' " + command + " 2>&1 </dev/null";
  std::FILE* pipe = ::popen(whole.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  char buffer[512];
  while (const auto count = std::fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, count);
  ::pclose(pipe);
  return out;
}

// A dialogue by scriptor, which knows nothing of cards: it sends what its file says. After each command the
// dialogue begins anew, one command longer, so that 61xx and 6Cxx can be followed.
class Scriptor {
 public:
  Scriptor(const pcscd::PrivateDaemon& daemon, const Sandbox& sandbox, std::string reader,
           std::string protocol)
      : daemon_(daemon), sandbox_(sandbox), reader_(std::move(reader)), protocol_(std::move(protocol)) {}

  // Data and status word.
  std::string ask(const std::string& command) {
    commands_.push_back(command);
    std::string answer = last_answer();
    if (answer.substr(0, 2) == "6C") {
      commands_.back().replace(command.size() - 2, 2, answer.substr(2, 2));
      answer = last_answer();
    }
    if (answer.substr(0, 2) == "61") {
      commands_.push_back("00C00000" + answer.substr(2, 2));
      answer = last_answer();
    }
    return answer;
  }

 private:
  std::string last_answer() {
    std::string script;
    for (const std::string& command : commands_) {
      for (std::size_t i = 0; i < command.size(); i += 2) script += command.substr(i, 2) + " ";
      script += "\n";
    }
    const std::string file = sandbox_.write("script", script);
    const std::string out = run(daemon_, SCRIPTOR " -p " + protocol_ + " -r '" + reader_ + "' " + file);
    // "< 90 00 : Normal processing." with the data in front, over several lines.
    const auto at = out.rfind("\n< ");
    CAPTURE(out);
    REQUIRE(at != std::string::npos);
    std::string hex;
    for (const char c : out.substr(at + 3, out.find(" : ", at) - at - 3)) {
      if (c != ' ' && c != '\n') hex += c;
    }
    return hex;
  }

  const pcscd::PrivateDaemon& daemon_;
  const Sandbox& sandbox_;
  std::string reader_, protocol_;
  std::vector<std::string> commands_;
};

std::string zeros(int bytes) { return std::string(static_cast<std::size_t>(2 * bytes), '0'); }

// With T=1 what differs in the card's file.
std::string card_file(const Sandbox& sandbox, const std::string& name, bool t1) {
  std::ifstream in(SESAME_CARDS "/" + name + ".toml");
  std::ostringstream out;
  out << in.rdbuf();
  std::string text = out.str();
  const auto replace = [&](const std::string& key, const std::string& value) {
    const auto at = text.find("\n" + key + " = ") + 1;
    text.replace(at, text.find('\n', at) - at, key + " = \"" + value + "\"");
  };
  if (t1) {
    replace("atr", "3B8501534553 4D018D");
    replace("protocol", "T=1");
  }
  return sandbox.write(name + ".toml", text);
}

}  // namespace

TEST_CASE("scriptor drives a served card through everything a terminal does") {
  const bool t1 = GENERATE(false, true);
  const Sandbox sandbox;
  const std::uint16_t port = pcscd::free_port();
  const pcscd::PrivateDaemon daemon({pcscd::vpcd_reader("Reader", port)});
  Background serving(sandbox, {"card", "serve", "--port", std::to_string(port), "--ephemeral", "--card",
                               card_file(sandbox, "bank-card", t1)});
  wait_until(kReader, SCARD_STATE_PRESENT);
  const auto scriptor = [&] { return Scriptor(daemon, sandbox, kReader, t1 ? "T=1" : "T=0"); };

  SECTION("directory, records, selection by whole and partial AID") {
    Scriptor card = scriptor();
    CHECK_THAT(card.ask("00A404000E315041592E5359532E4444463031" + std::string(t1 ? "00" : "")),
               Contains("8801") && Catch::Matchers::EndsWith("9000"));
    CHECK_THAT(card.ask("00B2010C00"), Contains("A0000000421010") && Catch::Matchers::EndsWith("9000"));
    CHECK(card.ask("00B20A0C00") == "6A83");
    CHECK_THAT(card.ask("00A4040007A0000000038002"), Contains("A0000000038002"));
    CHECK_THAT(card.ask("00A4040005A000000042"), Contains("A0000000421010"));
    CHECK(card.ask("00A4040005A000000099") == "6A82");
  }
  SECTION("a code's dialogue: no PDOL, VERIFY wrong and right, two cryptograms") {
    Scriptor card = scriptor();
    card.ask("00A4040007A0000000038002");
    CHECK_THAT(card.ask("80A80000028300"), Contains("82021000"));
    CHECK_THAT(card.ask("00B2010C00"), Contains("9F56"));
    CHECK(card.ask("80CA9F1700") == "9F1701039000");
    CHECK(card.ask("0020008008240000FFFFFFFFFF") == "63C2");
    CHECK(card.ask("0020008008241234FFFFFFFFFF") == "9000");
    CHECK_THAT(card.ask("80AE80001D" + zeros(29)), Contains("9F270180") && Contains("9F2608"));
    CHECK_THAT(card.ask("80AE00001F" + zeros(31)), Contains("9F270100"));
    CHECK(card.ask("80AE00001F" + zeros(31)) == "6985");
  }
  SECTION("a payment application: PDOL, records") {
    Scriptor card = scriptor();
    CHECK_THAT(card.ask("00A4040007A0000000421010"), Contains("9F38"));
    CHECK(card.ask("80A80000028300") == "6700");
    CHECK_THAT(card.ask("80A800000D830B2080000250346000000000"), Contains("9000"));
    CHECK_THAT(card.ask("00B2010C00"), Contains("5713") && Contains("5F20"));
    CHECK_THAT(card.ask("00B2011400"), Contains("5A08"));
  }
  serving.signal(SIGTERM);
  CHECK(serving.wait() == 0);
}

TEST_CASE("opensc-tool sees the card, its ATR, and talks to it") {
  const Sandbox sandbox;
  const std::uint16_t port = pcscd::free_port();
  const pcscd::PrivateDaemon daemon({pcscd::vpcd_reader("Reader", port)});
  Background serving(sandbox, {"card", "serve", "--port", std::to_string(port), "--ephemeral"});
  wait_until(kReader, SCARD_STATE_PRESENT);
  CHECK_THAT(run(daemon, OPENSC_TOOL " -l"), Contains("Reader 00 00") && Contains("Yes"));
  CHECK_THAT(run(daemon, OPENSC_TOOL " -r 0 -a"), Contains("3b:65:00:00:53:45:53:4d:01"));
  const std::string out = run(daemon, OPENSC_TOOL
                              " -r 0 -c default -s 00A4040007A000000004800200 -s 80A8000002830000 -s "
                              "00B2010C00 -s 80CA9F1700 -s 0020008008241234FFFFFFFFFF");
  CAPTURE(out);
  CHECK_THAT(out, Contains("6F 23 84 07") && Contains("9F 17 01 03") && !Contains("SW1=0x6"));
}

TEST_CASE("two cards are in two readers at once") {
  const Sandbox sandbox;
  const std::uint16_t one = pcscd::free_port();
  const std::uint16_t other = pcscd::free_port();
  const pcscd::PrivateDaemon daemon({pcscd::vpcd_reader("Reader", one), pcscd::vpcd_reader("Other", other)});
  Background sesame(sandbox, {"card", "serve", "--port", std::to_string(one)});
  Background bank(sandbox, {"card", "serve", "--port", std::to_string(other), "--card", "bank-card"});
  wait_until(kReader, SCARD_STATE_PRESENT);
  wait_until(kOther, SCARD_STATE_PRESENT);
  Scriptor first(daemon, sandbox, kReader, "T=0");
  Scriptor second(daemon, sandbox, kOther, "T=0");
  CHECK_THAT(first.ask("00A4040007A0000000048002"), Contains("A0000000048002"));
  CHECK_THAT(second.ask("00A4040007A0000000038002"), Contains("A0000000038002"));
  CHECK(first.ask("00A4040007A0000000038002") == "6A82");
}

TEST_CASE("pcscd sees the card leave and come back, and a card outlives the daemon") {
  const Sandbox sandbox;
  const std::uint16_t port = pcscd::free_port();
  auto daemon = std::make_unique<pcscd::PrivateDaemon>(std::vector{pcscd::vpcd_reader("Reader", port)});
  Background serving(sandbox, {"card", "serve", "--port", std::to_string(port), "--ephemeral"});
  wait_until(kReader, SCARD_STATE_PRESENT);
  serving.signal(SIGUSR1);
  wait_until(kReader, SCARD_STATE_EMPTY);
  serving.signal(SIGUSR2);
  wait_until(kReader, SCARD_STATE_PRESENT);
  daemon->kill();
  CHECK(serving.says("waits for a reader"));
  daemon = std::make_unique<pcscd::PrivateDaemon>(std::vector{pcscd::vpcd_reader("Reader", port)});
  wait_until(kReader, SCARD_STATE_PRESENT);
  CHECK_THAT(run(*daemon, OPENSC_TOOL " -r 0 -a"), Contains("3b:65"));
}

TEST_CASE("a card that leaves in mid-dialogue was not asked, and is back for the next program") {
  const Sandbox sandbox;
  const std::uint16_t port = pcscd::free_port();
  const pcscd::PrivateDaemon daemon({pcscd::vpcd_reader("Reader", port)});
  Background serving(sandbox, {"card", "serve", "--port", std::to_string(port), "--eject-after", "2"});
  wait_until(kReader, SCARD_STATE_PRESENT);
  const std::string out = run(daemon,
                              "sh -c \"printf '00 A4 04 00 07 A0 00 00 00 04 80 02\\n00 C0 00 00 25\\n"
                              "80 A8 00 00 02 83 00\\n' | " SCRIPTOR " -r '" +
                                  kReader + "'\"");
  CAPTURE(out);
  CHECK(serving.says("was removed from the reader at 127.0.0.1:" + std::to_string(port) +
                     "; SIGUSR2 inserts it again\n"));
  serving.signal(SIGUSR2);
  wait_until(kReader, SCARD_STATE_PRESENT);
  serving.signal(SIGTERM);
  CHECK(serving.wait() == 0);
  // The GET PROCESSING OPTIONS never reached it: the first ATC is still to come.
  CHECK_THAT(sandbox.sesame({"code", "--pin", "1234", "--json"}).out, Contains("\"atc\":\"0001\""));
}

TEST_CASE("an exchange through vpcd and pcscd is fast") {
  const Sandbox sandbox;
  const std::uint16_t port = pcscd::free_port();
  const pcscd::PrivateDaemon daemon({pcscd::vpcd_reader("Reader", port)});
  Background serving(sandbox, {"card", "serve", "--port", std::to_string(port), "--ephemeral"});
  wait_until(kReader, SCARD_STATE_PRESENT);
  const Context context;
  SCARDHANDLE card = 0;
  DWORD protocol = 0;
  REQUIRE(::SCardConnect(context.get(), kReader.c_str(), SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0, &card,
                         &protocol) == SCARD_S_SUCCESS);
  const unsigned char command[] = {0x00, 0xA4, 0x04, 0x00, 0x07, 0xA0, 0x00, 0x00, 0x00, 0x04, 0x80, 0x02};
  constexpr int kCommands = 5000;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kCommands; ++i) {
    unsigned char answer[258];
    DWORD size = sizeof answer;
    REQUIRE(::SCardTransmit(card, SCARD_PCI_T0, command, sizeof command, nullptr, answer, &size) ==
            SCARD_S_SUCCESS);
    REQUIRE(size == 2);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  ::SCardDisconnect(card, SCARD_RESET_CARD);
  CAPTURE(kCommands / took.count());
  // With a delayed acknowledgement each, it would be 200 seconds.
  CHECK(took.count() < 20);
}
