// What `sesame code` and what it starts have in their memory where the reader is somewhere else.
// SESAME_FIRMWARE says where the images are.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>

#include "host/profile/reader_file.hpp"
#include "host/transcript/transcript_slot.hpp"
#include "tests/host/reader/served_board.hpp"
#include "tests/memory/cards.hpp"
#include "tests/memory/watched.hpp"

namespace sesame::memory {
namespace {

std::string text_of(pid_t process, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(process) + "/" + name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

pid_t child_of(pid_t process) {
  return std::stoi(text_of(process, "task/" + std::to_string(process) + "/children"));
}

}  // namespace

TEST_CASE("a reader in QEMU inherits no PIN, and has none once the card has it") {
  const e2e::Sandbox box;
  Watched sesame(box,
                 {"code", "--show-screens", "--device", "qemu", "--pin-env", "CARD_PIN", "--card",
                  box.write("card.apdu", kRecorded)},
                 {.variables = {{"CARD_PIN", kPinDigits}}, .by_steps = true, .may_dump = true});
  REQUIRE(sesame.next_text_with("Code secret ?"));
  CHECK(sesame.holds(kPin));
  const pid_t qemu = child_of(sesame.process());
  const Memory inside(qemu);
  CHECK(text_of(qemu, "environ").find("CARD_PIN") == std::string::npos);
  CHECK(places(inside, kPin).empty());
  std::istringstream limits(text_of(qemu, "limits"));
  for (std::string line; std::getline(limits, line);) {
    if (line.starts_with("Max core")) CHECK(line.find("  1  ") != std::string::npos);
  }
  REQUIRE(sesame.next_text_with("Code Sésame"));
  CHECK(sesame.remains(kPin) == "");
  CHECK(places(inside, kPin).empty());
  CHECK(WEXITSTATUS(sesame.wait()) == 0);
}

TEST_CASE("a PIN for a reader on a board is gone when it was typed there") {
  const e2e::Sandbox box;
  const profile::LoadedReader profile = profile::load_reader("sesame");
  transcript::TranscriptSlot slot(
      std::make_shared<const transcript::Transcript>(transcript::Transcript::parse(kRecorded, "card")));
  test::Board board(profile.profile(), slot);
  test::Terminal line;
  const test::BoardThread serving(board, line.master.get());
  Watched sesame(box, {"code", "--show-screens", "--device", "serial:" + line.path, "--pin-stdin"},
                 {.by_steps = true});
  sesame.type(kPinDigits + "\n");
  REQUIRE(sesame.next_text_with("Code secret ?"));
  CHECK(sesame.holds(kPin));
  REQUIRE(sesame.next_text_with("Code Sésame"));
  CHECK(sesame.remains(kPin) == "");
  while (sesame.next_text()) {
  }
  CHECK(sesame.remains(kPin) == "");
  CHECK(sesame.remains(kCode) == "");
  CHECK(WEXITSTATUS(sesame.wait()) == 0);
}

}  // namespace sesame::memory
