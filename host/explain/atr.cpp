#include "host/explain/atr.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sesame::explain {

namespace {

using iso7816::AtrError;
using iso7816::InterfaceBytes;

// T=15 is no protocol: it marks interface bytes that hold for all of them (8.2.3).
constexpr int kGlobal = 15;

// Table 7, beside F, by its index; 0: reserved.
constexpr std::array<double, 16> kMostMhz{4, 5, 6, 8, 12, 16, 20, 0, 0, 5, 7.5, 10, 15, 20, 0, 0};

int f_of(std::uint8_t ta1) { return iso7816::clock_rate_conversion_integer(ta1 >> 4); }
int d_of(std::uint8_t ta1) { return iso7816::baud_rate_adjustment_integer(ta1 & 0x0F); }

constexpr std::array<std::string_view, 4> kClockStop{"not supported", "state L", "state H", "no preference"};

std::optional<std::string> classes(std::uint8_t byte) {
  switch (byte & 0x3F) {
    case 0x01: return "A";
    case 0x02: return "B";
    case 0x03: return "AB";
    case 0x04: return "C";
    case 0x06: return "BC";
    case 0x07: return "ABC";
    default: return std::nullopt;
  }
}

std::string voltages(const std::optional<std::string>& classes) {
  if (!classes) return "classes reserved";
  std::string all;
  for (const char each : *classes) {
    all += fmt::format("{}{} ({} V)", all.empty() ? "" : ", ", each,
                       each == 'A' ? "5" : (each == 'B' ? "3" : "1.8"));
  }
  return fmt::format("class{} {}", classes->size() == 1 ? "" : "es", all);
}

std::string follow(std::uint8_t byte, std::size_t group) {
  std::string names;
  for (int i = 0; i < 4; ++i) {
    if ((byte & 0x10 << i) == 0) continue;
    names += fmt::format("{}T{}{}", names.empty() ? "" : ", ", static_cast<char>('A' + i), group);
  }
  return names.empty() ? "no interface byte follows" : names + (names.size() > 3 ? " follow" : " follows");
}

// ---- one character each

std::string of_ta1(std::uint8_t byte) {
  const int f = f_of(byte), d = d_of(byte);
  const auto text = [](std::string_view name, int value, int index) {
    return value == 0 ? fmt::format("{} reserved (index {})", name, index)
                      : fmt::format("{} = {}", name, value);
  };
  std::string all = text("F", f, byte >> 4) + ", " + text("D", d, byte & 0x0F);
  if (f != 0) all += fmt::format("; at most {:g} MHz", kMostMhz[byte >> 4]);
  if (f != 0 && d != 0) {
    all += fmt::format("; {:g} clock cycles per etu, {:.0f} bit/s at that clock", static_cast<double>(f) / d,
                       kMostMhz[byte >> 4] * 1e6 * d / f);
  }
  return all;
}

// Until 2006; since then TB1 and TB2 are to be ignored.
std::string of_tb1(std::uint8_t byte) {
  if ((byte & 0x1F) == 0) return "programming voltage: not connected";
  constexpr std::array<std::string_view, 4> kMilliamperes{"25 mA", "50 mA", "current reserved",
                                                          "current reserved"};
  return fmt::format("programming voltage, not used any more: {} V, {}", byte & 0x1F,
                     kMilliamperes[byte >> 5 & 3]);
}

std::string of_tb2(std::uint8_t byte) {
  return fmt::format("programming voltage, not used any more: {:.1f} V", byte / 10.0);
}

std::string of_tc1(std::uint8_t byte) {
  if (byte == 255)
    return "extra guard time 255: the least that the protocol allows (T=0: 12 etu, T=1: 11 etu)";
  return fmt::format("extra guard time {}", byte);
}

std::string of_ta2(std::uint8_t byte) {
  const int protocol = byte & 0x0F;
  return fmt::format("specific mode: {}; {}, {}",
                     protocol == kGlobal ? "T=15, which is no protocol" : fmt::format("T={}", protocol),
                     (byte & 0x80) != 0 ? "cannot change it" : "may change it after a warm reset",
                     (byte & 0x10) != 0 ? "F and D implicit" : "F and D as TA1 says");
}

std::string of_td(std::uint8_t byte, std::size_t group) {
  const int protocol = byte & 0x0F;
  return fmt::format("{}; {}",
                     protocol == kGlobal ? "T=15: no protocol; global interface bytes follow"
                                         : fmt::format("T={}", protocol),
                     follow(byte, group + 1));
}

// From TA3 on a byte belongs to what the TD before it says, and the first of its kind counts.
std::string of_protocol(char letter, std::uint8_t byte, int protocol, bool first) {
  if (protocol != 1 && protocol != kGlobal) return fmt::format("T={}: not standardized", protocol);
  if (!first) return fmt::format("T={}: reserved, as it is not the first", protocol);
  if (protocol == kGlobal) {
    if (letter == 'A') {
      return fmt::format("global: clock stop {}; {}", kClockStop[byte >> 6], voltages(classes(byte)));
    }
    if (letter == 'C') return "global: reserved";
    return fmt::format("global: use of SPU: {}",
                       byte == 0 ? "none" : ((byte & 0x80) != 0 ? "proprietary" : "standardized"));
  }
  if (letter == 'A') return fmt::format("T=1: IFSC {}{}", byte, byte == 0 || byte == 255 ? ", reserved" : "");
  if (letter == 'C') {
    return fmt::format("T=1: {}{}", (byte & 1) != 0 ? "CRC" : "LRC",
                       byte > 1 ? "; the other bits are reserved" : "");
  }
  const int bwi = byte >> 4;
  return fmt::format("T=1: BWI {}{}, CWI {}", bwi, bwi > 9 ? " (reserved)" : "", byte & 0x0F);
}

// ---- all of them

class Reading {
 public:
  explicit Reading(Bytes bytes) : bytes_(bytes) {}

  ExplainedAtr all() {
    if (interface_bytes()) rest();
    parameters();
    kinds();
    if (bytes_.size() > iso7816::Atr::kMaxLength && out_.error != AtrError::bad_ts) {
      fail(AtrError::too_long, iso7816::Atr::kMaxLength);
    }
    return std::move(out_);
  }

 private:
  void fail(AtrError error, std::size_t at) {
    out_.error = error;
    out_.error_at = at;
  }

  bool more() {
    if (at_ < bytes_.size()) return true;
    fail(AtrError::truncated, at_);
    return false;
  }

  bool interface_bytes() {
    if (bytes_.empty()) return fail(AtrError::empty, 0), false;
    const std::uint8_t ts = bytes_[at_++];
    if (ts != 0x3B && ts != 0x3F) return fail(AtrError::bad_ts, 0), false;
    out_.characters.push_back({"TS", ts, ts == 0x3F ? "inverse convention" : "direct convention"});
    if (!more()) return false;
    const std::uint8_t t0 = bytes_[at_++];
    historical_ = t0 & 0x0F;
    out_.characters.push_back(
        {"T0", t0,
         fmt::format("{} historical byte{}; {}", historical_, historical_ == 1 ? "" : "s", follow(t0, 1))});
    for (std::optional<std::uint8_t> follows = t0; follows;) {
      const std::uint8_t present = *follows;
      out_.interface.emplace_back();
      for (int i = 0; i < 4; ++i) {
        if ((present & 0x10 << i) == 0) continue;
        if (!more()) return false;
        take(static_cast<char>('A' + i), bytes_[at_++]);
      }
      if (out_.interface.size() > 8) return fail(AtrError::too_long, at_), false;
      follows = out_.interface.back().td;
    }
    return true;
  }

  void take(char letter, std::uint8_t byte) {
    InterfaceBytes& group = out_.interface.back();
    const std::size_t number = out_.interface.size();
    std::optional<std::uint8_t>& place =
        letter == 'A' ? group.ta : (letter == 'B' ? group.tb : (letter == 'C' ? group.tc : group.td));
    place = byte;
    out_.characters.push_back({fmt::format("T{}{}", letter, number), byte, meaning(letter, number, byte)});
  }

  std::string meaning(char letter, std::size_t number, std::uint8_t byte) {
    if (letter == 'D') {
      const int protocol = byte & 0x0F;
      if (protocol == kGlobal && number == 1) out_.remarks.emplace_back("TD1 must not say T=15");
      if (number > 1 && protocol < (*out_.interface[number - 2].td & 0x0F)) {
        out_.remarks.push_back(fmt::format("TD{}: T={} stands after a higher T", number, protocol));
      }
      return of_td(byte, number);
    }
    if (number >= 3) {
      const int protocol = *out_.interface[number - 2].td & 0x0F;
      return of_protocol(letter, byte, protocol, !first(letter, protocol, number - 1));
    }
    if (letter == 'A') return number == 1 ? of_ta1(byte) : of_ta2(byte);
    if (letter == 'B') return number == 1 ? of_tb1(byte) : of_tb2(byte);
    if (number == 1) return of_tc1(byte);
    return byte == 0 ? "T=0: waiting time integer 0, reserved"
                     : fmt::format("T=0: waiting time integer {}", byte);
  }

  // The first TA, TB or TC for a protocol, of the groups from the third to `end`.
  std::optional<std::uint8_t> first(char letter, int protocol, std::size_t end) const {
    for (std::size_t i = 2; i < end; ++i) {
      const InterfaceBytes& group = out_.interface[i];
      const auto& byte = letter == 'A' ? group.ta : (letter == 'B' ? group.tb : group.tc);
      if ((*out_.interface[i - 1].td & 0x0F) == protocol && byte) return byte;
    }
    return std::nullopt;
  }

  void rest() {
    const std::size_t there = std::min(historical_, bytes_.size() - at_);
    const Bytes historical = bytes_.subspan(at_, there);
    out_.historical.assign(historical.begin(), historical.end());
    at_ += there;
    if (there < historical_) return fail(AtrError::truncated, at_);
    // 8.2.5: anything but T=0.
    const bool has_tck =
        std::any_of(out_.interface.begin(), out_.interface.end(),
                    [](const InterfaceBytes& group) { return group.td && (*group.td & 0x0F) != 0; });
    if (has_tck) {
      if (!more()) return;
      out_.tck = bytes_[at_++];
    }
    if (at_ < bytes_.size()) return fail(AtrError::trailing, at_);
    if (!has_tck) return;
    std::uint8_t sum = 0;
    for (const std::uint8_t byte : bytes_.subspan(1)) sum ^= byte;
    if (sum == 0) return;
    out_.right_tck = static_cast<std::uint8_t>(*out_.tck ^ sum);
    fail(AtrError::bad_tck, at_ - 1);
  }

  bool offers(int protocol) const {
    const auto& all = out_.parameters.protocols;
    return std::find(all.begin(), all.end(), protocol) != all.end();
  }

  void parameters() {
    AtrParameters& all = out_.parameters;
    const std::size_t groups = out_.interface.size();
    const InterfaceBytes none;
    const InterfaceBytes& one = groups > 0 ? out_.interface[0] : none;
    const InterfaceBytes& two = groups > 1 ? out_.interface[1] : none;
    for (const InterfaceBytes& group : out_.interface) {
      if (group.td && (*group.td & 0x0F) != kGlobal && !offers(*group.td & 0x0F)) {
        all.protocols.push_back(*group.td & 0x0F);
      }
    }
    if (!one.td) all.protocols.push_back(0);

    const std::uint8_t ta1 = one.ta.value_or(0x11);
    if (const int f = f_of(ta1); f != 0) {
      all.f = f;
      all.most_mhz = kMostMhz[ta1 >> 4];
    }
    if (const int d = d_of(ta1); d != 0) all.d = d;
    all.extra_guard_time = one.tc.value_or(0);
    if (two.ta) {
      AtrParameters::SpecificMode mode;
      if ((*two.ta & 0x0F) != kGlobal) mode.protocol = *two.ta & 0x0F;
      mode.may_change = (*two.ta & 0x80) == 0;
      mode.implicit = (*two.ta & 0x10) != 0;
      all.specific_mode = mode;
    }
    if (const std::uint8_t wi = two.tc.value_or(10); offers(0) && wi != 0) {
      all.wi = wi;
      if (all.f) all.wt_cycles = std::int64_t{960} * wi * *all.f;
    }
    if (offers(1)) of_t1(all, groups);
    const std::uint8_t global = first('A', kGlobal, groups).value_or(0x01);
    all.clock_stop = kClockStop[global >> 6];
    all.classes = classes(global);
    all.spu = first('B', kGlobal, groups).value_or(0);
  }

  void of_t1(AtrParameters& all, std::size_t groups) const {
    const std::uint8_t ifsc = first('A', 1, groups).value_or(32);
    if (ifsc != 0 && ifsc != 255) all.ifsc = ifsc;
    const std::uint8_t times = first('B', 1, groups).value_or(0x4D);
    if (const int bwi = times >> 4; bwi <= 9) {
      all.bwi = bwi;
      all.bwt_cycles = (std::int64_t{1} << bwi) * 960 * 372;
    }
    all.cwi = times & 0x0F;
    all.cwt_etu = 11 + (1 << (times & 0x0F));
    all.edc = (first('C', 1, groups).value_or(0) & 1) != 0 ? "CRC" : "LRC";
  }

  // ---- what kind of card

  bool only(std::size_t group, const InterfaceBytes& wanted) const {
    const InterfaceBytes& there = out_.interface[group];
    return there.ta == wanted.ta && there.tb == wanted.tb && there.tc == wanted.tc && there.td == wanted.td;
  }

  void kinds() {
    if (out_.interface.empty()) return;
    emv();
    contactless();
    if (bytes_[0] == 0x3F) {
      out_.kinds.emplace_back(
          "inverse convention: some French bank cards show their banking side only after a warm reset");
    }
  }

  // EMV 4.3 Book 1, 8.3.2: the basic ATRs.
  void emv() {
    const InterfaceBytes& one = out_.interface[0];
    if (one.ta || one.tb != 0 || !one.tc) return;
    if (!one.td) {
      out_.kinds.emplace_back("EMV: its basic ATR for T=0, as bank cards have");
      return;
    }
    if (one.td != 0x81 || out_.interface.size() != 3 || !only(1, {{}, {}, {}, 0x31})) return;
    const InterfaceBytes& three = out_.interface[2];
    if (three.ta >= 0x10 && three.ta <= 0xFE && three.tb && *three.tb >> 4 <= 4 && (*three.tb & 0x0F) <= 5) {
      out_.kinds.emplace_back("EMV: its basic ATR for T=1, as bank cards have");
    }
  }

  // PC/SC part 3, 3.1.3.2.3: the reader makes up the ATR of a card without contacts.
  void contactless() {
    if (bytes_[0] != 0x3B || out_.interface.size() != 3) return;
    if (!only(0, {{}, {}, {}, 0x80}) || !only(1, {{}, {}, {}, 0x01}) || !only(2, {})) return;
    static constexpr std::array<std::uint8_t, 8> kMemoryCard{0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06};
    const Bytes historical = out_.historical;
    if (historical.size() != 15 || !starts_with(historical, kMemoryCard)) {
      out_.kinds.emplace_back("contactless (ISO/IEC 14443-4), as a PC/SC reader presents it");
      return;
    }
    struct Name {
      int number;
      std::string_view name;
    };
    static constexpr std::array<Name, 6> kNames{{{0x0001, "MIFARE Classic 1K"},
                                                 {0x0002, "MIFARE Classic 4K"},
                                                 {0x0003, "MIFARE Ultralight"},
                                                 {0x0026, "MIFARE Mini"},
                                                 {0x003A, "MIFARE Ultralight C"},
                                                 {0x003B, "FeliCa"}}};
    const int number = historical[9] << 8 | historical[10];
    const auto found =
        std::find_if(kNames.begin(), kNames.end(), [&](const Name& each) { return each.number == number; });
    out_.kinds.push_back(
        fmt::format("contactless memory card, as a PC/SC reader presents it: {}",
                    found == kNames.end() ? fmt::format("number {:04X}", number) : found->name));
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  std::size_t historical_ = 0;
  ExplainedAtr out_;
};

}  // namespace

ExplainedAtr explain_atr(Bytes bytes) { return Reading(bytes).all(); }

}  // namespace sesame::explain
