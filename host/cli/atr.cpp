#include "firmware/core/iso7816/atr.hpp"

#include <nlohmann/json.hpp>

#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

using Json = nlohmann::ordered_json;

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
  for (int protocol = 0; protocol < 16; ++protocol) {
    if (atr.offers(protocol)) protocols.push_back(fmt::format("T={}", protocol));
  }
  out["protocols"] = std::move(protocols);
  out["specific"] = atr.specific_protocol() ? Json(fmt::format("T={}", *atr.specific_protocol())) : Json();
  out["f"] = atr.f();
  out["d"] = atr.d();
  out["extra_guard_time"] = atr.extra_guard_time();
  out["historical"] = hex(atr.historical);
  out["tck"] = atr.tck ? Json(fmt::format("{:02X}", *atr.tck)) : Json();
  return out;
}

void print(const iso7816::Atr& atr) {
  print_line(fmt::format("TS    {}", atr.inverse ? "3F  inverse convention" : "3B  direct convention"));
  for (std::size_t i = 0; i < atr.interface.size(); ++i) {
    const auto line = [&](char letter, std::optional<std::uint8_t> byte, const std::string& meaning) {
      if (byte) print_line(fmt::format("T{}{}   {:02X}  {}", letter, i + 1, *byte, meaning));
    };
    const iso7816::InterfaceBytes& group = atr.interface[i];
    const std::string clock = fmt::format("F = {}, D = {}", atr.f(), atr.d());
    line('A', group.ta, i == 0 ? clock : (i == 1 ? "specific mode" : ""));
    line('B', group.tb, i == 0 ? "programming voltage, not used any more" : "");
    line('C', group.tc, i == 0 ? fmt::format("extra guard time {}", atr.extra_guard_time()) : "");
    line('D', group.td, group.td ? fmt::format("T={}", *group.td & 0x0F) : "");
  }
  std::string text;
  for (const std::uint8_t byte : atr.historical)
    text += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.';
  print_line(fmt::format("Hist  {}  \"{}\"", hex(atr.historical), text));
  if (atr.tck) print_line(fmt::format("TCK   {:02X}  right", *atr.tck));
  std::string protocols;
  for (int protocol = 0; protocol < 16; ++protocol) {
    if (atr.offers(protocol)) protocols += fmt::format("{}T={}", protocols.empty() ? "" : ", ", protocol);
  }
  print_line(fmt::format("Offers {}", protocols));
}

}  // namespace

void atr(const HexOptions& options) {
  std::string text;
  for (const std::string& part : options.hex) text += part;
  const auto bytes = parse_hex("HEX", text);
  const auto parsed = iso7816::parse_atr(bytes);
  if (!parsed) throw Failure(Exit::usage, fmt::format("HEX: not an ATR: {}", to_string(parsed.error())));
  options.json ? print_line(described(*parsed).dump(2)) : print(*parsed);
}

}  // namespace sesame::cli
