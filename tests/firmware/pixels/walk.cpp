#include "tests/firmware/pixels/walk.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "host/card/virtual_card.hpp"
#include "host/device/qemu_device.hpp"
#include "host/device/slot_line.hpp"
#include "host/device/virtual_card_slot.hpp"
#include "host/profile/board_file.hpp"
#include "host/profile/card_file.hpp"
#include "host/state/counters.hpp"
#include "tests/firmware/pixels/eye.hpp"

namespace sesame::test {

namespace {

constexpr const char* kRightPin = "1234";
constexpr const char* kWrongPin = "0000";

std::string image_of(std::string_view board) {
  const char* elsewhere = std::getenv("SESAME_FIRMWARE");
  return std::string(elsewhere != nullptr ? elsewhere : SESAME_IMAGES) + "/sesame--" + std::string(board) +
         ".elf";
}

// A Sésame card, or others put in its place; tells of every command before the card sees it.
class Tray final : public CardSlot {
 public:
  enum class Card { sesame, mute, other };

  void put(Card card) { card_ = card; }
  void on_command(std::function<void(std::uint8_t instruction)> watch) { watch_ = std::move(watch); }

  SlotStatus activate(emv::ResponseBuffer& answer) override {
    return card_ == Card::mute ? SlotStatus::mute : slot_.activate(answer);
  }
  SlotStatus warm_reset(emv::ResponseBuffer& answer) override { return slot_.warm_reset(answer); }
  SlotStatus transmit(Bytes command, emv::ResponseBuffer& answer) override {
    if (watch_) watch_(command[1]);
    if (card_ == Card::sesame) return slot_.transmit(command, answer);
    static constexpr std::uint8_t kFileNotFound[] = {0x6A, 0x82};
    return answer.assign(kFileNotFound) ? SlotStatus::ok : SlotStatus::garbled;
  }
  void deactivate() override { slot_.deactivate(); }

 private:
  state::EphemeralStore store_;
  card::Personalisation personalisation_ = profile::load_card("sesame-card");
  card::VirtualCard sesame_{personalisation_, store_};
  VirtualCardSlot slot_{sesame_};
  Card card_ = Card::sesame;
  std::function<void(std::uint8_t)> watch_;
};

// Gone with the walk.
class Folder {
 public:
  Folder() {
    std::string path = std::filesystem::temp_directory_path() / "sesame-pixels-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error(path + ": cannot be made");
    path_ = path;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class Walk {
 public:
  Walk(std::string_view board, const std::string& log)
      : eye_(profile::load_board(SESAME_SOURCE "/hw-profiles/boards/" + std::string(board) + ".toml")),
        line_(tray_),
        reader_({image_of(board), log}, line_, {}),
        log_(log, std::ios::binary) {}

  std::vector<Shot> walk() {
    shoot("off");
    press(Key::ok);
    shoot("insert_card");
    code();
    wrong_pins();
    other_cards();
    if (!eye_.faults().empty()) throw std::runtime_error("the display was told: " + eye_.faults().front());
    return std::move(shots_);
  }

 private:
  void code() {
    tray_.on_command([this](std::uint8_t) { shoot_once("please_wait"); });
    reader_.insert();
    tray_.on_command({});
    shoot("choose_function");
    press(function_key(0));
    shoot("enter_pin");
    type(kRightPin);
    shoot("enter_pin_typed");
    constexpr std::uint8_t kGenerateAc = 0xAE;
    tray_.on_command([this](std::uint8_t instruction) {
      if (instruction == kGenerateAc) shoot_once("pin_ok");
    });
    press(Key::ok);
    tray_.on_command({});
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
    tray_.put(Tray::Card::mute);
    reader_.insert();
    shoot("card_mute");
    reader_.remove();
    tray_.put(Tray::Card::other);
    reader_.insert();
    shoot("wrong_card");
  }

  void press(Key key) { reader_.press(key); }
  void type(std::string_view digits) {
    for (const char digit : digits) press(digit_key(digit));
  }

  // Where a screen passes by itself: it is there as long as the card waits, which is this process.
  void shoot_once(const std::string& name) {
    if (shots_.back().name != name) shoot(name);
  }
  void shoot(const std::string& name) {
    std::ostringstream more;
    log_.clear();
    more << log_.rdbuf();
    eye_.feed(more.str());
    shots_.push_back({name, eye_.picture()});
  }

  Eye eye_;
  Tray tray_;
  SlotLine line_;
  QemuDevice reader_;
  std::ifstream log_;
  std::vector<Shot> shots_;
};

}  // namespace

std::vector<Shot> walk(std::string_view board) {
  const Folder folder;
  return Walk(board, folder.path() / "ports.log").walk();
}

std::string golden_folder(std::string_view board) {
  return SESAME_SOURCE "/tests/firmware/pixels/golden/" + std::string(board);
}

}  // namespace sesame::test
