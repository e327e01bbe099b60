#include <memory>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

#include "host/base/safe_text.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/document/file.hpp"
#include "host/explain/atr.hpp"
#include "host/explain/historical_bytes.hpp"
#include "host/explain/known_cards.hpp"

namespace sesame::cli {

namespace {

struct AtrOptions {
  std::vector<std::string> hex;
  std::optional<std::string> list;
  bool json = false;
};

using Json = nlohmann::ordered_json;
using explain::ExplainedAtr;

constexpr std::size_t kNameWidth = 6;

// Where Debian's pcsc-tools put their list.
constexpr const char* kInstalledList = "/usr/share/pcsc/smartcard_list.txt";

std::vector<std::string> known(const std::optional<std::string>& list, Bytes atr) {
  try {
    return explain::known_as(document::FileText(list.value_or(kInstalledList)).text(), atr);
  } catch (const Failure&) {
    if (list) throw;
    return {};  // not installed
  }
}

std::string protocol(int number) { return fmt::format("T={}", number); }

std::string error_text(const ExplainedAtr& atr) {
  const std::string text(to_string(*atr.error));
  return *atr.error == iso7816::AtrError::bad_tck ? fmt::format("{}, it must be {:02X}", text, atr.right_tck)
                                                  : text;
}

// ---- as JSON

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json described(const iso7816::InterfaceBytes& group) {
  Json bytes = Json::object();
  const auto put = [&](const char* name, std::optional<std::uint8_t> byte) {
    if (byte) bytes[name] = fmt::format("{:02X}", *byte);
  };
  put("TA", group.ta);
  put("TB", group.tb);
  put("TC", group.tc);
  put("TD", group.td);
  return bytes;
}

Json described(const explain::AtrParameters& all) {
  Json out;
  Json protocols = Json::array();
  for (const int each : all.protocols) protocols.push_back(protocol(each));
  out["protocols"] = std::move(protocols);
  const auto& mode = all.specific_mode;
  out["specific"] = mode && mode->protocol ? Json(protocol(*mode->protocol)) : Json();
  out["specific_mode"] = mode ? Json{{"may_change", mode->may_change}, {"implicit", mode->implicit}} : Json();
  out["f"] = or_null(all.f);
  out["d"] = or_null(all.d);
  out["most_mhz"] = or_null(all.most_mhz);
  out["extra_guard_time"] = all.extra_guard_time;
  out["wi"] = or_null(all.wi);
  out["wt_cycles"] = or_null(all.wt_cycles);
  out["ifsc"] = or_null(all.ifsc);
  out["bwi"] = or_null(all.bwi);
  out["bwt_cycles"] = or_null(all.bwt_cycles);
  out["cwi"] = or_null(all.cwi);
  out["cwt_etu"] = or_null(all.cwt_etu);
  out["edc"] = or_null(all.edc);
  out["clock_stop"] = all.clock_stop;
  Json classes = Json::array();
  for (const char each : all.classes.value_or("")) classes.push_back(std::string(1, each));
  out["classes"] = all.classes ? std::move(classes) : Json();
  out["spu"] = fmt::format("{:02X}", all.spu);
  return out;
}

Json described(const ExplainedAtr& atr, const std::vector<std::string>& known_as) {
  Json out;
  const bool begun = !atr.characters.empty();
  out["convention"] = !begun ? Json() : Json(atr.characters[0].value == 0x3F ? "inverse" : "direct");
  Json groups = Json::array();
  for (const auto& group : atr.interface) groups.push_back(described(group));
  out["interface"] = std::move(groups);
  out.update(described(atr.parameters));
  out["historical"] = hex(atr.historical);
  const auto historical = explain::explain_historical(atr.historical);
  Json objects = Json::array();
  for (const auto& object : historical.objects) {
    objects.push_back({{"name", object.name}, {"value", hex(object.value)}, {"meaning", object.meaning}});
  }
  out["historical_form"] = historical.category.empty() ? Json() : Json(historical.category);
  out["historical_objects"] = std::move(objects);
  out["tck"] = atr.tck ? Json(fmt::format("{:02X}", *atr.tck)) : Json();
  out["kinds"] = atr.kinds;
  out["known_as"] = known_as;
  out["remarks"] = atr.remarks;
  if (atr.error) out["error"] = {{"says", error_text(atr)}, {"offset", atr.error_at}};
  return out;
}

// ---- in words

void print_named(std::string_view name, std::string_view text) {
  print_line(fmt::format("{:<{}}{}", name, kNameWidth, safe::one_line(text)));
}

// At a clock that every card takes (ISO 7816-3:2006, 5.2.3).
std::string in_seconds(std::int64_t cycles) {
  return fmt::format("{:.3g} s at 4 MHz", static_cast<double>(cycles) / 4e6);
}

void print_historical(const ExplainedAtr& atr) {
  std::string text;
  for (const std::uint8_t byte : atr.historical) {
    text += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.';
  }
  print_named("Hist", fmt::format("{}  \"{}\"", hex(atr.historical), text));
  const auto historical = explain::explain_historical(atr.historical);
  if (!historical.category.empty()) print_named("", historical.category);
  for (const auto& object : historical.objects) {
    print_named("", fmt::format("{}  {}", object.name, hex(object.value)));
    for (const std::string& each : object.meaning) print_named("", "  " + each);
  }
}

void print_parameters(const explain::AtrParameters& all) {
  std::string protocols;
  for (const int each : all.protocols) protocols += (protocols.empty() ? "" : ", ") + protocol(each);
  print_line(fmt::format("Offers {}", protocols.empty() ? "no protocol" : protocols));
  if (all.wt_cycles) {
    print_named("T=0", fmt::format("WT {} clock cycles, {}", *all.wt_cycles, in_seconds(*all.wt_cycles)));
  }
  if (all.cwt_etu) {
    print_named("T=1", fmt::format("IFSC {}, BWT {}, CWT {} etu, {}",
                                   all.ifsc ? std::to_string(*all.ifsc) : "reserved",
                                   all.bwt_cycles ? fmt::format("11 etu and {} clock cycles, {}",
                                                                *all.bwt_cycles, in_seconds(*all.bwt_cycles))
                                                  : "reserved",
                                   *all.cwt_etu, *all.edc));
  }
  print_named("Clock", fmt::format("stop: {}; class {}", all.clock_stop, all.classes.value_or("reserved")));
}

void print(const ExplainedAtr& atr, const std::vector<std::string>& known_as) {
  for (const auto& [name, value, meaning] : atr.characters) {
    print_named(name, fmt::format("{:02X}  {}", value, meaning));
  }
  if (!atr.error || !atr.historical.empty() || atr.tck) print_historical(atr);
  if (atr.tck) {
    print_named("TCK", fmt::format("{:02X}  {}", *atr.tck,
                                   atr.error == iso7816::AtrError::bad_tck
                                       ? fmt::format("wrong, it must be {:02X}", atr.right_tck)
                                       : (atr.error ? "" : "right")));
  }
  if (!atr.characters.empty()) print_parameters(atr.parameters);
  for (const std::string& each : atr.kinds) print_named("Kind", each);
  for (const std::string& each : known_as) print_named("Known", "as " + each);
  for (const std::string& each : atr.remarks) print_named("Note", each);
}

void atr(const AtrOptions& options) {
  const auto bytes = read_hex("HEX", options.hex);
  const ExplainedAtr explained = explain::explain_atr(bytes);
  const auto known_as = known(options.list, bytes);
  options.json ? print_json(described(explained, known_as), 2) : print(explained, known_as);
  if (!explained.error) return;
  throw Failure(Failure::invalid,
                fmt::format("HEX: not an ATR: {} (byte {})", error_text(explained), explained.error_at));
}

}  // namespace

void add_atr(const Command& parent) {
  const auto options = std::make_shared<AtrOptions>();
  const Command command(parent, "atr", "explain an answer to reset");
  command.option("HEX", options->hex, kHexHelp).required();
  command.option("--list", options->list, "known cards, as pcsc-tools list them").type("FILE");
  command.flag("--json", options->json, "print JSON");
  command.footer(fmt::format("Without --list: {}, where it is.", kInstalledList));
  command.run([options] { atr(*options); });
}

}  // namespace sesame::cli
