#include "tests/firmware/pixels/manual_screens.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/emv/tags.hpp"
#include "host/board/board_file.hpp"
#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/reader/panel/qemu_device.hpp"
#include "host/reader/panel/slot_line.hpp"
#include "host/state/counters.hpp"
#include "tests/firmware/pixels/display_probe.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sesame::test {

namespace {

constexpr const char* kRightPin = "1234";
constexpr const char* kWrongPin = "0000";

enum Instruction : std::uint8_t {
  kVerify = 0x20,
  kSelect = 0xA4,
  kGetProcessingOptions = 0xA8,
  kGenerateAc = 0xAE
};

std::string image_of(std::string_view reader, std::string_view board) {
  const char* elsewhere = std::getenv("SESAME_FIRMWARE");
  return std::string(elsewhere != nullptr ? elsewhere : SESAME_IMAGES) + "/" + std::string(reader) + "--" +
         std::string(board) + ".elf";
}

card::Personalization sesame_card() { return card::load_card("sesame-card"); }

// One that wants to be spoken to in English.
card::Personalization english_card() {
  card::Personalization card = sesame_card();
  card.language = "en";
  return card;
}

// One whose mask takes every bit.
card::Personalization talkative_card() {
  card::Personalization card = sesame_card();
  for (std::uint8_t& byte : card.applications.front().data.at(emv::tag::ipb)) byte = 0xFF;
  return card;
}

// A new card, with the counters of one.
struct FreshCard {
  explicit FreshCard(card::Personalization made) : personalization(std::move(made)) {}

  state::EphemeralStore store;
  card::Personalization personalization;
  card::VirtualCard card{personalization, store};
};

// What is at the contacts; tells of every command before the card sees it.
class WatchedSlot final : public CardSlot {
 public:
  // The card does not get to see such a command; this is answered in its place.
  struct Instead {
    std::uint8_t instruction = 0;
    std::uint16_t sw = 0;
  };

  void put(card::Personalization made, std::optional<Instead> instead = {}) {
    card_ = std::make_unique<FreshCard>(std::move(made));
    instead_ = instead;
  }
  void put_mute() { card_.reset(); }
  void on_command(std::function<void(std::uint8_t instruction)> watch) { watch_ = std::move(watch); }

  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override {
    if (!card_) return SlotStatus::mute;
    if (watch_ && request.is_command()) watch_(request.command[1]);
    if (!instead_ || !request.is_command() || request.command[1] != instead_->instruction) {
      return card_->card.carry_out(request, answer);
    }
    const std::uint8_t sw[] = {static_cast<std::uint8_t>(instead_->sw >> 8),
                               static_cast<std::uint8_t>(instead_->sw & 0xFF)};
    return answer.assign(sw) ? SlotStatus::ok : SlotStatus::garbled;
  }

 private:
  std::unique_ptr<FreshCard> card_;
  std::optional<Instead> instead_;
  std::function<void(std::uint8_t)> watch_;
};

class ScreenRecorder {
 public:
  ScreenRecorder(std::string_view reader, std::string_view board, const std::string& log)
      : probe_(board::load_board(SESAME_SOURCE "/hw-profiles/boards/" + std::string(board) + ".toml")),
        line_(slot_),
        reader_({image_of(reader, board), log}, line_, {}),
        log_(log, std::ios::binary) {}

  // What every reader shows, and all that a card may do to it.
  std::vector<Shot> sesame() {
    shoot("off");
    press(Key::ok);
    shoot("insert_card");
    code();
    wrong_pins();
    other_cards();
    cards_without_code();
    return shots();
  }

  // A challenge, and numbers to sign, in English.
  std::vector<Shot> vasco_810() {
    insert(english_card());
    press(function_key(0));
    shoot_prompt("enter_challenge", "48151623");
    hold(Key::clear);
    press(function_key(1));
    enter_pin();
    shoot_prompt("enter_tds", "3101234567");
    press(Key::ok);
    shoot("enter_tds_next");
    return shots();
  }

  // A reference and an amount.
  std::vector<Shot> pinsentry() {
    insert(sesame_card());
    press(function_key(2));
    enter_pin();
    shoot_prompt("enter_reference", "12345678");
    press(Key::ok);
    shoot_prompt("enter_amount", "12.34");
    return shots();
  }

  // Settings, and what the reader and the card have to say of themselves.
  std::vector<Shot> xi_sign_4400() {
    insert(sesame_card());
    for (const char* name : {"menu_contrast", "menu_counter", "menu_version"}) {
      press(function_key(3));
      shoot(name);
    }
    return shots();
  }
  std::vector<Shot> ing_identity() {
    insert(sesame_card());
    press(function_key(2));
    shoot("menu_language");
    return shots();
  }

 private:
  std::vector<Shot> shots() {
    if (!probe_.faults().empty())
      throw std::runtime_error("the display was told: " + probe_.faults().front());
    return std::move(shots_);
  }

  void code() {
    slot_.put(sesame_card());
    slot_.on_command([this](std::uint8_t) { shoot_once("please_wait"); });
    reader_.insert();
    slot_.on_command({});
    shoot("choose_function");
    press(function_key(0));
    shoot("enter_pin");
    type(kRightPin);
    shoot("enter_pin_typed");
    slot_.on_command([this](std::uint8_t instruction) {
      if (instruction == kGenerateAc) shoot_once("pin_ok");
    });
    press(Key::ok);
    slot_.on_command({});
    shoot("code");
    press(Key::ok);
  }

  void wrong_pins() {
    press(function_key(0));
    for (const char* name : {"wrong_pin", "wrong_pin_one", "last_try"}) {
      type(kWrongPin);
      press(Key::ok);
      shoot(name);
      press(Key::ok);
    }
    shoot("pin_blocked");
  }

  void other_cards() {
    reader_.remove();
    shoot("card_removed");
    slot_.put_mute();
    reader_.insert();
    shoot("card_mute");
    reader_.remove();
    insert(sesame_card(), WatchedSlot::Instead{kSelect, emv::sw::file_not_found});
    shoot("wrong_card");
    reader_.remove();
    insert(sesame_card(), WatchedSlot::Instead{kSelect, emv::sw::function_not_supported});
    shoot("card_blocked");
    reader_.remove();
  }

  void cards_without_code() {
    constexpr std::uint16_t kNoDiagnosis = 0x6F00;
    shoot_end_of_code("card_error", sesame_card(), WatchedSlot::Instead{kGetProcessingOptions, kNoDiagnosis});
    // It never saw a PIN, and gives an AAC.
    shoot_end_of_code("card_refused", sesame_card(), WatchedSlot::Instead{kVerify, emv::sw::ok});
    shoot_end_of_code("code_too_long", talkative_card(), {});
  }
  void shoot_end_of_code(const std::string& name, card::Personalization made,
                         std::optional<WatchedSlot::Instead> instead) {
    insert(std::move(made), instead);
    press(function_key(0));
    enter_pin();
    shoot(name);
    reader_.remove();
  }

  void insert(card::Personalization made, std::optional<WatchedSlot::Instead> instead = {}) {
    slot_.put(std::move(made), instead);
    reader_.insert();
  }
  void enter_pin() {
    type(kRightPin);
    press(Key::ok);
  }
  void press(Key key) { reader_.press(key); }
  void hold(Key key) { reader_.hold(key); }
  void type(std::string_view typed) {
    for (const char c : typed) press(c == '.' ? Key::point : digit_key(c));
  }

  void shoot_prompt(const std::string& name, std::string_view typed) {
    shoot(name);
    type(typed);
    shoot(name + "_typed");
  }
  // Where a screen passes by itself: it is there as long as the card waits, which is this process.
  void shoot_once(const std::string& name) {
    if (shots_.back().name != name) shoot(name);
  }
  void shoot(const std::string& name) {
    std::ostringstream more;
    log_.clear();
    more << log_.rdbuf();
    probe_.feed(more.str());
    shots_.push_back({name, probe_.picture()});
  }

  DisplayProbe probe_;
  WatchedSlot slot_;
  SlotLine line_;
  QemuDevice reader_;
  std::ifstream log_;
  std::vector<Shot> shots_;
};

}  // namespace

std::vector<Shot> manual_screens(std::string_view board) {
  const sesame::test::TemporaryFolder folder;
  std::vector<Shot> shots;
  const auto add = [&](std::string_view reader, std::vector<Shot> (ScreenRecorder::*part)()) {
    ScreenRecorder recorder(reader, board, folder.path() / (std::string(reader) + ".log"));
    std::vector<Shot> more = (recorder.*part)();
    std::move(more.begin(), more.end(), std::back_inserter(shots));
  };
  add("sesame", &ScreenRecorder::sesame);
  add("vasco-810", &ScreenRecorder::vasco_810);
  add("pinsentry", &ScreenRecorder::pinsentry);
  add("xi-sign-4400", &ScreenRecorder::xi_sign_4400);
  add("ing-identity", &ScreenRecorder::ing_identity);
  return shots;
}

std::string golden_folder(std::string_view board) {
  return SESAME_SOURCE "/tests/firmware/pixels/golden/" + std::string(board);
}

}  // namespace sesame::test
