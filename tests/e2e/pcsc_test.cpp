// A person with a card in a PC/SC reader: here a card of `card serve` behind a private pcscd.
#include <catch2/catch.hpp>

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/state/counters.hpp"
#include "host/vpcd/server.hpp"
#include "tests/e2e/background.hpp"
#include "tests/e2e/output.hpp"
#include "tests/e2e/terminal.hpp"
#include "tests/pcscd/other_program.hpp"
#include "tests/pcscd/private_daemon.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using namespace sesame::e2e;
using sesame::pcscd::free_port;
using sesame::pcscd::PrivateDaemon;
using sesame::pcscd::vpcd_reader;

namespace {

const Arguments kCode{"code", "--reader", "0", "--pin-stdin"};

constexpr const char* kReader = "Reader 00 00";

// What something comes to, and how long it takes.
template <class Result>
struct Timed {
  template <class Call>
  explicit Timed(Call call) : result(call()) {}

  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  Result result;
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
};

// A reader with a card of `card serve` in it.
class CardInReader {
 public:
  explicit CardInReader(const Arguments& card, const Sandbox& box = Sandbox())
      : daemon_({vpcd_reader("Reader", port_)}), card_(box, serve() + card) {
    REQUIRE(card_.says("is in the reader"));
  }

  PrivateDaemon& daemon() { return daemon_; }
  Background& card() { return card_; }

 private:
  Arguments serve() const { return {"card", "serve", "--port", std::to_string(port_)}; }

  std::uint16_t port_ = free_port();
  PrivateDaemon daemon_;
  Background card_;
};

std::vector<std::string> atcs_of_first_cryptograms(const std::string& trace) {
  std::vector<std::string> atcs;
  bool first = false;
  std::istringstream in(trace);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("> ")) first = line.starts_with("> 80AE80");
    const auto at = line.find("9F3602");
    if (first && line.starts_with("< ") && at != std::string::npos) atcs.push_back(line.substr(at + 6, 4));
  }
  return atcs;
}

}  // namespace

TEST_CASE("the code of a card in a reader is the code of the card") {
  struct Case {
    std::string card;
    Arguments keys;
  };
  const std::vector<Case> cases{
      {"sesame-card", {}},
      {"sesame-card", {"--profile", "vasco-810", "--function", "M1", "--input", "12345678"}},
      {"bank-card", {"--profile", "vasco-810", "--function", "M1", "--input", "12345678"}},
      {"bank-card",
       {"--profile", "vasco-810", "--function", "M2", "--input", "1000", "--input", "3101234567"}},
      {"belgian-card", {"--profile", "vasco-810", "--function", "M1"}},
      {"aes-card", {"--profile", "vasco-810", "--function", "M2", "--input", "42"}},
  };
  const Sandbox box;
  for (const Case& each : cases) {
    INFO(each.card);
    const Arguments known{"--card", each.card, "--ephemeral", "--atc", "00B4"};
    const auto expected =
        object(box.sesame(Arguments{"code", "--json", "--pin", "1234"} + each.keys + known));
    const CardInReader served(known);
    const auto got = object(box.sesame(kCode + Arguments{"--json"} + each.keys, "1234\n"));
    for (const std::string key : {"code", "display", "atc", "aid", "profile", "function"}) {
      CHECK(got[key] == expected[key]);
    }
    CHECK(got["reader"] == "Reader 00 00");
  }
}

TEST_CASE("a reader whose name is no UTF-8 is listed and used, and its name does nothing to a terminal") {
  const Sandbox box;
  const std::uint16_t port = free_port();
  const PrivateDaemon daemon({vpcd_reader("Caf\xE9 \x1B[2J", port)});
  Background card(box, {"card", "serve", "--ephemeral", "--port", std::to_string(port)});
  REQUIRE(card.says("is in the reader"));
  const auto list = object(box.sesame({"readers", "--json"}));
  CHECK(list[0]["name"] == "Caf\xEF\xBF\xBD \x1B[2J 00 00");
  const auto table = box.sesame({"readers"});
  CHECK(table.status == 0);
  CHECK_THAT(table.out, Contains("Caf? ?[2J 00 00  card"));
  const auto code = object(box.sesame(kCode + Arguments{"--json"}, "1234\n"));
  CHECK(code["atc"] == "0001");
  CHECK(code["reader"] == "Caf\xEF\xBF\xBD \x1B[2J 00 00");
  const auto none = box.sesame({"apps", "--reader", "9"});
  CHECK(none.status == 3);
  CHECK(lines(none.err) == 1);
  CHECK(none.err.find('\x1B') == std::string::npos);
}

TEST_CASE("a reader is meant by its index, its name or a part of it") {
  const Sandbox box;
  const CardInReader served({"--ephemeral"});
  for (const std::string name : {"0", "Reader 00 00", "reader 00 00", "ader 00 00"}) {
    INFO(name);
    CHECK(box.sesame({"apps", "--reader", name}).status == 0);
  }
  for (const std::string name : {"7", "Reader", "nobody"}) {
    const Outcome outcome = box.sesame({"apps", "--reader", name});
    CHECK(outcome.status == 3);
    CHECK_THAT(outcome.err, StartsWith("sesame: ") && Contains("Reader 00 01"));
    CHECK(lines(outcome.err) == 1);
  }
}

TEST_CASE("the readers of the machine, as a table and as JSON") {
  const Sandbox box;
  const CardInReader served({"--ephemeral", "--card", "bank-card"});
  REQUIRE(box.sesame({"apps", "--reader", "0"}).status == 0);  // the card is noticed
  CHECK_THAT(box.sesame({"readers"}).out, Contains("Reader 00 00") && Contains("3B65000042414E4B01"));
  const auto all = object(box.sesame({"readers", "--json"}));
  REQUIRE(all.size() == 2);
  CHECK(all[0]["index"] == 0);
  CHECK(all[0]["name"] == "Reader 00 00");
  CHECK(all[0]["state"] == "card");
  CHECK(all[0]["atr"] == "3B65000042414E4B01");
  CHECK(all[0]["pinpad"] == false);
  CHECK(all[1]["state"] == "no card");
}

TEST_CASE("the applications of a card in a reader are those of the card") {
  const Sandbox box;
  const CardInReader served({"--ephemeral", "--card", "bank-card"});
  CHECK(box.sesame({"apps", "--reader", "0"}).out == box.sesame({"apps", "--card", "bank-card"}).out);
}

TEST_CASE("without a daemon, a reader or a card there is one line that says what to do") {
  const Sandbox box;
  const std::map<std::string, std::string> no_daemon{{"PCSCLITE_CSOCK_NAME", box.file("nobody")}};
  Outcome outcome = box.sesame(kCode, "1234\n", no_daemon);
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, Contains("pcscd"));
  CHECK(lines(outcome.err) == 1);
  outcome = box.sesame({"readers"}, "", no_daemon);
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, Contains("pcscd"));

  {
    const PrivateDaemon daemon({});
    for (const Arguments& command : {kCode, Arguments{"readers"}, Arguments{"readers", "--json"}}) {
      outcome = box.sesame(command, "1234\n");
      CHECK(outcome.status == 3);
      CHECK_THAT(outcome.err, Contains("reader"));
      CHECK(lines(outcome.err) == 1);
    }
  }
  const PrivateDaemon daemon({vpcd_reader("Reader", free_port())});
  outcome = box.sesame(kCode + Arguments{"--wait", "0"}, "1234\n");
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, Contains("no card in reader Reader 00 00"));
  CHECK(lines(outcome.err) == 1);
}

TEST_CASE("the prompt asks for a card, and the card that then comes is used") {
  const Sandbox box;
  const auto port = free_port();
  const PrivateDaemon daemon({vpcd_reader("Reader", port)});
  Background waiting(box, {"apps", "--reader", "0"});
  REQUIRE(waiting.says("insert a card into Reader 00 00"));
  const Background card(box, {"card", "serve", "--port", std::to_string(port), "--ephemeral"});
  CHECK(waiting.wait() == 0);
}

TEST_CASE("the PIN of a card in a reader is not taken from the command line") {
  const Sandbox box;
  const CardInReader served({"--ephemeral"});
  const Outcome outcome = box.sesame({"code", "--reader", "0", "--pin", "1234"});
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, Contains("--pin-stdin") && !Contains("1234"));
  CHECK(box.sesame({"code", "--reader", "0", "--pin-env", "THE_PIN"}, "", {{"THE_PIN", "1234"}}).status == 0);
  CHECK_THAT(box.sesame({"code", "--reader", "0"}).err, Contains("no PIN") && !Contains("--pin,"));
}

TEST_CASE("the PIN of a card in a reader is typed at the terminal, without echo") {
  const Sandbox box;
  const CardInReader served({"--ephemeral", "--atc", "00B4"});
  const Seen seen = at_terminal(box, {"code", "--reader", "0"}, [](pid_t) { return "1234\r"; });
  CHECK(seen.status == 0);
  CHECK_THAT(seen.text, Contains("4251 1495") && !Contains("1234"));
}

TEST_CASE("the PIN of a card that has been pulled out is not asked for") {
  const Sandbox box;
  CardInReader served({"--ephemeral"});
  const Seen seen = at_terminal(box, {"code", "--reader", "0"}, [&](pid_t) {
    served.card().signal(SIGUSR1);
    return "";
  });
  CHECK(seen.status == 3);
  CHECK_THAT(seen.text, Contains("the card in Reader 00 00 was removed"));
  CHECK(seen.echo_restored);
}

TEST_CASE("options of a virtual card do not go with a reader") {
  const Sandbox box;
  for (const Arguments& more : std::vector<Arguments>{
           {"--card", "bank-card"}, {"--state", "x"}, {"--ephemeral"}, {"--ephemeral", "--atc", "0001"}}) {
    CHECK(box.sesame(kCode + more, "1234\n").status == 2);
  }
  for (const Arguments& alone : std::vector<Arguments>{{"--pinpad"}, {"--last-try"}, {"--wait", "3"}}) {
    CHECK(box.sesame(Arguments{"code", "--pin", "1234"} + alone).status == 2);
  }
}

TEST_CASE("the risk of a PIN typed into a computer is said once") {
  const Sandbox box;
  const CardInReader served({"--ephemeral"});
  CHECK_THAT(box.sesame(kCode, "1234\n").err, Contains("This is said once."));
  CHECK(box.sesame(kCode, "1234\n").err.empty());
}

TEST_CASE("a wrong PIN costs one try, and with one try left nothing is sent unless --last-try") {
  const Sandbox box;
  CardInReader served({"--ephemeral", "--trace", box.file("card.apdu")});
  Outcome outcome = box.sesame(kCode, "0000\n");
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains("wrong PIN: 2 tries left"));
  CHECK_THAT(box.sesame(kCode, "0000\n").err, Contains("wrong PIN: 1 try left"));
  for (const std::string pin : {"0000\n", "1234\n"}) {
    outcome = box.sesame(kCode, pin);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, Contains("one PIN try left") && Contains("--last-try"));
  }
  outcome = box.sesame(kCode + Arguments{"--last-try"}, "0000\n");
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains("0 tries left, the PIN is blocked"));
  CHECK_THAT(box.sesame(kCode, "1234\n").err, Contains("blocked"));

  std::size_t verified = 0;
  const std::string trace = box.read("card.apdu");
  for (auto at = trace.find("> 00200080"); at != std::string::npos; at = trace.find("> 00200080", at + 1))
    ++verified;
  CHECK(verified == 3);
}

TEST_CASE("the last try with the right PIN gives a code") {
  const Sandbox box;
  const CardInReader served({"--ephemeral"});
  CHECK(box.sesame(kCode, "0000\n").status == 1);
  CHECK(box.sesame(kCode, "0000\n").status == 1);
  CHECK(box.sesame(kCode + Arguments{"--last-try"}, "1234\n").status == 0);
}

TEST_CASE("a recorded card gives the code again, and tells neither PIN nor PAN") {
  const Sandbox box;
  for (const std::string card : {"sesame-card", "bank-card", "belgian-card", "aes-card"}) {
    INFO(card);
    const CardInReader served({"--ephemeral", "--card", card});
    const std::string file = box.file(card + ".apdu");
    const Arguments keys{"--profile", "vasco-810", "--function", "M1", "--input", "1234"};
    const Outcome recorded =
        box.sesame(Arguments{"record", "--reader", "0", "--pin-stdin", file} + keys, "1234\n");
    INFO(recorded.err);
    REQUIRE(recorded.status == 0);
    const Outcome again = box.sesame(Arguments{"code", "--card", file, "--pin", "9999"} + keys);
    CHECK(again.out == recorded.out);

    const std::string text = box.read(card + ".apdu");
    const std::string pan = object(box.sesame({"card", "show", "--json", card}))["pan"];
    CHECK_THAT(text, !Contains(pan) && !Contains("241234FFFF"));
    CHECK_THAT(text, Contains("> 0020008008****************"));

    const Outcome kept =
        box.sesame(Arguments{"record", "--reader", "0", "--pin-stdin", "--keep-pan", file} + keys, "1234\n");
    REQUIRE(kept.status == 0);
    CHECK_THAT(box.read(card + ".apdu"), Contains(pan));
  }
}

TEST_CASE("a recording that was there stays until there is another that gives its code") {
  const Sandbox box;
  const CardInReader served({"--ephemeral"});
  const std::string file = box.write("card.apdu", "what was there");
  const Arguments record{"record", "--reader", "0", file};
  CHECK(box.sesame(record + Arguments{"--pin-env", "NOPE"}).status == 2);
  CHECK(box.sesame(record + Arguments{"--pin-stdin"}, "12\n").status == 2);
  CHECK(box.sesame(record + Arguments{"--pin-stdin"}, "0000\n").status == 1);
  CHECK(box.read("card.apdu") == "what was there");
  CHECK_FALSE(std::filesystem::exists(file + ".new"));
  CHECK(box.sesame(record + Arguments{"--pin-stdin"}, "1234\n").status == 0);
  CHECK_THAT(box.read("card.apdu"), StartsWith("# sesame record"));
}

TEST_CASE("a card that does not tell its tries gets no PIN unless --last-try") {
  const Sandbox box;
  std::string card = box.sesame({"code", "--ephemeral", "--pin", "1234", "--trace", box.file("t.apdu")}).out;
  std::istringstream in(box.read("t.apdu"));
  std::string without;
  for (std::string line; std::getline(in, line);) {
    if (line.find("80CA9F17") != std::string::npos) {
      std::getline(in, line);  // and its answer
    } else {
      without += line + "\n";
    }
  }
  const CardInReader served({"--card", box.write("silent.apdu", without)});
  const Outcome outcome = box.sesame(kCode, "1234\n");
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains("does not tell how many PIN tries are left") && Contains("--last-try"));
  CHECK(box.sesame(kCode + Arguments{"--last-try"}, "1234\n").out == card);
}

TEST_CASE("a program that has the reader for a moment is waited for") {
  const Sandbox box;
  const CardInReader served({"--ephemeral"});
  std::atomic<bool> done = false;
  std::thread others([&] {
    while (!done) box.sesame({"readers"});
  });
  int made = 0;
  for (int i = 0; i < 10; ++i) made += box.sesame(kCode, "1234\n").status == 0 ? 1 : 0;
  done = true;
  others.join();
  CHECK(made == 10);
}

TEST_CASE(
    "another program's transaction: the readers are listed, and a program that wants the card is told in "
    "time") {
  const Sandbox box;
  const CardInReader served({"--ephemeral", "--trace", box.file("card.apdu")});
  const sesame::pcscd::OtherProgram other(kReader);
  REQUIRE(other.begin_transaction() == SCARD_S_SUCCESS);

  Timed<Outcome> listed([&] { return box.sesame({"readers"}); });
  CHECK(listed.result.status == 0);
  CHECK_THAT(listed.result.out, Contains("card, in use by another program  ?"));
  const auto all = object(box.sesame({"readers", "--json"}));
  CHECK(all[0]["state"] == "card, in use by another program");
  CHECK(all[0]["pinpad"].is_null());
  CHECK(all[1]["state"] == "no card");
  CHECK(listed.seconds < 10);

  for (const Arguments& command : {kCode, Arguments{"apps", "--reader", "0"},
                                   Arguments{"record", "--reader", "0", "--pin-stdin", box.file("x.apdu")}}) {
    for (const std::string wait : {"0", "1"}) {
      INFO(command[0] << " --wait " << wait);
      const Timed<Outcome> told([&] { return box.sesame(command + Arguments{"--wait", wait}, "1234\n"); });
      CHECK(told.result.status == 3);
      CHECK(told.result.err ==
            "sesame: reader Reader 00 00 is in use by another program: close that program and try again\n");
      CHECK(told.result.out.empty());
      CHECK(told.seconds < 10);
    }
  }
  CHECK_THAT(box.read("card.apdu"), !Contains("> "));
}

TEST_CASE("another program that lets go of the card in time is waited for") {
  const Sandbox box;
  const CardInReader served({"--ephemeral"});
  for (const bool alone : {false, true}) {
    INFO("alone: " << alone);
    const sesame::pcscd::OtherProgram other(kReader, alone ? SCARD_SHARE_EXCLUSIVE : SCARD_SHARE_SHARED);
    REQUIRE(other.begin_transaction() == SCARD_S_SUCCESS);
    Background apps(box, {"apps", "--reader", "0"});
    REQUIRE(apps.says("Reader 00 00 is in use by another program, which is waited for (within 30 s)"));
    other.end_transaction();
    other.leave_card();
    CHECK(apps.wait() == 0);
  }
}

TEST_CASE("a daemon that was stopped is told from a card that does not answer") {
  const Sandbox box;
  CardInReader served({"--ephemeral"});
  served.daemon().pause();
  std::vector<std::future<Timed<Outcome>>> all;
  for (const Arguments& command :
       {Arguments{"readers"}, kCode + Arguments{"--wait", "1"}, Arguments{"apps", "--reader", "0"}}) {
    all.push_back(std::async(std::launch::async, [&box, command] {
      return Timed<Outcome>([&] { return box.sesame(command, "1234\n"); });
    }));
  }
  for (auto& each : all) {
    const Timed<Outcome> told = each.get();
    CHECK(told.result.status == 3);
    CHECK(told.result.err ==
          "sesame: the PC/SC service does not answer: restart it (systemctl restart pcscd)\n");
    CHECK(told.seconds < 15);
  }
  served.daemon().go_on();
  CHECK(box.sesame({"apps", "--reader", "0"}).status == 0);
}

TEST_CASE("a daemon that is stopped while the PIN is typed is told, too") {
  const Sandbox box;
  CardInReader served({"--ephemeral"});
  const Seen seen = at_terminal(box, {"code", "--reader", "0"}, [&](pid_t) {
    served.daemon().pause();
    return "1234\r";
  });
  CHECK(seen.status == 3);
  CHECK_THAT(seen.text, Contains("the PC/SC service does not answer"));
  CHECK(seen.echo_restored);
}

TEST_CASE("a signal at the PIN prompt leaves the terminal as it was") {
  const Sandbox box;
  const CardInReader served({"--ephemeral"});
  const Seen seen = at_terminal(box, {"code", "--reader", "0"}, [](pid_t child) {
    ::kill(child, SIGTERM);
    return "";
  });
  CHECK(seen.status == 128 + SIGTERM);
  CHECK(seen.echo_restored);
}

TEST_CASE("a trace of a card in a reader masks its PAN; of a virtual card it does not") {
  const Sandbox box;
  const CardInReader served({"--ephemeral", "--card", "bank-card"});
  const std::string pan = object(box.sesame({"card", "show", "--json", "bank-card"}))["pan"];
  REQUIRE(box.sesame(kCode + Arguments{"--trace", box.file("t.apdu")}, "1234\n").status == 0);
  CHECK_THAT(box.read("t.apdu"), !Contains(pan));
  REQUIRE(box.sesame(kCode + Arguments{"--keep-pan", "--trace", box.file("t.apdu")}, "1234\n").status == 0);
  CHECK_THAT(box.read("t.apdu"), Contains(pan));
  REQUIRE(
      box.sesame({"code", "--card", "bank-card", "--pin", "1234", "--trace", box.file("t.apdu")}).status ==
      0);
  CHECK_THAT(box.read("t.apdu"), Contains(pan));
}

TEST_CASE("a card pulled out at any command: one line, exit status 3, and no ATC twice") {
  const Sandbox box;
  const auto port = free_port();
  const PrivateDaemon daemon({vpcd_reader("Reader", port)});
  std::vector<std::string> atcs;
  bool made = false;
  for (std::size_t n = 0; !made; ++n) {
    REQUIRE(n < 40);
    INFO("pulled at command " << n);
    const std::string trace = "card" + std::to_string(n) + ".apdu";
    {
      Background card(box, {"card", "serve", "--card", "bank-card", "--port", std::to_string(port),
                            "--eject-after", std::to_string(n), "--trace", box.file(trace)});
      REQUIRE(card.says("is in the reader"));
      const Outcome outcome = box.sesame(kCode, "1234\n");
      made = outcome.status == 0;
      if (!made) {
        CHECK(outcome.status == 3);
        CHECK(without_notices(outcome.err) == "sesame: the card in Reader 00 00 was removed\n");
        CHECK(outcome.out.empty());
        CHECK(card.says("was removed"));
      }
      card.signal(SIGTERM);
      CHECK(card.wait() == 0);
    }
    const auto more = atcs_of_first_cryptograms(box.read(trace));
    atcs.insert(atcs.end(), more.begin(), more.end());
    if (made) CHECK(n >= 12);
  }
  CHECK(atcs.size() >= 3);
  CHECK(std::set<std::string>(atcs.begin(), atcs.end()).size() == atcs.size());
}

namespace {

// A card whose reader does something at one of its commands.
class HookedSlot final : public sesame::CardSlot {
 public:
  HookedSlot(sesame::CardSlot& card, std::size_t at, std::function<void()> hook)
      : card_(card), at_(at), hook_(std::move(hook)) {}

  sesame::SlotStatus carry_out(const sesame::SlotRequest& request,
                               sesame::emv::ResponseBuffer& answer) override {
    if (request.is_command() && asked_++ == at_) hook_();
    return card_.carry_out(request, answer);
  }

 private:
  sesame::CardSlot& card_;
  std::size_t at_, asked_ = 0;
  std::function<void()> hook_;
};

// A card in the reader at `port`, served by a thread of this process; `hook` runs as command `at` arrives.
class ServedCard {
 public:
  ServedCard(std::uint16_t port, sesame::card::VirtualCard& card, std::size_t at, std::function<void()> hook)
      : slot_(card, at, std::move(hook)), thread_([this, port] { serve(port); }) {}
  ~ServedCard() {
    ::pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }

 private:
  void serve(std::uint16_t port) {
    sesame::vpcd::Server server(slot_, {"card", port, std::chrono::seconds(30), {}}, signals_,
                                [](const std::string&) {});
    server.run();
  }

  sesame::io::Signals signals_;
  HookedSlot slot_;
  std::thread thread_;
};

}  // namespace

TEST_CASE("the daemon killed at any command: one line and exit status 3") {
  const Sandbox box;
  const sesame::card::Personalization personalization = sesame::card::load_card("sesame-card");
  sesame::state::EphemeralStore store;
  sesame::card::VirtualCard card(personalization, store);
  bool made = false;
  for (std::size_t n = 0; !made; ++n) {
    REQUIRE(n < 40);
    INFO("killed at command " << n);
    const auto port = free_port();
    PrivateDaemon daemon({vpcd_reader("Reader", port)});
    const ServedCard served(port, card, n, [&] { daemon.kill(); });
    const Outcome outcome = box.sesame(kCode, "1234\n");
    made = outcome.status == 0;
    if (!made) {
      CHECK(outcome.status == 3);
      CHECK_THAT(outcome.err, Contains("pcscd"));
      CHECK(lines(without_notices(outcome.err)) == 1);
      CHECK(outcome.out.empty());
    }
    if (made) CHECK(n >= 12);
  }
}
