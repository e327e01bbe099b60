// Lines as people paste them. Where some begin with what tells commands from responses, the other lines are
// what goes on with the one before, or words of a tool; else a command and its response stand turn by turn.
//
//   > 00 A4 04 00 07 A0 00 00 00 04 80 02      scriptor, gscriptor, transcripts of ours
//   < 6F 1A 84 07 A0 00 00 00 04 80 02 A5
//   0F 50 04 … 90 00 : Normal processing.
//
//   Sending: 00 A4 04 00 …                     opensc-tool
//   Received (SW1=0x90, SW2=0x00):
//   6F 1A 84 07 A0 00 00 00 04 80 02 A5 0F 50 04 43 o............P.C
#include <algorithm>
#include <array>

#include "host/logs/lines.hpp"
#include "host/transcript/command_text.hpp"

namespace sesame::logs {

namespace {

using ByteString = std::vector<std::uint8_t>;

enum class What { command, response, atr };

struct Marker {
  std::string_view text;  // small letters
  What what;
};

// The longest of those that begin alike stands first.
constexpr std::array kMarkers{
    Marker{"sending:", What::command},
    Marker{"send:", What::command},
    Marker{"sent:", What::command},
    Marker{"transmit:", What::command},
    Marker{"c-apdu:", What::command},
    Marker{"capdu:", What::command},
    Marker{"apdu:", What::command},
    Marker{"command apdu:", What::command},
    Marker{"command -->", What::command},
    Marker{"command:", What::command},
    Marker{"cmd:", What::command},
    Marker{"request:", What::command},
    Marker{"tx:", What::command},
    Marker{"c:", What::command},
    Marker{"received:", What::response},
    Marker{"received (", What::response},
    Marker{"recv:", What::response},
    Marker{"receive:", What::response},
    Marker{"r-apdu:", What::response},
    Marker{"rapdu:", What::response},
    Marker{"response apdu:", What::response},
    Marker{"response <--", What::response},
    Marker{"response:", What::response},
    Marker{"resp:", What::response},
    Marker{"rsp:", What::response},
    Marker{"answer:", What::response},
    Marker{"rx:", What::response},
    Marker{"sw:", What::response},
    Marker{"r:", What::response},
    Marker{"card atr:", What::atr},
    Marker{"atr:", What::atr},
    Marker{"atr =", What::atr},
    Marker{"atr ", What::atr},
    Marker{"-->", What::command},
    Marker{"->", What::command},
    Marker{"==>", What::command},
    Marker{"=>", What::command},
    Marker{">>", What::command},
    Marker{">", What::command},
    Marker{"<--", What::response},
    Marker{"<-", What::response},
    Marker{"<==", What::response},
    Marker{"<=", What::response},
    Marker{"<<", What::response},
    Marker{"<", What::response},
};

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

const Marker* marker(std::string_view line) {
  const auto found = std::find_if(kMarkers.begin(), kMarkers.end(), [&](const Marker& each) {
    return line.size() >= each.text.size() &&
           std::equal(each.text.begin(), each.text.end(), line.begin(),
                      [](char wanted, char there) { return wanted == small(there); });
  });
  return found == kMarkers.end() ? nullptr : found;
}

std::string_view content(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with("[+] ") || line.starts_with("[=] ")) line.remove_prefix(4);  // of a Proxmark3's client
  return trimmed(line);
}

bool is_comment(std::string_view line) {
  return line.starts_with("#") || line.starts_with("//") || line.starts_with(";");
}

// Without what a tool says after the bytes.
std::string_view bytes_alone(std::string_view text) {
  for (const std::string_view end : {" : ", " (", " #", "\t#", " //", " ;"})
    text = text.substr(0, text.find(end));
  return trimmed(text);
}

bool is_hex(std::string_view text) {
  text = bytes_alone(text);
  return !text.empty() &&
         text.find_first_not_of("0123456789ABCDEFabcdefxX :,-[]{}'\"\t*") == std::string_view::npos;
}

// As some tools print them: "90 0" for 9000.
std::string whole_bytes(std::string_view text) {
  std::string whole;
  bool pairs = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (word.size() > 2) return std::string(text);
    pairs = pairs || word.size() == 2;
    if (word.size() == 1) whole += '0';
    whole += word;
    whole += ' ';
    at = end + 1;
  }
  return pairs ? whole : std::string(text);
}

struct Piece {
  What what;
  std::size_t line = 0;
  ByteString bytes;
  std::optional<ByteString> sw;  // that was told before its data
  bool dump = false;             // the data are in lines of a dump
  bool mute = false;
  bool reset = false;  // asked for: an ATR follows
};

class Reading {
 public:
  Reading(Lines lines, bool marked) : lines_(std::move(lines)), marked_(marked) {}

  std::vector<Event> all() {
    while (lines_.next()) take(content(lines_.line()));
    Dialogue dialogue(lines_);
    for (Piece& piece : pieces_) {
      if (piece.sw) piece.bytes.insert(piece.bytes.end(), piece.sw->begin(), piece.sw->end());
      if (piece.reset) continue;
      if (piece.what == What::atr) {
        dialogue.reset(std::move(piece.bytes), piece.line);
      } else if (piece.mute) {
        dialogue.mute();
      } else if (piece.what == What::response) {
        dialogue.response(std::move(piece.bytes), piece.line);
      } else {
        if (dialogue.waits()) lines_.fail(piece.line, "a command, and the one before has no response");
        dialogue.command(std::move(piece.bytes), piece.line);
      }
    }
    return dialogue.finish();
  }

 private:
  void take(std::string_view line) {
    if (line.empty() || is_comment(line)) return;
    if (const Marker* const found = marker(line))
      return begin(found->what, trimmed(line.substr(found->text.size())));
    if (marked_) return go_on(line);
    if (!is_hex(line)) lines_.fail("neither bytes, nor a mark of a command or a response");
    const bool first_is_atr = pieces_.empty() && (line.starts_with("3B") || line.starts_with("3b") ||
                                                  line.starts_with("3F") || line.starts_with("3f"));
    const bool answer = !pieces_.empty() && pieces_.back().what == What::command;
    begin(first_is_atr ? What::atr : (answer ? What::response : What::command), line);
  }

  void begin(What what, std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of("<>-= "), text.size()));  // ">>>> 00A4…"
    Piece piece;
    piece.what = what;
    piece.line = lines_.number();
    if (what == What::response && text.starts_with("SW1=")) {
      piece.sw = status(text);
      piece.dump = true;
    } else if (what == What::response && text == "mute") {
      piece.mute = true;
    } else if (what == What::command && (text == "RESET" || text == "reset")) {
      piece.reset = true;
    } else if (what == What::response && text.starts_with("OK: ")) {
      piece.what = What::atr;
      piece.bytes = bytes(what, text.substr(4));
    } else if (!text.empty()) {
      piece.bytes = bytes(what, text);
    }
    pieces_.push_back(std::move(piece));
  }

  // SW1=0x90, SW2=0x00)
  ByteString status(std::string_view text) const {
    ByteString sw;
    for (const std::string_view half : {"SW1=0x", "SW2=0x"}) {
      const std::size_t at = text.find(half);
      if (at == std::string_view::npos) lines_.fail("a status word has SW1 and SW2");
      const ByteString byte = lines_.hex(text.substr(at + half.size(), 2));
      sw.insert(sw.end(), byte.begin(), byte.end());
    }
    return sw;
  }

  ByteString bytes(What what, std::string_view text) const {
    std::string plain = whole_bytes(bytes_alone(text));
    if (what != What::command || plain.find('*') == std::string::npos) return lines_.hex(plain);
    std::replace(plain.begin(), plain.end(), '*', 'F');
    ByteString command = lines_.hex(plain);
    if (!transcript::carries_pin(command)) lines_.fail("'*' in a command that has no PIN");
    return command;
  }

  void go_on(std::string_view line) {
    if (pieces_.empty()) return;
    Piece& last = pieces_.back();
    ByteString more;
    // Not what a tool says in words.
    const bool is_bytes = is_hex(line.substr(0, 2)) && (line.size() == 2 || line[2] == ' ');
    if (last.dump) {
      more = dumped(lines_.line());
    } else if (is_bytes || is_hex(line)) {
      more = bytes(What::response, line);
    }
    last.bytes.insert(last.bytes.end(), more.begin(), more.end());
  }

  Lines lines_;
  bool marked_;
  std::vector<Piece> pieces_;
};

}  // namespace

std::vector<Event> read_hex_lines(Lines lines) {
  bool marked = false;
  for (Lines ahead = lines; !marked && ahead.next();) {
    const Marker* const found = marker(content(ahead.line()));
    marked = found != nullptr && found->what == What::command;
  }
  return Reading(std::move(lines), marked).all();
}

}  // namespace sesame::logs
