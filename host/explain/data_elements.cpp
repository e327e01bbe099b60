#include "host/explain/data_elements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "firmware/core/emv/answers.hpp"
#include "firmware/core/emv/tags.hpp"
#include "host/base/hex.hpp"
#include "host/explain/bit_names.hpp"
#include "host/explain/issuer_data.hpp"
#include "host/explain/tag_names.hpp"

namespace sesame::explain {

namespace {

namespace tag = emv::tag;
using Lines = std::vector<std::string>;

// ---- bits: Book 3, annex C

// C1.
constexpr std::array kAip{
    BitName{1, 0x40, "SDA supported"},
    BitName{1, 0x20, "DDA supported"},
    BitName{1, 0x10, "cardholder verification supported"},
    BitName{1, 0x08, "terminal risk management to be performed"},
    BitName{1, 0x04, "issuer authentication supported"},
    BitName{1, 0x02, "reserved for contactless: on-device cardholder verification"},
    BitName{1, 0x01, "CDA supported"},
    BitName{2, 0x80, "reserved for contactless: EMV mode"},
};
// C2.
constexpr std::array kUsage{
    BitName{1, 0x80, "domestic cash transactions"},
    BitName{1, 0x40, "international cash transactions"},
    BitName{1, 0x20, "domestic goods"},
    BitName{1, 0x10, "international goods"},
    BitName{1, 0x08, "domestic services"},
    BitName{1, 0x04, "international services"},
    BitName{1, 0x02, "ATMs"},
    BitName{1, 0x01, "terminals other than ATMs"},
    BitName{2, 0x80, "domestic cashback"},
    BitName{2, 0x40, "international cashback"},
};
// C5. The issuer action codes have the same bits.
constexpr std::array kTvr{
    BitName{1, 0x80, "offline data authentication was not performed"},
    BitName{1, 0x40, "SDA failed"},
    BitName{1, 0x20, "ICC data missing"},
    BitName{1, 0x10, "card appears on the terminal exception file"},
    BitName{1, 0x08, "DDA failed"},
    BitName{1, 0x04, "CDA failed"},
    BitName{1, 0x02, "SDA selected"},
    BitName{2, 0x80, "ICC and terminal have different application versions"},
    BitName{2, 0x40, "expired application"},
    BitName{2, 0x20, "application not yet effective"},
    BitName{2, 0x10, "requested service not allowed for the card product"},
    BitName{2, 0x08, "new card"},
    BitName{3, 0x80, "cardholder verification was not successful"},
    BitName{3, 0x40, "unrecognized CVM"},
    BitName{3, 0x20, "PIN try limit exceeded"},
    BitName{3, 0x10, "PIN entry required, and PIN pad not present or not working"},
    BitName{3, 0x08, "PIN entry required, PIN pad present, but PIN was not entered"},
    BitName{3, 0x04, "online PIN entered"},
    BitName{4, 0x80, "transaction exceeds floor limit"},
    BitName{4, 0x40, "lower consecutive offline limit exceeded"},
    BitName{4, 0x20, "upper consecutive offline limit exceeded"},
    BitName{4, 0x10, "transaction selected randomly for online processing"},
    BitName{4, 0x08, "merchant forced transaction online"},
    BitName{5, 0x80, "default TDOL used"},
    BitName{5, 0x40, "issuer authentication failed"},
    BitName{5, 0x20, "script processing failed before final GENERATE AC"},
    BitName{5, 0x10, "script processing failed after final GENERATE AC"},
};
// C6.
constexpr std::array kTsi{
    BitName{1, 0x80, "offline data authentication was performed"},
    BitName{1, 0x40, "cardholder verification was performed"},
    BitName{1, 0x20, "card risk management was performed"},
    BitName{1, 0x10, "issuer authentication was performed"},
    BitName{1, 0x08, "terminal risk management was performed"},
    BitName{1, 0x04, "script processing was performed"},
};
// Book 4, annex A2 and A3.
constexpr std::array kCapabilities{
    BitName{1, 0x80, "manual key entry"},
    BitName{1, 0x40, "magnetic stripe"},
    BitName{1, 0x20, "IC with contacts"},
    BitName{2, 0x80, "plaintext PIN for ICC verification"},
    BitName{2, 0x40, "enciphered PIN for online verification"},
    BitName{2, 0x20, "signature (paper)"},
    BitName{2, 0x10, "enciphered PIN for offline verification"},
    BitName{2, 0x08, "no CVM required"},
    BitName{3, 0x80, "SDA"},
    BitName{3, 0x40, "DDA"},
    BitName{3, 0x20, "card capture"},
    BitName{3, 0x08, "CDA"},
};
constexpr std::array kMoreCapabilities{
    BitName{1, 0x80, "cash"},
    BitName{1, 0x40, "goods"},
    BitName{1, 0x20, "services"},
    BitName{1, 0x10, "cashback"},
    BitName{1, 0x08, "inquiry"},
    BitName{1, 0x04, "transfer"},
    BitName{1, 0x02, "payment"},
    BitName{1, 0x01, "administrative"},
    BitName{2, 0x80, "cash deposit"},
    BitName{3, 0x80, "numeric keys"},
    BitName{3, 0x40, "alphabetic and special characters keys"},
    BitName{3, 0x20, "command keys"},
    BitName{3, 0x10, "function keys"},
    BitName{4, 0x80, "print, attendant"},
    BitName{4, 0x40, "print, cardholder"},
    BitName{4, 0x20, "display, attendant"},
    BitName{4, 0x10, "display, cardholder"},
    BitName{4, 0x02, "code table 10"},
    BitName{4, 0x01, "code table 9"},
    BitName{5, 0x80, "code table 8"},
    BitName{5, 0x40, "code table 7"},
    BitName{5, 0x20, "code table 6"},
    BitName{5, 0x10, "code table 5"},
    BitName{5, 0x08, "code table 4"},
    BitName{5, 0x04, "code table 3"},
    BitName{5, 0x02, "code table 2"},
    BitName{5, 0x01, "code table 1"},
};
// CAP. Bits of the first byte; what others mean is not known.
constexpr std::array kIaf{
    BitName{1, 0x80, "sign: amount and currency take part"},
    BitName{1, 0x40, "PSN is part of the data under the mask"},
    BitName{1, 0x20, "sign: amount alone, without currency"},
};

Lines bits(Bytes value, std::size_t size, std::span<const BitName> names) {
  Lines lines;
  if (value.size() != size) {
    lines.push_back(fmt::format("{} byte{} expected", size, size == 1 ? " is" : "s are"));
  }
  const Lines set = bit_lines(value, size, names);
  lines.insert(lines.end(), set.begin(), set.end());
  return lines;
}

// ---- C3: cardholder verification

std::string method(std::uint8_t byte) {
  const int code = byte & 0x3F;
  switch (code) {
    case 0x00: return "fail CVM processing";
    case 0x01: return "plaintext PIN verification by ICC";
    case 0x02: return "enciphered PIN verified online";
    case 0x03: return "plaintext PIN verification by ICC and signature";
    case 0x04: return "enciphered PIN verification by ICC";
    case 0x05: return "enciphered PIN verification by ICC and signature";
    case 0x1E: return "signature (paper)";
    case 0x1F: return "no CVM required";
    case 0x3F: return "no CVM performed";
    default: break;
  }
  if (code < 0x20) return fmt::format("reserved ({:02X})", code);
  return fmt::format("reserved for {} ({:02X})", code < 0x30 ? "payment systems" : "the issuer", code);
}

std::string condition(std::uint8_t byte) {
  constexpr std::array<std::string_view, 10> kConditions{
      "always",
      "if unattended cash",
      "if not unattended cash, not manual cash and not purchase with cashback",
      "if the terminal supports the CVM",
      "if manual cash",
      "if purchase with cashback",
      "if in the application currency and under X",
      "if in the application currency and over X",
      "if in the application currency and under Y",
      "if in the application currency and over Y",
  };
  if (byte < kConditions.size()) return std::string(kConditions[byte]);
  return fmt::format("condition {:02X}, reserved{}", byte, byte < 0x80 ? "" : " for payment systems");
}

std::uint32_t big_endian(Bytes four) {
  std::uint32_t number = 0;
  for (const std::uint8_t byte : four) number = number << 8 | byte;
  return number;
}

Lines cvm_list(Bytes value) {
  if (value.size() < 8) return {"8 bytes are expected, for the amounts X and Y, and 2 for each rule"};
  Lines lines{fmt::format("X = {}, Y = {}", big_endian(value.first(4)), big_endian(value.subspan(4, 4)))};
  for (value = value.subspan(8); value.size() >= 2; value = value.subspan(2)) {
    lines.push_back(fmt::format("{:02X}{:02X}  {}, {}; else {}", value[0], value[1], method(value[0]),
                                condition(value[1]), (value[0] & 0x40) != 0 ? "the next rule" : "fail"));
  }
  if (!value.empty()) lines.push_back(fmt::format("{:02X}  half a rule", value[0]));
  return lines;
}

// Book 4, annex A4.
Lines cvm_results(Bytes value) {
  if (value.size() != 3) return {"3 bytes are expected"};
  constexpr std::array<std::string_view, 3> kResults{"unknown", "failed", "successful"};
  return {method(value[0]), condition(value[1]),
          fmt::format("result: {}", value[2] < 3 ? kResults[value[2]] : "reserved")};
}

// ---- parts

// Table 14.
Lines cid(Bytes value) {
  if (value.size() != 1) return {"1 byte is expected"};
  constexpr std::array<std::string_view, 4> kTypes{"AAC: declined", "TC: approved offline",
                                                   "ARQC: to go online", "reserved"};
  constexpr std::array<std::string_view, 4> kReasons{"", "service not allowed", "PIN try limit exceeded",
                                                     "issuer authentication failed"};
  Lines lines{std::string(kTypes[value[0] >> 6])};
  if ((value[0] & 0x30) != 0) lines.push_back(fmt::format("payment system's own: {}", value[0] >> 4 & 3));
  if ((value[0] & 0x08) != 0) lines.emplace_back("advice required");
  if (const int reason = value[0] & 7; reason != 0) {
    lines.push_back(
        fmt::format("reason: {}", reason < 4 ? kReasons[static_cast<std::size_t>(reason)] : "reserved"));
  }
  return lines;
}

Lines afl(Bytes value) {
  Lines lines;
  for (; value.size() >= 4; value = value.subspan(4)) {
    const bool right = (value[0] & 7) == 0 && value[0] >> 3 >= 1 && value[0] >> 3 <= 30 && value[1] >= 1 &&
                       value[2] >= value[1] && value[3] <= value[2] - value[1] + 1;
    lines.push_back(right ? fmt::format("SFI {}: record{} {}{}; signed: {}", value[0] >> 3,
                                        value[1] == value[2] ? "" : "s", value[1],
                                        value[1] == value[2] ? "" : fmt::format(" to {}", value[2]), value[3])
                          : fmt::format("{}: names no records", to_hex(value.first(4))));
  }
  if (!value.empty()) lines.push_back(fmt::format("{}: 4 bytes are expected", to_hex(value)));
  return lines;
}

// Book 1, 12.2.3.
Lines priority(Bytes value) {
  if (value.size() != 1) return {"1 byte is expected"};
  const int order = value[0] & 0x0F;
  Lines lines{order == 0 ? std::string("no priority") : fmt::format("priority {} (1 is the highest)", order)};
  if ((value[0] & 0x80) != 0) lines.emplace_back("not without confirmation by the cardholder");
  if ((value[0] & 0x70) != 0) lines.emplace_back("bits 7 to 5: reserved");
  return lines;
}

// Book 4, annex A1.
Lines terminal_type(Bytes value) {
  if (value.size() != 1) return {"1 byte is expected"};
  constexpr std::array<std::string_view, 4> kOwners{"", "financial institution", "merchant", "cardholder"};
  constexpr std::array<std::string_view, 7> kWays{"",
                                                  "attended, online only",
                                                  "attended, offline with online capability",
                                                  "attended, offline only",
                                                  "unattended, online only",
                                                  "unattended, offline with online capability",
                                                  "unattended, offline only"};
  const std::size_t owner = value[0] >> 4, way = value[0] & 0x0F;
  if (owner < 1 || owner > 3 || way < 1 || way > 6 || (owner == 3 && way < 4)) return {"reserved"};
  return {fmt::format("{}, {}", kOwners[owner], kWays[way])};
}

Lines tag_list(Bytes value) {
  Lines lines;
  for (std::size_t at = 0; at < value.size();) {
    std::size_t end = at + 1;
    if ((value[at] & 0x1F) == 0x1F) {
      while (end < value.size() && (value[end] & 0x80) != 0) ++end;
      ++end;
    }
    if (end > value.size() || end - at > 4) return lines.push_back("no tag from here on"), lines;
    emv::Tag each = 0;
    for (; at < end; ++at) each = each << 8 | value[at];
    lines.push_back(fmt::format("{:02X}  {}", each, tag_name(each).name));
  }
  return lines;
}

// The mask of a code over CID, ATC, AC and IAD, where the IAF does not put the PSN in front.
Lines mask(Bytes value) {
  struct Field {
    std::string_view name;
    std::size_t size;
  };
  constexpr std::array<Field, 4> kFields{{{"CID", 1}, {"ATC", 2}, {"AC", 8}, {"IAD", 32}}};
  Lines lines;
  int all = 0;
  for (const Field& field : kFields) {
    const Bytes part = value.first(std::min(field.size, value.size()));
    value = value.subspan(part.size());
    int bits = 0;
    for (const std::uint8_t byte : part) bits += std::popcount(byte);
    all += bits;
    if (!part.empty()) {
      lines.push_back(
          fmt::format("{:<4} {}  {} bit{}", field.name, to_hex(part), bits, bits == 1 ? "" : "s"));
    }
  }
  if (!value.empty()) lines.push_back("longer than any data that it could mask");
  lines.push_back(fmt::format("a number of {} bit{} (where the IAF has 40, the PSN's byte stands first)", all,
                              all == 1 ? "" : "s"));
  return lines;
}

void nested(Lines& lines, std::string_view name, emv::Tag tag, Bytes value) {
  lines.push_back(fmt::format("{}: {}", name, to_hex(value)));
  for (const std::string& line : explain_value(tag, value)) lines.push_back("  " + line);
}

// Format 1 has no tags: GET PROCESSING OPTIONS answers AIP and AFL, GENERATE AC CID, ATC, AC and IAD.
Lines format1(Bytes value) {
  Lines lines;
  bool options = value.size() % 4 == 2 && value.size() >= 6;
  for (emv::AflReader reader(options ? value.subspan(2) : Bytes{}); options && reader.more();) {
    options = static_cast<bool>(reader.next());
  }
  if (options) {
    nested(lines, "AIP", tag::aip, value.first(2));
    nested(lines, "AFL", tag::afl, value.subspan(2));
  } else if (value.size() >= 11 && value.size() <= 43) {
    nested(lines, "CID", tag::cid, value.first(1));
    nested(lines, "ATC", tag::atc, value.subspan(1, 2));
    nested(lines, "AC", tag::ac, value.subspan(3, 8));
    if (value.size() > 11) nested(lines, "IAD", tag::iad, value.subspan(11));
  }
  return lines;
}

Lines number(Bytes value) {
  return value.empty() || value.size() > 4 ? Lines{} : Lines{std::to_string(big_endian(value))};
}

Lines part_of_8859(Bytes value) {
  const auto part = code_table(value);
  return {part ? fmt::format("ISO/IEC 8859-{}", *part) : std::string("reserved")};
}

}  // namespace

std::optional<int> code_table(Bytes index) {
  if (index.size() != 1 || (index[0] >> 4) > 9 || (index[0] & 0x0F) > 9) return std::nullopt;
  const int part = (index[0] >> 4) * 10 + (index[0] & 0x0F);
  return part >= 1 && part <= 16 ? std::optional(part) : std::nullopt;
}

Lines explain_value(emv::Tag tag, Bytes value) {
  switch (tag) {
    case tag::aip: return bits(value, 2, kAip);
    case 0x9F07: return bits(value, 2, kUsage);
    case tag::tvr:
    case 0x9F0D:
    case 0x9F0E:
    case 0x9F0F: return bits(value, 5, kTvr);
    case 0x9B: return bits(value, 2, kTsi);
    case tag::terminal_capabilities: return bits(value, 3, kCapabilities);
    case tag::additional_terminal_capabilities: return bits(value, 5, kMoreCapabilities);
    case tag::iaf:
    case tag::visa_iaf: return value.empty() ? Lines{"1 byte is expected"} : bit_lines(value, 1, kIaf);
    case tag::ipb:
    case tag::visa_ipb: return mask(value);
    case tag::cvm_list: return cvm_list(value);
    case tag::cvm_results: return cvm_results(value);
    case tag::cid: return cid(value);
    case tag::iad: return explain_issuer_data(value);
    case tag::afl: return afl(value);
    case tag::priority: return priority(value);
    case tag::terminal_type: return terminal_type(value);
    case tag::response_format1: return format1(value);
    case 0x9F4A: return tag_list(value);
    case tag::issuer_code_table_index: return part_of_8859(value);
    case tag::atc:
    case tag::last_online_atc:
    case tag::pin_try_counter:
    case tag::sfi: return number(value);
    default: return {};
  }
}

}  // namespace sesame::explain
