#include "tests/explorer/link_machine.hpp"

#include <algorithm>
#include <functional>
#include <new>
#include <string_view>

#include "tests/explorer/inside.hpp"
#include "tests/firmware/core/screen_text.hpp"

namespace sesame::explorer {

using inside::of;

LinkMachine::LinkMachine(const ReaderProfile& profile)
    : profile_(profile), memory_(sizeof(Objects) / 8), loaded_(memory_.size()) {
  new (memory_.data()) Objects(profile_);
  loaded_ = memory_;
}

void LinkMachine::reset() {
  std::fill(memory_.begin(), memory_.end(), 0);
  new (memory_.data()) Objects(profile_);
}

void LinkMachine::load(std::span<const std::uint64_t> state) {
  loaded_.assign(state.begin(), state.end());
  std::copy(loaded_.begin(), loaded_.end(), memory_.begin());
  const Objects& there = objects();
  moves_ = all_.of(there.reader, there.watch.instruction(), there.watch.first_generate_ac(),
                   Moves::Host::computer);
}

std::optional<std::string> LinkMachine::make(std::size_t which) {
  std::copy(loaded_.begin(), loaded_.end(), memory_.begin());
  Objects& there = objects();
  const Move& move = moves_[which];
  const Event event = event_of(move, there.reader, 0, bytes_);
  there.now = time_of(move, there.reader, there.now);
  const std::uint32_t before = there.watch.cryptograms();
  there.reader.handle(event, there.now);
  auto broken = there.watch.broken_rule(there.reader, event, there.now);
  if (there.watch.cryptograms() != before) {
    ++cryptograms_;
    if (!there.watch.signed_text().empty()) ++of_texts_;
  }
  return broken;
}

std::uint64_t LinkMachine::key() const {
  const Objects& there = objects();
  const Reader& reader = there.reader;
  const Control& control = of<inside::InControl>(reader);
  std::uint64_t key = there.watch.hash();
  const auto add = [&](std::uint64_t value) { key = (key ^ value) * 0x9E3779B97F4A7C15U + (key >> 29); };
  const auto add_bytes = [&](const void* bytes, std::size_t size) {
    add(std::hash<std::string_view>{}({static_cast<const char*>(bytes), size}));
  };
  add(static_cast<std::uint64_t>(reader.state()) << 8 | static_cast<std::uint64_t>(reader.notice()));
  const Screen screen = reader.screen();
  add_bytes(&screen.cells, sizeof screen.cells);
  add(reader.deadline() ? *reader.deadline() - there.now : ~std::uint64_t{0});
  const auto request = reader.request();
  add(request ? static_cast<std::uint64_t>(request->kind) : 99);
  if (request) add_bytes(request->command.data(), request->command.size());
  add(static_cast<std::uint64_t>(reader.transaction().state()));
  add(reader.tries_left().value_or(99));
  add(reader.transaction().pin_was_wrong());
  add(reinterpret_cast<std::uintptr_t>(control.language));
  add(reinterpret_cast<std::uintptr_t>(reader.function()));
  add(control.card_present | control.card_powered << 1 | control.begun_by_itself << 2);
  const auto answer = there.link.answer();
  add(answer ? static_cast<std::uint64_t>(answer->told) : 99);
  add(answer ? answer->code.size() : 0);
  add(of<inside::LinkBegun>(there.link));
  const auto& text = of<inside::LinkText>(there.link);
  add_bytes(text.data(), text.size());
  const auto& page = of<inside::LinkPage>(there.link);
  add_bytes(page.rows.data(), page.rows.size());
  return key;
}

std::string LinkMachine::description() const {
  const auto answer = objects().link.answer();
  return std::string(to_string(reader().state())) + " \"" + test::words(reader().screen()) + "\"" +
         (answer ? ", told " + std::string(sesame::name_of(answer->told)) : "");
}

}  // namespace sesame::explorer
