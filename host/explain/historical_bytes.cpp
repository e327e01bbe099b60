#include "host/explain/historical_bytes.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "host/base/hex.hpp"

namespace sesame::explain {

namespace {

using Lines = std::vector<std::string>;

// A line for each bit that is set, the highest first; an empty text says nothing.
Lines set_bits(std::uint8_t byte, const std::array<std::string_view, 8>& names) {
  Lines lines;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((byte & 0x80 >> i) != 0 && !names[i].empty()) lines.emplace_back(names[i]);
  }
  return lines;
}

// Table 85.
Lines card_service(std::uint8_t byte) {
  Lines lines =
      set_bits(byte, {"application selection by full DF name", "application selection by partial DF name",
                      "data objects in EF.DIR", "data objects in EF.ATR", "", "", "", ""});
  const int access = byte >> 1 & 7;
  if (access == 4) lines.emplace_back("EF.DIR and EF.ATR by READ BINARY");
  if (access == 0) lines.emplace_back("EF.DIR and EF.ATR by READ RECORD");
  if (access == 2) lines.emplace_back("EF.DIR and EF.ATR by GET DATA");
  if (access != 0 && access != 2 && access != 4) lines.emplace_back("EF.DIR and EF.ATR: reserved");
  lines.emplace_back((byte & 1) != 0 ? "card without MF" : "card with MF");
  return lines;
}

// Table 86.
Lines selection(std::uint8_t byte) {
  return set_bits(byte, {"DF selection by full DF name", "DF selection by partial DF name",
                         "DF selection by path", "DF selection by file identifier", "implicit DF selection",
                         "short EF identifiers", "record numbers", "record identifiers"});
}

// Table 87.
Lines data_coding(std::uint8_t byte) {
  constexpr std::array<std::string_view, 4> kWrite{"one-time write", "proprietary", "write OR", "write AND"};
  Lines lines = set_bits(byte, {"EFs of TLV structure", "", "", "", "", "", "", ""});
  lines.push_back(fmt::format("write functions: {}", kWrite[byte >> 5 & 3]));
  lines.emplace_back((byte & 0x10) != 0 ? "FF may begin a tag" : "FF begins no tag");
  lines.push_back(
      fmt::format("data units of {} quartet{}", 1 << (byte & 0x0F), (byte & 0x0F) == 0 ? "" : "s"));
  return lines;
}

// Table 88.
Lines channels(std::uint8_t byte) {
  Lines lines = set_bits(byte, {"command chaining", "extended Lc and Le", "extended lengths as EF.ATR says",
                                "", "", "", "", ""});
  constexpr std::array<std::string_view, 4> kAssigned{"", "by the interface device", "by the card",
                                                      "by the interface device or the card"};
  const int assigned = byte >> 3 & 3;
  if (assigned == 0) {
    lines.emplace_back("no logical channel but the basic one");
  } else {
    const int most = (byte & 7) + 1;
    lines.push_back(fmt::format("logical channels, assigned {}: {}",
                                kAssigned[static_cast<std::size_t>(assigned)],
                                most == 8 ? "8 or more" : std::to_string(most)));
  }
  return lines;
}

Lines capabilities(Bytes value) {
  if (value.empty() || value.size() > 3) return {"1 to 3 bytes are expected"};
  Lines lines = selection(value[0]);
  const auto append = [&](const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); };
  if (value.size() > 1) append(data_coding(value[1]));
  if (value.size() > 2) append(channels(value[2]));
  return lines;
}

// Table 13.
std::string_view life_cycle(std::uint8_t byte) {
  if (byte == 0x00) return "no information";
  if (byte == 0x01) return "creation";
  if (byte == 0x03) return "initialization";
  if ((byte & 0xFD) == 0x05) return "operational, activated";
  if ((byte & 0xFD) == 0x04) return "operational, deactivated";
  if ((byte & 0xFC) == 0x0C) return "terminated";
  return byte > 0x0F ? "proprietary" : "reserved";
}

Lines status(Bytes value) {
  if (value.empty() || value.size() > 3) return {"1 to 3 bytes are expected"};
  Lines lines;
  if (value.size() != 2) lines.push_back(fmt::format("life cycle: {}", life_cycle(value[0])));
  if (value.size() >= 2) {
    const Bytes sw = value.last(2);
    lines.push_back(sw[0] == 0 && sw[1] == 0 ? std::string("status: not told")
                                             : fmt::format("status {:02X}{:02X}", sw[0], sw[1]));
  }
  return lines;
}

HistoricalObject object(int tag, Bytes value) {
  switch (tag) {
    case 0x1: return {"country code, and national data", value, {}};
    case 0x2: return {"issuer identification number", value, {to_hex(value)}};
    case 0x3:
      return {"card service data", value,
              value.size() == 1 ? card_service(value[0]) : Lines{"1 byte is expected"}};
    case 0x4: return {"initial access data", value, {}};
    case 0x5: return {"card issuer's data", value, {}};
    case 0x6: return {"pre-issuing data", value, {}};
    case 0x7: return {"card capabilities", value, capabilities(value)};
    case 0x8: return {"status indicator", value, status(value)};
    case 0xF: return {"application identifier (AID)", value, {}};
    default: return {fmt::format("tag 4{:X}, not standardized", tag), value, {}};
  }
}

void compact_tlv(Bytes bytes, std::vector<HistoricalObject>& out) {
  while (!bytes.empty()) {
    const int tag = bytes[0] >> 4;
    const std::size_t length = bytes[0] & 0x0F;
    if (length > bytes.size() - 1) {
      out.push_back(
          {fmt::format("no object: tag 4{:X} announces {} byte{}, of which {} {} there", tag, length,
                       length == 1 ? "" : "s", bytes.size() - 1, bytes.size() == 2 ? "is" : "are"),
           bytes,
           {}});
      return;
    }
    out.push_back(object(tag, bytes.subspan(1, length)));
    bytes = bytes.subspan(1 + length);
  }
}

}  // namespace

HistoricalBytes explain_historical(Bytes bytes) {
  HistoricalBytes out;
  if (bytes.empty()) return out;
  const std::uint8_t category = bytes[0];
  const Bytes rest = bytes.subspan(1);
  if (category == 0x80) {
    out.category = "COMPACT-TLV";
    compact_tlv(rest, out.objects);
  } else if (category == 0x00 && rest.size() >= 3) {
    out.category = "COMPACT-TLV, and a status indicator at its end";
    compact_tlv(rest.first(rest.size() - 3), out.objects);
    out.objects.push_back(object(0x8, rest.last(3)));
  } else if (category == 0x00) {
    out.category = "COMPACT-TLV, without the status indicator of 3 bytes that must be at its end";
    if (!rest.empty()) out.objects.push_back({"no object", rest, {}});
  } else if (category == 0x10) {
    out.category = "DIR data reference";
    if (!rest.empty()) out.objects.push_back({"DIR data reference", rest, {}});
  } else {
    out.category = (category & 0xF0) == 0x80 ? "reserved" : "proprietary";
  }
  return out;
}

}  // namespace sesame::explain
