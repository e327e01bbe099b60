// The stack of an image is painted at its start: after whole dialogues on each board, with cards of both
// protocols, what lost its paint was used.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/cli/make_code.hpp"
#include "host/profile/reader_file.hpp"
#include "host/reader/panel/qemu_device.hpp"
#include "host/reader/panel/slot_line.hpp"
#include "host/state/counters.hpp"
#include "tests/firmware/stack/monitor.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace sesame;
using test::Monitor;

namespace {

constexpr std::size_t kMostStack = 1536;  // bytes: the budget
// firmware/boards/stm32f4/stm32f4.ld, and startup.cpp.
constexpr std::uint32_t kStackLow = 0x20000000;
constexpr std::size_t kStackSize = 2048;
constexpr std::uint8_t kPaint = 0xC5;

std::string image(const std::string& reader, const std::string& board) {
  const char* elsewhere = std::getenv("SESAME_FIRMWARE");
  return std::string(elsewhere != nullptr ? elsewhere : SESAME_IMAGES) + "/" + reader + "--" + board + ".elf";
}

// A reader in QEMU with a card of this name in front of it.
struct ReaderInQemu {
  ReaderInQemu(const std::string& reader_name, const std::string& board, const std::string& card_name)
      : profile(profile::load_reader(reader_name)),
        personalization(card::load_card(card_name)),
        reader(
            {image(reader_name, board), {}, {"-qmp", "unix:" + folder.file("qmp") + ",server=on,wait=off"}},
            line, {}) {}

  sesame::test::TemporaryFolder folder;
  profile::LoadedReader profile;
  card::Personalization personalization;
  state::EphemeralStore store;
  card::VirtualCard card{personalization, store};
  SlotLine line{card};
  QemuDevice reader;

  void make_code(const std::string& function, const Answers& answers) {
    cli::Task task;
    task.function = cli::parse_function(profile.profile(), function);
    task.answers = answers;
    task.pin = SecretString(std::string(personalization.pin.view()));
    cli::make_code(reader, profile.profile(), task);
    reader.remove();
  }

  void type_wrong_pin() {
    reader.insert();
    reader.press(Key::f1);
    if (reader.state() == State::prompt) reader.press(Key::ok);
    for (int i = 0; i < 4; ++i) reader.press(Key::d0);
    reader.press(Key::ok);
    REQUIRE(reader.state() == State::wrong_pin);
    reader.remove();
  }

  std::size_t stack_used() {
    const auto stack = Monitor(folder.file("qmp")).memory(kStackLow, kStackSize, folder.file("stack"));
    const auto used =
        std::find_if(stack.begin(), stack.end(), [](std::uint8_t byte) { return byte != kPaint; });
    return static_cast<std::size_t>(stack.end() - used);
  }
};

}  // namespace

TEST_CASE("no dialogue takes more than 1.5 KiB of stack") {
  std::size_t most = 0;
  for (const char* board : {"stm32f407g-disc1", "olimex-stm32-h405"}) {
    for (const char* card : {"sesame-card", "bank-card", "belgian-card", "aes-card"}) {
      CAPTURE(board, card);
      ReaderInQemu qemu("vasco-810", board, card);
      qemu.type_wrong_pin();
      qemu.make_code("M1", {"12345678"});
      qemu.make_code("M2", {"1234567890", "0987654321", ""});
      const std::size_t used = qemu.stack_used();
      CHECK(used > 256);  // or it was not the stack
      CHECK(used <= kMostStack);
      most = std::max(most, used);
    }
  }
  std::cout << "stack: " << most << " of " << kMostStack << " bytes\n";
}
