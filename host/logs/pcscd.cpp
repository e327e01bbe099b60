// The log of pcscd with --apdu: among its other lines "… APDU: 00 A4 …", "… SW: 90 00" and "… Card ATR: 3B
// …", after how many microseconds passed, a thread, or what a journal puts before them.
#include "host/logs/lines.hpp"

namespace sesame::logs {

namespace {

// What stands after `word`, which a blank or the line's begin stands before; nothing where it is not there.
std::string_view after(std::string_view line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == std::string_view::npos || (at > 0 && line[at - 1] != ' ' && line[at - 1] != '\t')) return {};
  return trimmed(line.substr(at + word.size()));
}

}  // namespace

std::vector<Event> read_pcscd(Lines lines) {
  Dialogue dialogue(lines);
  while (lines.next()) {
    const std::string_view line = lines.line();
    if (const auto atr = after(line, "Card ATR:"); !atr.empty() && atr.front() != '(') {
      dialogue.reset(lines.hex(atr));
    } else if (const auto command = after(line, "APDU:"); !command.empty()) {
      dialogue.command(lines.hex(command));
    } else if (const auto response = after(line, "SW:"); !response.empty()) {
      dialogue.response(lines.hex(response));
    }
  }
  return dialogue.finish();
}

}  // namespace sesame::logs
