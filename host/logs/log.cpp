#include "host/logs/log.hpp"

#include <algorithm>

#include "host/logs/lines.hpp"

namespace sesame::logs {

namespace {

bool is_json(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return at != std::string_view::npos && text[at] == '{' && text.find('"') != std::string_view::npos;
}

// C:COMMAND:SW:DATA
bool is_exchange_of_cardpeek(std::string_view line) {
  if (!line.starts_with("C:")) return false;
  const std::size_t status = line.find(':', 2);
  return status != std::string_view::npos && line.size() > status + 5 && line[status + 5] == ':';
}

bool is_hex_line(std::string_view line) {
  line = trimmed(line);
  const std::size_t blank = line.find(' ');
  const std::string_view first = line.substr(0, std::min(blank, line.size()));
  return first.size() >= 2 && first.find_first_not_of("0123456789ABCDEFabcdef:,-x") == std::string_view::npos;
}

}  // namespace

std::optional<Format> recognized(std::string_view text) {
  if (is_json(text)) return Format::proxmark_emv;
  bool like_hex = false;
  Lines lines(text, {});
  while (lines.next()) {
    const std::string_view line = lines.line();
    const auto has = [&](std::string_view part) { return line.find(part) != std::string_view::npos; };
    if (line.starts_with("# cardpeek emulator")) return Format::cardpeek;
    if (line.starts_with("R:3B") || line.starts_with("R:3F") || is_exchange_of_cardpeek(line))
      return Format::cardpeek;
    if (has(" | Src | ") || has("| Rdr |") || has("| Tag |")) return Format::proxmark_trace;
    if (has("SCardEstablishContext") || has("SCardConnect") || has("SCardTransmit")) return Format::pcsc_spy;
    if (has(" APDU: ") || has(" Card ATR: ") || has("pcscdaemon.c:")) {
      // pcscd's lines begin with how many microseconds passed; C-APDU: and such are of people.
      if (line.find_first_of("0123456789") < line.find("APDU: ") && !has("C-APDU") && !has("R-APDU")) {
        return Format::pcscd;
      }
    }
    const std::string_view plain = trimmed(line);
    like_hex = like_hex || plain.starts_with(">") || plain.starts_with("<") ||
               plain.starts_with("Sending: ") || has("APDU") || has("-->") || has("<--") ||
               is_hex_line(plain);
  }
  return like_hex ? std::optional(Format::hex) : std::nullopt;
}

std::vector<Event> read_log(std::string_view text, const std::string& name, Format format) {
  switch (format) {
    case Format::cardpeek: return read_cardpeek({text, name});
    case Format::pcscd: return read_pcscd({text, name});
    case Format::pcsc_spy: return read_pcsc_spy({text, name});
    case Format::proxmark_trace: return read_proxmark_trace({text, name});
    case Format::proxmark_emv: return read_proxmark_emv(text, name);
    case Format::hex: break;
  }
  return read_hex_lines({text, name});
}

}  // namespace sesame::logs
