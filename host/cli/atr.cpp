#include <memory>

#include "firmware/core/iso7816/atr.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct AtrOptions {
  std::vector<std::string> hex;  // joined
  bool json = false;
};

using Json = nlohmann::ordered_json;

// T=15 is no protocol: it marks interface bytes that hold for all of them (ISO 7816-3:2006, 8.2.3).
constexpr int kGlobal = 15;

std::vector<int> offered(const iso7816::Atr& atr) {
  std::vector<int> protocols;
  for (int protocol = 0; protocol < kGlobal; ++protocol) {
    if (atr.offers(protocol)) protocols.push_back(protocol);
  }
  return protocols;
}

Json described(const iso7816::Atr& atr) {
  Json out;
  out["convention"] = atr.inverse ? "inverse" : "direct";
  Json groups = Json::array();
  for (const iso7816::InterfaceBytes& group : atr.interface) {
    Json bytes = Json::object();
    const auto put = [&](const char* name, std::optional<std::uint8_t> byte) {
      if (byte) bytes[name] = fmt::format("{:02X}", *byte);
    };
    put("TA", group.ta);
    put("TB", group.tb);
    put("TC", group.tc);
    put("TD", group.td);
    groups.push_back(std::move(bytes));
  }
  out["interface"] = std::move(groups);
  Json protocols = Json::array();
  for (const int protocol : offered(atr)) protocols.push_back(fmt::format("T={}", protocol));
  out["protocols"] = std::move(protocols);
  const auto specific = atr.specific_protocol();
  out["specific"] = specific && *specific != kGlobal ? Json(fmt::format("T={}", *specific)) : Json();
  out["f"] = atr.f() == 0 ? Json() : Json(atr.f());
  out["d"] = atr.d() == 0 ? Json() : Json(atr.d());
  out["extra_guard_time"] = atr.extra_guard_time();
  out["historical"] = hex(atr.historical);
  out["tck"] = atr.tck ? Json(fmt::format("{:02X}", *atr.tck)) : Json();
  return out;
}

// ---- in words

// Tables 7 and 8.
std::string clock(const iso7816::Atr& atr) {
  const auto text = [](std::string_view name, int value, int index) {
    return value == 0 ? fmt::format("{} reserved (index {})", name, index)
                      : fmt::format("{} = {}", name, value);
  };
  const int ta1 = atr.interface[0].ta.value_or(0x11);
  return text("F", atr.f(), ta1 >> 4) + ", " + text("D", atr.d(), ta1 & 0x0F);
}

// TA2 (8.3).
std::string specific_mode(std::uint8_t ta2) {
  const int protocol = ta2 & 0x0F;
  return fmt::format("specific mode: {}",
                     protocol == kGlobal ? "T=15, which is no protocol" : fmt::format("T={}", protocol));
}

std::string next_protocol(std::uint8_t td) {
  const int protocol = td & 0x0F;
  return protocol == kGlobal ? "T=15: no protocol; global interface bytes follow"
                             : fmt::format("T={}", protocol);
}

// From TA3 on a byte belongs to what the TD before it says. Global ones: 8.3; those of T=1: 11.4.
std::string of_protocol(char letter, std::uint8_t byte, int protocol) {
  if (protocol == kGlobal && letter == 'A') return "global: clock stop and classes of operating conditions";
  if (protocol == kGlobal && letter == 'B') return "global: use of SPU";
  if (protocol == 1 && letter == 'A') return fmt::format("T=1: IFSC {}", byte);
  if (protocol == 1 && letter == 'B') return fmt::format("T=1: BWI {}, CWI {}", byte >> 4, byte & 0x0F);
  if (protocol == 1 && letter == 'C') return fmt::format("T=1: {}", (byte & 1) != 0 ? "CRC" : "LRC");
  return "";
}

std::string meaning(const iso7816::Atr& atr, std::size_t group, char letter, std::uint8_t byte) {
  if (letter == 'D') return next_protocol(byte);
  if (group >= 2) return of_protocol(letter, byte, *atr.interface[group - 1].td & 0x0F);
  if (letter == 'A') return group == 0 ? clock(atr) : specific_mode(byte);
  if (letter == 'B') return "programming voltage, not used any more";
  return group == 0 ? fmt::format("extra guard time {}", atr.extra_guard_time())
                    : fmt::format("T=0: waiting time integer {}", byte);
}

void print(const iso7816::Atr& atr) {
  print_line(fmt::format("TS    {}", atr.inverse ? "3F  inverse convention" : "3B  direct convention"));
  for (std::size_t i = 0; i < atr.interface.size(); ++i) {
    const auto line = [&](char letter, std::optional<std::uint8_t> byte) {
      if (byte)
        print_line(fmt::format("T{}{}   {:02X}  {}", letter, i + 1, *byte, meaning(atr, i, letter, *byte)));
    };
    const iso7816::InterfaceBytes& group = atr.interface[i];
    line('A', group.ta);
    line('B', group.tb);
    line('C', group.tc);
    line('D', group.td);
  }
  std::string text;
  for (const std::uint8_t byte : atr.historical)
    text += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.';
  print_line(fmt::format("Hist  {}  \"{}\"", hex(atr.historical), text));
  if (atr.tck) print_line(fmt::format("TCK   {:02X}  right", *atr.tck));
  std::string protocols;
  for (const int protocol : offered(atr))
    protocols += fmt::format("{}T={}", protocols.empty() ? "" : ", ", protocol);
  print_line(fmt::format("Offers {}", protocols.empty() ? "no protocol" : protocols));
}

void atr(const AtrOptions& options) {
  std::string text;
  for (const std::string& part : options.hex) text += part;
  const auto bytes = parse_hex("HEX", text);
  const auto parsed = iso7816::parse_atr(bytes);
  if (!parsed) throw Failure(Failure::invalid, fmt::format("HEX: not an ATR: {}", to_string(parsed.error())));
  options.json ? print_json(described(*parsed), 2) : print(*parsed);
}

}  // namespace

void add_atr(const Command& parent) {
  const auto options = std::make_shared<AtrOptions>();
  const Command command(parent, "atr", "explain an answer to reset");
  command.option("HEX", options->hex, "bytes, with or without spaces").required();
  command.flag("--json", options->json, "print JSON");
  command.run([options] { atr(*options); });
}

}  // namespace sesame::cli
