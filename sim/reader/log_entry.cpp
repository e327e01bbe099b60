#include "sim/reader/log_entry.hpp"

#include "host/transcript/command_text.hpp"

namespace sesame::sim {

namespace {

std::string hidden(const std::string& row) {
  std::string out;
  for (const char c : row) out += c >= '0' && c <= '9' ? std::string("•") : std::string(1, c);
  return out;
}

struct Size {
  std::size_t operator()(const ScreenChanged& screen) const {
    std::size_t size = 0;
    for (const std::string& row : screen.rows) size += sizeof(std::string) + row.size();
    return size;
  }
  std::size_t operator()(const KeyPressed& pressed) const { return pressed.key.size(); }
  std::size_t operator()(const CardMoved& moved) const { return moved.name.size() + moved.why.size(); }
  std::size_t operator()(const Exchanged& exchanged) const {
    return exchanged.command.size() + exchanged.response.size();
  }
  std::size_t operator()(const AtCable& cable) const {
    return cable.command.size() + cable.text.size() + cable.answer.size();
  }
  template <class Other>
  std::size_t operator()(const Other&) const {
    return 0;
  }
};

}  // namespace

std::string Exchanged::name() const {
  if (!command.empty()) return transcript::command_name(command);
  return request == SlotRequest::Kind::activate ? "cold reset" : "warm reset";
}

void hide_code(LogEntry& entry) {
  auto* screen = std::get_if<ScreenChanged>(&entry.what);
  if (screen == nullptr || screen->state != State::code) return;
  for (std::string& row : screen->rows) row = hidden(row);
}

std::size_t size_of(const LogEntry& entry) { return sizeof entry + std::visit(Size{}, entry.what); }

}  // namespace sesame::sim
