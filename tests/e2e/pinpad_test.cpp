// A person with a reader that has keys of its own: `reader serve` behind a private pcscd.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "tests/e2e/background.hpp"
#include "tests/e2e/output.hpp"
#include "tests/pcscd/private_daemon.hpp"

using Catch::Matchers::Contains;
using namespace sesame::e2e;
using sesame::pcscd::PrivateDaemon;

namespace {

const Arguments kCode{"code", "--reader", "0", "--pinpad"};

// A reader with its card, which a private pcscd knows as its only one.
class Pinpad {
 public:
  explicit Pinpad(const Arguments& options)
      : reader_(box_, Arguments{"reader", "serve", "--socket", socket(), "--keys-from", "3"} + options) {
    REQUIRE(reader_.says("the reader is at"));
    daemon_.emplace(std::vector<sesame::pcscd::ReaderEntry>{{"Sesame", socket(), IFD_HANDLER, 0}});
  }

  const Sandbox& box() const { return box_; }
  Background& reader() { return reader_; }
  PrivateDaemon& daemon() { return *daemon_; }

  // A code for whose PIN these keys are pressed, when the reader asks for it.
  struct Made {
    int status = -1;
    std::string out, err;
  };
  Made make(const Arguments& command, const std::string& keys, const std::string& prompt = "Code secret ?") {
    Background making(box_, command);
    REQUIRE(making.says("type the PIN at the pinpad of Sesame 00 00"));
    REQUIRE(reader_.says(prompt));
    reader_.keys(keys);
    const int status = making.wait();
    static_cast<void>(making.says("nothing more"));  // reads to the end
    return {status, making.out(), without_notices(making.said())};
  }

 private:
  std::string socket() const { return box_.file("reader"); }

  Sandbox box_;
  Background reader_;
  std::optional<PrivateDaemon> daemon_;
};

}  // namespace

TEST_CASE("the reader takes the PIN, and the computer gets the code") {
  for (const std::string card : {"sesame-card", "bank-card", "belgian-card", "aes-card"}) {
    INFO(card);
    const Arguments known{"--card", card, "--ephemeral", "--atc", "00B4"};
    const Arguments keys{"--profile", "vasco-810", "--function", "M1", "--input", "12345678"};
    Pinpad pinpad(known);
    const auto made = pinpad.make(kCode + keys, "1234\n", "PIN?");  // the first language of that model
    INFO(made.err);
    CHECK(made.status == 0);
    CHECK(made.out == pinpad.box().sesame(Arguments{"code", "--pin", "1234"} + keys + known).out);
    CHECK_THAT(pinpad.reader().said(), !Contains("1234"));
  }
}

TEST_CASE("a PIN typed into the computer works in this reader, too") {
  Pinpad pinpad({"--ephemeral", "--atc", "00B4"});
  const Outcome outcome = pinpad.box().sesame({"code", "--reader", "Sesame", "--pin-stdin"}, "1234\n");
  CHECK(outcome.out == "4251 1495\n");
}

TEST_CASE("the reader is listed with its pinpad") {
  Pinpad pinpad({"--ephemeral"});
  const auto all = object(pinpad.box().sesame({"readers", "--json"}));
  REQUIRE(all.size() == 1);
  CHECK(all[0]["name"] == "Sesame 00 00");
  CHECK(all[0]["pinpad"] == true);
  CHECK(all[0]["atr"] == "3B6500005345534D01");
}

TEST_CASE("a wrong PIN at the pinpad costs one try, a cancelled one none") {
  Pinpad pinpad({"--ephemeral"});
  const auto wrong = pinpad.make(kCode, "0000\n");
  CHECK(wrong.status == 1);
  CHECK_THAT(wrong.err, Contains("wrong PIN: 2 tries left"));
  REQUIRE(pinpad.reader().says("Choisir la"));  // what it says now it says anew
  const auto cancelled = pinpad.make(kCode, "12ccc");
  CHECK(cancelled.status == 1);
  CHECK(lines(cancelled.err) == 1);
  CHECK_THAT(cancelled.err, Contains("cancelled"));
  REQUIRE(pinpad.reader().says("Choisir la"));
  CHECK(pinpad.make(kCode, "1234\n").status == 0);
}

TEST_CASE("a card recorded with its PIN at the pinpad gives the code again") {
  Pinpad pinpad({"--ephemeral", "--card", "bank-card"});
  const std::string file = pinpad.box().file("card.apdu");
  const auto recorded = pinpad.make({"record", "--reader", "0", "--pinpad", file}, "1234\n");
  INFO(recorded.err);
  CHECK(recorded.status == 0);
  CHECK(pinpad.box().sesame({"code", "--card", file, "--pin", "0000"}).out == recorded.out);
}

TEST_CASE("a recorded card in the reader gives its code through PC/SC") {
  Pinpad pinpad({"--card", TRANSCRIPTS "/visa_dpa_fr.apdu"});
  const Arguments m1{"--profile", "vasco-810", "--function", "M1"};
  CHECK(pinpad.box().sesame(Arguments{"code", "--reader", "0", "--pin-stdin"} + m1, "1234\n").out ==
        "34656023\n");
}

TEST_CASE("a reader without keys refuses --pinpad before anything is asked") {
  const Sandbox box;
  const auto port = sesame::pcscd::free_port();
  const PrivateDaemon daemon({sesame::pcscd::vpcd_reader("Reader", port)});
  Background card(box, {"card", "serve", "--ephemeral", "--port", std::to_string(port)});
  REQUIRE(card.says("is in the reader"));
  const Outcome outcome = box.sesame(kCode);
  CHECK(outcome.status == 3);
  CHECK(without_notices(outcome.err) ==
        "sesame: Reader 00 00 has no pinpad; without --pinpad the PIN is typed here\n");
}

TEST_CASE("the card is pulled out while the reader asks for the PIN") {
  Pinpad pinpad({"--ephemeral"});
  const auto pulled = pinpad.make(kCode, "12e");
  CHECK(pulled.status == 3);
  CHECK(pulled.err == "sesame: the card in Sesame 00 00 was removed\n");
}

TEST_CASE("while the reader's keys are in use, a program is told, and so is the user") {
  Pinpad pinpad({"--ephemeral"});
  REQUIRE(pinpad.reader().says("Connecté"));
  REQUIRE(pinpad.reader().says("Choisir la"));  // the daemon has let go of the card
  pinpad.reader().keys("a");
  REQUIRE(pinpad.reader().says("Code secret ?"));
  const Outcome outcome = pinpad.box().sesame({"apps", "--reader", "0"});
  CHECK(outcome.status == 1);
  CHECK(pinpad.reader().says("while the keys are in use"));
}

TEST_CASE("a reader that has stopped hides neither itself nor the others") {
  Pinpad pinpad({"--ephemeral"});
  pinpad.reader().signal(SIGSTOP);
  const Outcome outcome = pinpad.box().sesame({"readers"});
  pinpad.reader().signal(SIGCONT);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, Contains("Sesame 00 00"));
}

TEST_CASE("the reader is unplugged while it asks for the PIN") {
  Pinpad pinpad({"--ephemeral"});
  Background making(pinpad.box(), kCode);
  REQUIRE(pinpad.reader().says("Code secret ?"));
  pinpad.reader().signal(SIGKILL);
  CHECK(making.wait() == 3);
  static_cast<void>(making.says("nothing more"));
  CHECK(without_notices(making.said()) == "sesame: the card in Sesame 00 00 was removed\n");
}

TEST_CASE("the daemon is killed while the reader asks for the PIN") {
  Pinpad pinpad({"--ephemeral"});
  Background making(pinpad.box(), kCode);
  REQUIRE(pinpad.reader().says("Code secret ?"));
  pinpad.daemon().kill();
  CHECK(making.wait() == 3);
  static_cast<void>(making.says("nothing more"));
  CHECK(lines(without_notices(making.said())) == 1);
  CHECK_THAT(making.said(), Contains("pcscd"));
  // The reader is the user's again.
  CHECK(pinpad.reader().says("Choisir la"));
}
