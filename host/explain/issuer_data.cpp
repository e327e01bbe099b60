#include "host/explain/issuer_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "host/base/hex.hpp"
#include "host/explain/bit_names.hpp"

namespace sesame::explain {

namespace {

using Lines = std::vector<std::string>;

void append(Lines& lines, const Lines& more) { lines.insert(lines.end(), more.begin(), more.end()); }

// Bits 8 and 7: the second GENERATE AC; 6 and 5: the first. All three formats have them, Visa's after a
// length.
Lines cryptograms(std::uint8_t byte) {
  constexpr std::array<std::string_view, 4> kSecond{"an AAC", "a TC", "not asked for", "reserved"};
  constexpr std::array<std::string_view, 4> kFirst{"an AAC", "a TC", "an ARQC", "reserved"};
  return {fmt::format("second cryptogram: {}", kSecond[byte >> 6]),
          fmt::format("first cryptogram: {}", kFirst[byte >> 4 & 3])};
}

// Bytes counted with the length, as 1.
constexpr std::array kVisa{
    BitName{2, 0x08, "issuer authentication performed and failed"},
    BitName{2, 0x04, "offline PIN verification performed"},
    BitName{2, 0x02, "offline PIN verification failed"},
    BitName{2, 0x01, "unable to go online"},
    BitName{3, 0x80, "last online transaction not completed"},
    BitName{3, 0x40, "PIN try limit exceeded"},
    BitName{3, 0x20, "velocity checking counters exceeded"},
    BitName{3, 0x10, "new card"},
    BitName{3, 0x08, "issuer authentication failed in the last online transaction"},
    BitName{3, 0x04, "issuer authentication not performed after an online authorization"},
    BitName{3, 0x02, "application blocked as the PIN try limit was exceeded"},
    BitName{3, 0x01, "static data authentication failed in the last transaction, which was declined offline"},
    BitName{4, 0x08, "issuer script failed in the last transaction"},
    BitName{4, 0x04,
            "dynamic data authentication failed in the last transaction, which was declined offline"},
    BitName{4, 0x02, "dynamic data authentication performed"},
    BitName{4, 0x01, "no VERIFY came, though the card expects one"},
};

Lines visa(Bytes cvr) {
  Lines lines = cryptograms(cvr[1]);
  append(lines, bit_lines(cvr, 4, kVisa, std::array<std::uint8_t, 4>{0xFF, 0xF0, 0x00, 0xF0}));
  if (const int scripts = cvr[3] >> 4; scripts != 0) {
    lines.push_back(fmt::format("issuer script commands of the last transaction: {}", scripts));
  }
  return lines;
}

constexpr std::array kMchip{
    BitName{1, 0x04, "offline PIN verification performed"},
    BitName{1, 0x02, "offline PIN verification performed with an enciphered PIN"},
    BitName{1, 0x01, "offline PIN verification successful"},
    BitName{2, 0x80, "dynamic data authentication returned"},
    BitName{2, 0x40, "combined data authentication returned in the first GENERATE AC"},
    BitName{2, 0x20, "combined data authentication returned in the second GENERATE AC"},
    BitName{2, 0x10, "issuer authentication performed"},
    BitName{2, 0x08, "card issuer action code default skipped on a CAT3"},
    BitName{4, 0x40, "unable to go online"},
    BitName{4, 0x20, "offline PIN verification not performed"},
    BitName{4, 0x10, "offline PIN verification failed"},
    BitName{4, 0x08, "PIN try limit exceeded"},
    BitName{4, 0x04, "international transaction"},
    BitName{4, 0x02, "domestic transaction"},
    BitName{4, 0x01, "the terminal takes the offline PIN for right, and is wrong"},
    BitName{5, 0x80, "lower consecutive offline limit exceeded"},
    BitName{5, 0x40, "upper consecutive offline limit exceeded"},
    BitName{5, 0x20, "lower cumulative offline limit exceeded"},
    BitName{5, 0x10, "upper cumulative offline limit exceeded"},
    BitName{5, 0x08, "go online on the next transaction"},
    BitName{5, 0x04, "issuer authentication failed"},
    BitName{5, 0x02, "script received"},
    BitName{5, 0x01, "script failed"},
    BitName{6, 0x02, "found in the additional check table"},
    BitName{6, 0x01, "not found in the additional check table"},
};

Lines mchip(Bytes cvr) {
  Lines lines = cryptograms(cvr[0]);
  append(lines, bit_lines(cvr, 6, kMchip, std::array<std::uint8_t, 3>{0xF0, 0x00, 0xFF}));
  lines.push_back(
      fmt::format("script counter, low half: {}; PIN tries left, low half: {}", cvr[2] >> 4, cvr[2] & 0x0F));
  return lines;
}

// EMV 4.3 Book 3, annex C7.3.
constexpr std::array kCcd{
    BitName{1, 0x08, "combined data authentication performed"},
    BitName{1, 0x04, "dynamic data authentication performed"},
    BitName{1, 0x02, "issuer authentication not performed"},
    BitName{1, 0x01, "issuer authentication failed"},
    BitName{2, 0x08, "offline PIN verification performed"},
    BitName{2, 0x04, "offline PIN verification performed, and the PIN was wrong"},
    BitName{2, 0x02, "PIN try limit exceeded"},
    BitName{2, 0x01, "last online transaction not completed"},
    BitName{3, 0x80, "lower offline transaction count limit exceeded"},
    BitName{3, 0x40, "upper offline transaction count limit exceeded"},
    BitName{3, 0x20, "lower cumulative offline amount limit exceeded"},
    BitName{3, 0x10, "upper cumulative offline amount limit exceeded"},
    BitName{3, 0x08, "issuer-discretionary bit 1"},
    BitName{3, 0x04, "issuer-discretionary bit 2"},
    BitName{3, 0x02, "issuer-discretionary bit 3"},
    BitName{3, 0x01, "issuer-discretionary bit 4"},
    BitName{4, 0x08, "issuer script processing failed"},
    BitName{4, 0x04, "offline data authentication failed in the previous transaction"},
    BitName{4, 0x02, "go online on the next transaction"},
    BitName{4, 0x01, "unable to go online"},
};

Lines ccd(Bytes cvr) {
  Lines lines = cryptograms(cvr[0]);
  append(lines, bit_lines(cvr, 5, kCcd, std::array<std::uint8_t, 4>{0xF0, 0xF0, 0x00, 0xF0}));
  lines.push_back(fmt::format("PIN tries left, low half: {}", cvr[1] >> 4));
  if (const int scripts = cvr[3] >> 4; scripts != 0) {
    lines.push_back(fmt::format("issuer script commands with secure messaging: {}", scripts));
  }
  return lines;
}

void part(Lines& lines, std::string_view name, Bytes bytes) {
  if (!bytes.empty()) lines.push_back(fmt::format("{}: {}", name, to_hex(bytes)));
}

void results(Lines& lines, Bytes cvr, const Lines& meaning) {
  part(lines, "CVR", cvr);
  for (const std::string& line : meaning) lines.push_back("  " + line);
}

}  // namespace

Lines explain_issuer_data(Bytes iad) {
  Lines lines;
  // 06, derivation key index, cryptogram version, CVR with its length, and what the issuer likes.
  if (iad.size() >= 7 && iad[0] == 0x06 && iad[3] == 0x03) {
    lines.emplace_back("in the format of Visa");
    part(lines, "derivation key index", iad.subspan(1, 1));
    lines.push_back(fmt::format("cryptogram version number: {:02X} (CVN {})", iad[2], iad[2]));
    results(lines, iad.subspan(3, 4), visa(iad.subspan(3, 4)));
    part(lines, "issuer discretionary data", iad.subspan(7));
    return lines;
  }
  if (iad.size() == 32 && iad[0] == 0x0F && iad[16] == 0x0F) {  // annex C9.2, format A
    lines.emplace_back("in the format of CCD");
    part(lines, "common core identifier", iad.subspan(1, 1));
    part(lines, "derivation key index", iad.subspan(2, 1));
    results(lines, iad.subspan(3, 5), ccd(iad.subspan(3, 5)));
    part(lines, "counters", iad.subspan(8, 8));
    part(lines, "issuer discretionary data", iad.subspan(17));
    return lines;
  }
  // Derivation key index, cryptogram version 1x, CVR; then, or not, the DAC or ICC dynamic number, and
  // counters.
  if (iad.size() >= 8 && iad[1] >> 4 == 1) {
    lines.emplace_back("in the format of Mastercard (M/Chip)");
    part(lines, "derivation key index", iad.subspan(0, 1));
    lines.push_back(fmt::format("cryptogram version number: {:02X} (CVN {})", iad[1], iad[1]));
    results(lines, iad.subspan(2, 6), mchip(iad.subspan(2, 6)));
    const Bytes rest = iad.subspan(8);
    part(lines, rest.size() < 2 ? "rest" : "DAC or ICC dynamic number",
         rest.first(std::min<std::size_t>(rest.size(), 2)));
    if (rest.size() > 2) part(lines, "counters", rest.subspan(2));
    return lines;
  }
  if (!iad.empty()) lines.emplace_back("in none of the formats known here (Visa, M/Chip, CCD)");
  return lines;
}

}  // namespace sesame::explain
