// A spy between a program and PC/SC: what pcsc-spy prints, with the bytes as a dump of 16 to a line, and what
// libpcscspy writes for it, a value to a line.
//
//   SCardTransmit                                   7F0C1@>|1700000000|12|SCardTransmit
//    i hCard: 0x...                                 7F0C1@0x...
//    i bSendLength 0x00000007 (7)                   7F0C1@0x00000007
//    i bSendBuffer                                  7F0C1@00 A4 04 00 02 3F 00
//    i  0000 00 A4 04 00 02 3F 00       .....?.
//    o bRecvBuffer
//    o  0000 90 00       ..
//    => Command successful. (SCARD_S_SUCCESS [0x00000000])  [0.000123]
#include <algorithm>
#include <functional>
#include <map>

#include "host/logs/lines.hpp"

namespace sesame::logs {

namespace {

using ByteString = std::vector<std::uint8_t>;

// What one thread has said of a call that has not returned.
struct Call {
  std::string function, field;
  ByteString sent, received, atr;
  std::vector<std::string> values;  // of the library, in their order
};

void transmitted(Dialogue& dialogue, const Call& call) {
  if (!call.atr.empty()) dialogue.reset(call.atr);
  if (call.function != "SCardTransmit" || call.sent.empty()) return;
  dialogue.command(call.sent);
  call.received.empty() ? dialogue.mute() : dialogue.response(call.received);
}

// ---- as the library writes it

// Of SCardTransmit: card; protocol and length of the command's header; length, command; the same of the
// response.
constexpr std::size_t kSent = 4, kReceived = 8, kValues = 9;

bool is_null(std::string_view value) { return value == "NULL" || value.empty(); }

void value_of_library(const Lines& lines, Dialogue& dialogue, Call& call, std::string_view value) {
  if (value.starts_with(">|")) {
    call = {};
    call.function = value.substr(value.rfind('|') + 1);
  } else if (value.starts_with("<|")) {
    if (call.function == "SCardTransmit") {
      if (call.values.size() < kValues) lines.fail("SCardTransmit with fewer values than it has");
      if (!is_null(call.values[kSent])) call.sent = lines.hex(call.values[kSent]);
      if (!is_null(call.values[kReceived])) call.received = lines.hex(call.values[kReceived]);
    }
    // Its last value, where the card is known.
    if (call.function == "SCardStatus" && !call.values.empty() && call.values.back().starts_with("3")) {
      call.atr = lines.hex(call.values.back());
    }
    transmitted(dialogue, call);
    call = {};
  } else {
    call.values.emplace_back(value);
  }
}

// ---- as pcsc-spy prints it

void printed_line(const Lines& lines, Dialogue& dialogue, Call& call, std::string_view line) {
  if (line.starts_with("SCard")) {
    call = {};
    call.function = line;
    return;
  }
  if (line.starts_with("=>")) {
    transmitted(dialogue, call);
    call = {};
    return;
  }
  if (!line.starts_with("i ") && !line.starts_with("o ")) return;
  const std::string_view value = trimmed(line.substr(2));
  if (line.starts_with("i  ") || line.starts_with("o  ")) {
    // A line of a dump: its place in four digits, then the bytes. The first one says 0000.
    ByteString* const into =
        call.field == "bSendBuffer" ? &call.sent : (call.field == "bRecvBuffer" ? &call.received : nullptr);
    if (value.starts_with("Atr: 3")) call.atr = lines.hex(value.substr(5));
    if (into == nullptr || value == "NULL") return;
    const ByteString place = lines.hex(value.substr(0, 4));
    if (place.size() != 2 || value.size() < 7 || value[4] != ' ') {
      lines.fail("a line of a dump has its place in four digits, and bytes");
    }
    if ((place[0] << 8 | place[1]) != static_cast<int>(into->size())) {
      lines.fail("a line of a dump is missing");
    }
    const ByteString bytes = dumped(value.substr(5));
    if (bytes.empty()) lines.fail("a line of a dump without bytes");
    into->insert(into->end(), bytes.begin(), bytes.end());
    return;
  }
  call.field = value.substr(0, value.find(' '));
  if (call.field == "bAtr" && value.starts_with("bAtr 3")) call.atr = lines.hex(value.substr(5));
}

}  // namespace

std::vector<Event> read_pcsc_spy(Lines lines) {
  Dialogue dialogue(lines);
  std::map<std::string, Call, std::less<>> calls;  // by thread
  while (lines.next()) {
    std::string_view line = lines.line();
    const std::size_t at = line.find('@');
    const bool of_library =
        at != std::string_view::npos && at > 0 &&
        line.substr(0, at).find_first_not_of("0123456789ABCDEFabcdefx") == std::string_view::npos;
    if (of_library) {
      value_of_library(lines, dialogue, calls[std::string(line.substr(0, at))], trimmed(line.substr(at + 1)));
      continue;
    }
    // Four blanks more for each thread after the first; in color with its number.
    std::string thread = std::to_string(std::min(line.find_first_not_of(' '), line.size()) / 4);
    line = trimmed(line);
    if (line.starts_with("(t")) {
      const std::size_t end = std::min(line.find(')'), line.size() - 1);
      thread = line.substr(0, end);
      line = trimmed(line.substr(end + 1));
    }
    printed_line(lines, dialogue, calls[thread], line);
  }
  for (const auto& [thread, call] : calls) {
    if (call.function == "SCardTransmit") lines.fail("SCardTransmit does not return: the log is cut");
  }
  return dialogue.finish();
}

}  // namespace sesame::logs
