#include "sim/scenario/live_device.hpp"

#include <fmt/format.h>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/transcript/command_text.hpp"
#include "sim/lcd/rows.hpp"

namespace sesame::sim {

namespace {

[[noreturn]] void no_card() { throw Failure(Failure::refused, "there is no card in the reader"); }

}  // namespace

LiveDevice::LiveDevice(const std::string& profile)
    : profile_(std::make_shared<const profile::LoadedReader>(profile::load_reader(profile))),
      cards_({}),
      reader_(profile_, ClockKind::virtual_time) {}

void LiveDevice::insert(const CardSpec& card) {
  reader_.insert(cards_.make(card, "scenario", ClockKind::virtual_time, {}));
}

void LiveDevice::pull() {
  if (reader_.card() == nullptr) no_card();
  reader_.pull();
}

void LiveDevice::press(std::span<const std::string> keys) {
  std::vector<Key> known;
  for (const std::string& name : keys) known.push_back(key(name));
  for (const Key one : known) reader_.press(one);
}

void LiveDevice::hold(const std::string& name) { reader_.hold(key(name)); }

void LiveDevice::command(ComputerCommand::Kind kind, const std::string& text) { reader_.command(kind, text); }

Key LiveDevice::key(const std::string& name) const {
  if (const auto found = reader_.key_named(name)) return *found;
  std::string all;
  for (const Function& function : reader_.profile().functions) all += fmt::format("{}, ", function.key);
  throw Failure(Failure::invalid, fmt::format("the reader {} has no key '{}'; it has {}0 to 9, '.', OK and C",
                                              reader_.profile().name, name, all));
}

void LiveDevice::set_card_state(std::optional<std::uint16_t> last_atc,
                                std::optional<std::uint8_t> tries_left) {
  if (reader_.card() == nullptr) no_card();
  reader_.card()->set_state(last_atc, tries_left);
}

Look LiveDevice::look() {
  Look look;
  const Screen screen = reader_.screen();
  look.lit = screen.lit;
  look.columns = screen.columns;
  look.rows = all_rows(screen);
  look.state = to_string(reader_.reader().state());
  look.notice = to_string(reader_.reader().notice());
  const auto code = reader_.reader().code();
  if (!code.empty()) look.code.emplace(code.begin(), code.end());
  if (const Card* card = reader_.card()) {
    look.card_is_in = true;
    look.card = card->state();
  }
  if (const auto told = reader_.told()) {
    look.answer = sesame::name_of(told->told);
    if (!told->code.empty()) look.cryptogram.emplace(told->code.begin(), told->code.end());
  }
  look.now = reader_.now();
  look.deadline = reader_.deadline();
  return look;
}

std::vector<Said> LiveDevice::dialogue() {
  std::vector<Said> said;
  for (const LogEntry& entry : reader_.log()) {
    const auto* const exchanged = std::get_if<Exchanged>(&entry.what);
    if (exchanged == nullptr) continue;
    said.push_back(
        {exchanged->name(), transcript::masked_hex(exchanged->command), to_hex(exchanged->response)});
  }
  return said;
}

}  // namespace sesame::sim
