// What the client of a Proxmark3 prints for `trace list`, `hf 14a list` or `emv list`: a table.
//
//         Start |        End | Src | Data (! denotes parity error)             | CRC | Annotation
//   ------------+------------+-----+-------------------------------------------+-----+-----------
//         31104 |      42656 | Rdr |02  00  a4  04  00  0e  32  50  41  59    |     |
//               |            |     |2e  53  59  53  2e  44  44  46  30  31    |     |
//               |            |     |00  e0  42                                |  ok |
//         51200 |      75000 | Tag |02  6f  23  …                             |  ok |
//
// Of a card with contacts the data are APDUs. Of one without they are frames, with a CRC at their end
// (ISO/IEC 14443-3) and APDUs in their blocks (14443-4, 7): of those what is no information block is left
// out.
#include <algorithm>
#include <bit>
#include <utility>

#include "host/logs/lines.hpp"

namespace sesame::logs {

namespace {

using ByteString = std::vector<std::uint8_t>;

struct Frame {
  std::size_t line = 0;
  bool of_card = false;
  ByteString bytes;
};

// ---- the table

// The columns of a line; none where it is no line of the table.
std::vector<std::string_view> columns(std::string_view line) {
  std::vector<std::string_view> all;
  while (all.size() < 4) {
    const std::size_t end = line.find('|');
    if (end == std::string_view::npos) break;
    all.push_back(trimmed(line.substr(0, end)));
    line.remove_prefix(end + 1);
  }
  if (all.size() == 3) all.push_back(trimmed(line));  // cut after the data
  return all.size() == 4 ? all : std::vector<std::string_view>{};
}

// Without the marks of parity errors and of CRC bytes, and how many bits a short frame has: "52(7)".
ByteString data(const Lines& lines, std::string_view column) {
  std::string plain(column.substr(0, column.find('(')));
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c == '!' || c == '[' || c == ']'; }, ' ');
  return lines.hex(plain);
}

std::vector<Frame> frames(Lines& lines) {
  std::vector<Frame> all;
  while (lines.next()) {
    const auto column = columns(lines.line());
    if (column.empty() || column[3].empty() || column[3].starts_with("Data (") ||
        column[3].starts_with("fdt ("))
      continue;
    if (column[2] == "Rdr" || column[2] == "Tag") {
      all.push_back({lines.number(), column[2] == "Tag", data(lines, column[3])});
    } else if (column[2].empty() && !all.empty()) {
      const ByteString more = data(lines, column[3]);
      all.back().bytes.insert(all.back().bytes.end(), more.begin(), more.end());
    } else if (column[2].empty()) {
      lines.fail("a line that goes on with none before it");
    } else if (column[2] != "*") {  // what the client deciphered
      lines.fail("the source is neither 'Rdr' nor 'Tag'");
    }
  }
  return all;
}

// ---- ISO/IEC 14443-3, annex B

std::uint16_t crc(const ByteString& bytes, std::size_t size, std::uint16_t from) {
  unsigned sum = from;
  for (std::size_t i = 0; i < size; ++i) {
    sum ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 1) != 0 ? sum >> 1 ^ 0x8408U : sum >> 1;
  }
  return static_cast<std::uint16_t>(sum);
}

bool has_crc(const ByteString& bytes) {
  if (bytes.size() < 3) return false;
  const std::size_t size = bytes.size() - 2;
  const auto there = static_cast<std::uint16_t>(bytes[size] | bytes[size + 1] << 8);
  return crc(bytes, size, 0x6363) == there || static_cast<std::uint16_t>(~crc(bytes, size, 0xFFFF)) == there;
}

// ---- ISO/IEC 14443-4

// As a PC/SC reader makes it up of the answer to select (PC/SC part 3, 3.1.3.2.3).
ByteString atr_of(const ByteString& ats) {
  std::size_t historical = 1;
  if (ats.size() > 1) historical = 2 + static_cast<std::size_t>(std::popcount(ats[1] & 0x70U));
  ByteString atr{0x3B, 0x80, 0x80, 0x01};
  for (std::size_t i = historical; i < ats.size() && atr.size() < 4 + 15; ++i) atr.push_back(ats[i]);
  atr[1] = static_cast<std::uint8_t>(0x80 | (atr.size() - 4));
  std::uint8_t check = 0;
  for (std::size_t i = 1; i < atr.size(); ++i) check ^= atr[i];
  atr.push_back(check);
  return atr;
}

class Blocks {
 public:
  Blocks(const Lines& lines, Dialogue& dialogue) : lines_(lines), dialogue_(dialogue) {}

  void take(const Frame& frame) {
    if (!has_crc(frame.bytes)) return;  // short frames, anticollision
    ByteString bytes(frame.bytes.begin(), frame.bytes.end() - 2);
    if (!frame.of_card && bytes[0] == 0xE0 && bytes.size() == 2) {
      selecting_ = true;
      return;
    }
    if (std::exchange(selecting_, false) && frame.of_card && bytes[0] == bytes.size()) {
      return dialogue_.reset(atr_of(bytes), frame.line);
    }
    const std::uint8_t pcb = bytes[0];
    if ((pcb & 0xE2) != 0x02) return;  // R(ACK), S(WTX), a select, a halt …
    const std::size_t header = 1 + ((pcb & 0x08) != 0 ? 1U : 0U) + ((pcb & 0x04) != 0 ? 1U : 0U);
    if (bytes.size() < header) lines_.fail(frame.line, "a block that ends in its prologue");
    ByteString& apdu = frame.of_card ? response_ : command_;
    if (!frame.of_card && !std::exchange(commanding_, true)) command_.clear();
    apdu.insert(apdu.end(), bytes.begin() + static_cast<std::ptrdiff_t>(header), bytes.end());
    if ((pcb & 0x10) != 0) return;  // chained: more follows
    commanding_ = false;
    if (!frame.of_card) {
      response_.clear();
      if (command_.empty()) return;  // asks whether the card is there
      dialogue_.command(command_, frame.line);
    } else if (dialogue_.waits()) {
      dialogue_.response(std::exchange(response_, {}), frame.line);
    }
  }

 private:
  const Lines& lines_;
  Dialogue& dialogue_;
  ByteString command_, response_;
  bool commanding_ = false, selecting_ = false;
};

}  // namespace

std::vector<Event> read_proxmark_trace(Lines lines) {
  const std::vector<Frame> all = frames(lines);
  Dialogue dialogue(lines);
  // A CRC by chance is rare, and one frame of many.
  const auto with_crc =
      std::count_if(all.begin(), all.end(), [](const Frame& frame) { return has_crc(frame.bytes); });
  const auto long_enough =
      std::count_if(all.begin(), all.end(), [](const Frame& frame) { return frame.bytes.size() > 2; });
  const bool contactless = 2 * with_crc > long_enough;
  Blocks blocks(lines, dialogue);
  for (const Frame& frame : all) {
    if (contactless) {
      blocks.take(frame);
    } else if (!frame.of_card) {
      dialogue.command(frame.bytes, frame.line);
    } else if (dialogue.waits()) {
      dialogue.response(frame.bytes, frame.line);
    } else if (!frame.bytes.empty() && (frame.bytes[0] == 0x3B || frame.bytes[0] == 0x3F)) {
      dialogue.reset(frame.bytes, frame.line);
    } else {
      lines.fail(frame.line, "a response without its command");
    }
  }
  return dialogue.finish();
}

}  // namespace sesame::logs
