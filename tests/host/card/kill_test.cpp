// kill -9 at any instant: no ATC comes twice and no PIN try is won back. Among real processes, on a real
// file.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "host/state/durable_store.hpp"
#include "tests/host/card/fixture.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::card {
namespace {

using namespace test;

constexpr std::uint8_t kLimit = 15;

Personalization card_of_many_tries() {
  Personalization card = personalization();
  card.try_limit = kLimit;
  return card;
}

// What the child tells before a command and after its answer.
struct Note {
  enum class Kind : std::uint8_t { started, atc, wrong_begins, wrong_done, right_begins, right_done };
  Kind kind = Kind::started;
  std::uint16_t value = 0;  // the ATC, or the tries left
};

// A cardholder who types a wrong PIN twice and then the right one, transaction by transaction. Ends by
// SIGKILL.
[[noreturn]] void use_the_card(const std::string& state_file, int pipe) {
  const auto tell = [&](Note::Kind kind, std::size_t value = 0) {
    const Note note{kind, static_cast<std::uint16_t>(value)};
    if (::write(pipe, &note, sizeof note) != sizeof note) ::_exit(1);
  };
  const auto number = [](const std::string& text) { return std::stoul(text, nullptr, 16); };
  state::DurableStore store(state_file);
  Terminal terminal(card_of_many_tries(), store);
  tell(Note::Kind::started);
  for (;;) {
    terminal.go_to(Stage::initiated);
    tell(Note::Kind::atc, number(terminal.atc()));
    for (int i = 0; i < 2; ++i) {
      tell(Note::Kind::wrong_begins);
      const auto sw = number(terminal.send(verify("0000")));
      if ((sw & 0xFFF0) != 0x63C0) ::_exit(2);
      tell(Note::Kind::wrong_done, sw & 0x0F);
    }
    tell(Note::Kind::right_begins);
    if (terminal.send(verify("1234")) != "9000") ::_exit(3);
    tell(Note::Kind::right_done);
  }
}

// What may be left of the tries, by what the child has told.
struct Tries {
  unsigned least = kLimit, most = kLimit;

  void take(const Note& note) {
    switch (note.kind) {
      case Note::Kind::started:
      case Note::Kind::atc: return;
      case Note::Kind::wrong_begins: --least; return;
      case Note::Kind::wrong_done: least = most = note.value; return;
      case Note::Kind::right_begins: --least, most = kLimit; return;  // taken, or given back already
      case Note::Kind::right_done: least = most = kLimit; return;
    }
  }
};

// Kills the child after its note number `last`, and returns all that it had told by then.
std::vector<Note> run_and_kill(const std::string& state_file, std::size_t last) {
  int pipe[2];
  REQUIRE(::pipe(pipe) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(pipe[0]);
    try {
      use_the_card(state_file, pipe[1]);
    } catch (...) {
      ::_exit(99);
    }
  }
  ::close(pipe[1]);
  std::vector<Note> notes;
  Note note;
  while (::read(pipe[0], &note, sizeof note) == sizeof note) {
    notes.push_back(note);
    if (notes.size() == last) ::kill(child, SIGKILL);
  }
  ::close(pipe[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CAPTURE(status);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(WTERMSIG(status) == SIGKILL);
  return notes;
}

TEST_CASE("a card whose process is killed at any instant repeats no ATC and gives no try back") {
  const sesame::test::TemporaryFolder directory;
  const std::string file = directory.file("cards.state");
  unsigned highest_atc = 0;
  Tries tries;
  // Seven notes make a transaction: three times killed after each of them.
  for (std::size_t last = 1; last <= 21; ++last) {
    CAPTURE(last);
    for (const Note& note : run_and_kill(file, last)) {
      if (note.kind == Note::Kind::atc) {
        CHECK(note.value > highest_atc);
        highest_atc = note.value;
      }
      tries.take(note);
    }
    state::DurableStore store(file);
    Terminal terminal(card_of_many_tries(), store);
    const unsigned left = terminal.card().counters().tries_left();
    CHECK(left <= tries.most);
    CHECK(left >= tries.least);
    tries = {left, left};
    const std::string atc = terminal.go_to(Stage::initiated).atc();
    CHECK(std::stoul(atc, nullptr, 16) > highest_atc);
    highest_atc = static_cast<unsigned>(std::stoul(atc, nullptr, 16));
  }
}

}  // namespace
}  // namespace sesame::card
