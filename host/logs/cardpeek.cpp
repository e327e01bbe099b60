// Cardpeek's replay file: a line R:ATR for a reset, C:COMMAND:SW:DATA for an exchange.
#include "host/logs/lines.hpp"

namespace sesame::logs {

std::vector<Event> read_cardpeek(Lines lines) {
  Dialogue dialogue(lines);
  while (lines.next()) {
    std::string_view line = trimmed(lines.line());
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("R:")) {
      dialogue.reset(lines.hex(line.substr(2)));
      continue;
    }
    if (!line.starts_with("C:")) lines.fail("the line begins with none of 'R:', 'C:' and '#'");
    line.remove_prefix(2);
    const std::size_t status = line.find(':');
    const std::size_t data = status == std::string_view::npos ? status : line.find(':', status + 1);
    if (data == std::string_view::npos)
      lines.fail("a command, a status word and data, with ':' between them, are expected");
    const auto sw = lines.hex(line.substr(status + 1, data - status - 1));
    if (sw.size() != 2) lines.fail("a status word has four hex digits");
    auto response = lines.hex(line.substr(data + 1));
    response.insert(response.end(), sw.begin(), sw.end());
    dialogue.command(lines.hex(line.substr(0, status)));
    dialogue.response(std::move(response));
  }
  return dialogue.finish();
}

}  // namespace sesame::logs
