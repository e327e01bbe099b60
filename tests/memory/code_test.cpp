// What a command that makes a code leaves in its memory, from the PIN to the end.
#include <catch2/catch.hpp>

#include <sys/wait.h>

#include "tests/memory/cards.hpp"
#include "tests/memory/watched.hpp"

namespace sesame::memory {
namespace {

Arguments operator+(Arguments one, const Arguments& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

void type_the_pin(Watched& sesame, const std::string& text) {
  sesame.type(text);
  sesame.end_of_input();
}

// From the reader's question for the PIN to the end of the program.
void check_code(Watched& sesame) {
  REQUIRE(sesame.next_text_with("Code secret ?"));
  CHECK(sesame.holds(kPin));  // it is about to be typed
  CHECK(sesame.memory().command_line().find(kPinDigits) == std::string::npos);
  REQUIRE(sesame.next_text_with("Code bon"));
  CHECK(sesame.remains(kPin) == "");
  REQUIRE(sesame.next_text_with("Code Sésame"));
  CHECK(sesame.remains(kPin) == "");
  CHECK(sesame.holds(kCode));
  while (const auto text = sesame.next_text()) {
    CHECK(sesame.remains(kPin) == "");
  }
  CHECK(sesame.remains(kPin) == "");
  CHECK(sesame.remains(kCode) == "");
  CHECK(WEXITSTATUS(sesame.wait()) == 0);
}

}  // namespace

TEST_CASE("a PIN is in no memory once the card has it, however it came") {
  const e2e::Sandbox sandbox;
  const Arguments code{"code", "--show-screens", "--card", sandbox.write("card.apdu", kRecorded)};
  SECTION("as an option") {
    Watched sesame(sandbox, code + Arguments{"--pin", kPinDigits}, {.by_steps = true});
    check_code(sesame);
  }
  SECTION("as an option with =") {
    Watched sesame(sandbox, code + Arguments{"--pin=" + kPinDigits, "--json"}, {.by_steps = true});
    check_code(sesame);
  }
  SECTION("from standard input") {
    Watched sesame(sandbox, code + Arguments{"--pin-stdin"}, {.by_steps = true});
    type_the_pin(sesame, kPinDigits + "\n");
    check_code(sesame);
  }
  SECTION("from a variable") {
    Watched sesame(sandbox, code + Arguments{"--pin-env", "CARD_PIN"},
                   {.variables = {{"CARD_PIN", kPinDigits}}, .by_steps = true});
    check_code(sesame);
  }
  SECTION("typed at a terminal") {
    Watched sesame(sandbox, code, {.terminal = true, .by_steps = true});
    REQUIRE(sesame.next_text_with("PIN: "));
    sesame.type(kPinDigits + "\n");
    check_code(sesame);
  }
}

TEST_CASE("a PIN is in no memory when the card is recorded, nor when it was wrong") {
  const e2e::Sandbox box;
  SECTION("recorded") {
    Watched sesame(box,
                   {"record", "--card", box.write("card.apdu", kRecorded), "--pin", kPinDigits,
                    "--show-screens", box.file("copy.apdu")},
                   {.by_steps = true});
    check_code(sesame);
  }
  SECTION("wrong") {
    Watched sesame(
        box, {"code", "--card", box.write("card.toml", card_file()), "--pin", kPinDigits, "--show-screens"},
        {.by_steps = true});
    REQUIRE(sesame.next_text_with("Code secret ?"));
    REQUIRE(sesame.next_text_with("wrong PIN"));
    for (const Secret& secret : {kPin, kCardPin, kKey}) CHECK(sesame.remains(secret) == "");
    CHECK(WEXITSTATUS(sesame.wait()) == 1);
  }
}

TEST_CASE("a new card's PIN and keys are in its file alone") {
  const e2e::Sandbox box;
  const std::string file = box.file("new.toml");
  Watched sesame(box, {"card", "new", "--pin", kPinDigits, file}, {.by_steps = true});
  REQUIRE(sesame.next_text_with("is a new card"));
  while (sesame.next_text()) {
  }
  const std::string text = box.read("new.toml");
  const std::string key = text.substr(text.find("\nmk = \"") + 7, 32);
  CHECK(sesame.remains(kPin) == "");
  CHECK(sesame.remains(Secret::key("the new key", key)) == "");
  CHECK(sesame.memory().command_line().find(kPinDigits) == std::string::npos);
  CHECK(WEXITSTATUS(sesame.wait()) == 0);
}

TEST_CASE("an issuer's key is in no memory once its cards have theirs") {
  const e2e::Sandbox box;
  const std::string imk = "C19E4D7B2A8F6350D4B7F92E3861A50C";
  const Secret issuers = Secret::key("the issuer's key", imk);
  const std::string file = box.write("imk", imk + "\n");
  SECTION("of new cards") {
    Watched sesame(box,
                   {"card", "new", "--imk-file", file, "--pan", "5413330000000019", "--pin", kPinDigits,
                    "--count", "3", box.file("cards")},
                   {.by_steps = true});
    REQUIRE(sesame.next_text_with("has 3 cards"));
    while (sesame.next_text()) {
    }
    const std::string text = box.read("cards/5413330000000027-00.toml");
    const std::string key = text.substr(text.find("\nmk = \"") + 7, 32);
    CHECK(sesame.remains(kPin) == "");
    CHECK(sesame.remains(issuers) == "");
    CHECK(sesame.remains(Secret::key("a card's key", key)) == "");
    CHECK(WEXITSTATUS(sesame.wait()) == 0);
  }
  SECTION("of a card that makes a code") {
    Watched sesame(
        box, {"code", "--imk-file", file, "--pan", "5413330000000019", "--pin", "1234", "--show-screens"},
        {.by_steps = true});
    REQUIRE(sesame.next_text_with("Code secret ?"));
    CHECK(sesame.remains(issuers) == "");
    while (sesame.next_text()) {
    }
    CHECK(sesame.remains(issuers) == "");
    CHECK(WEXITSTATUS(sesame.wait()) == 0);
  }
}

}  // namespace sesame::memory
