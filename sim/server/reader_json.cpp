#include "sim/server/reader_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "host/base/hex.hpp"
#include "host/transcript/command_text.hpp"
#include "sim/lcd/rows.hpp"
#include "sim/server/fault_json.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint16_t kLastAtc = 0xFFFF;  // of a card: it makes no cryptogram after that

std::string atc_text(std::uint16_t atc) { return fmt::format("{:04X}", atc); }

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

bool takes_amounts(const ReaderProfile& profile) {
  return std::any_of(profile.functions.begin(), profile.functions.end(), [](const Function& function) {
    return std::any_of(function.prompts.begin(), function.prompts.end(),
                       [](const Prompt& prompt) { return prompt.kind == PromptKind::amount; });
  });
}

Json keys_json(const ReaderProfile& profile) {
  auto functions = Json::array();
  for (const Function& function : profile.functions) {
    if (!function.on_insertion) functions.push_back(function.key);
  }
  Json digits{"1", "2", "3", "4", "5", "6", "7", "8", "9", "0"};
  if (takes_amounts(profile)) digits.push_back(".");
  return {{"functions", functions}, {"digits", digits}, {"ok", "OK"}, {"clear", "C"}};
}

Json look_json(const profile::Look& look) {
  Json json = Json::object();
  const std::pair<const char*, std::string_view> parts[] = {
      {"body", look.body},   {"functions", look.functions}, {"digits", look.digits},          {"ok", look.ok},
      {"clear", look.clear}, {"ok_label", look.ok_label},   {"clear_label", look.clear_label}};
  for (const auto& [key, value] : parts) {
    if (!value.empty()) json[key] = value;
  }
  return json;
}

Json card_json(Card* card) {
  if (card == nullptr) return nullptr;
  const auto state = card->state();
  return {
      {"name", card->name()}, {"kind", card->kind()}, {"state", state ? state_json(*state) : Json(nullptr)}};
}

std::string battery(const LiveReader& reader) {
  if (reader.battery_dead()) return "dead";
  return reader.battery_low() ? "low" : "ok";
}

void add_code(Json& json, LiveReader& live) {
  const Reader& reader = live.reader();
  const bool shown = reader.state() == State::code && !live.battery_dead() && !reader.code().empty();
  json["code"] = nullptr;
  json["display"] = nullptr;
  json["atc"] = nullptr;
  if (!shown) return;
  GroupedCode grouped;
  group(reader.code(), reader.profile().code, grouped);
  json["code"] = std::string(reader.code().begin(), reader.code().end());
  json["display"] = std::string(grouped.view().begin(), grouped.view().end());
  json["atc"] = atc_text(reader.transaction().atc());
}

// What the computer at the cable was told since its last command.
Json cable_json(const LiveReader& live) {
  if (!live.profile().connected_mode) return nullptr;
  const auto told = live.told();
  const bool code = told && !told->code.empty();
  return {{"answer", told ? Json(sesame::name_of(told->told)) : Json(nullptr)},
          {"number", told ? Json(told->number) : Json(nullptr)},
          {"code", code ? Json(std::string(told->code.begin(), told->code.end())) : Json(nullptr)}};
}

// Of an entry of the log: the members of its event, and what the event is called.
struct EventWriter {
  Json& json;
  Millis at;

  std::string_view operator()(const ScreenChanged& screen) const {
    json["rows"] = screen.rows;
    json["lit"] = screen.lit;
    json["state"] = to_string(screen.state);
    return "screen";
  }
  std::string_view operator()(const KeyPressed& pressed) const {
    json["key"] = pressed.key;
    json["held"] = pressed.held;
    return "key";
  }
  std::string_view operator()(const CardMoved& moved) const {
    json["card"] = moved.in ? "inserted" : "removed";
    json["name"] = moved.name;
    if (!moved.why.empty()) json["reason"] = moved.why;
    return "card";
  }
  std::string_view operator()(const Exchanged& exchanged) const {
    json["name"] = exchanged.name();
    json["command"] = transcript::masked_hex(exchanged.command);
    json["response"] = to_hex(exchanged.response);
    json["at_ms"] = at;
    return "apdu";
  }
  std::string_view operator()(const AtCable& cable) const {
    if (!cable.answer.empty()) {
      json["answer"] = cable.answer;
    } else {
      json["command"] = cable.command;
      if (!cable.text.empty()) json["text"] = cable.text;
    }
    return "computer";
  }
  std::string_view operator()(const ClockMoved& moved) const {
    json["now_ms"] = at;
    json["deadline_ms"] = or_null(moved.deadline);
    return "clock";
  }
  std::string_view operator()(const FaultsSet& faults) const {
    json["fault"] = std::to_string(faults.count);
    return "fault";
  }
  std::string_view operator()(const BatteryDied&) const {
    json["fault"] = "battery dead";
    return "fault";
  }
};

std::string_view change_of(SimEvent::Kind kind) {
  switch (kind) {
    case SimEvent::Kind::created: return "created";
    case SimEvent::Kind::changed: return "changed";
    default: return "deleted";
  }
}

}  // namespace

Json reader_json(const ReaderFacts& facts, LiveReader& live) {
  const Reader& reader = live.reader();
  const ReaderProfile& profile = reader.profile();
  const Screen screen = live.screen();
  const bool notice = reader.notice() != Notice::none;
  Json json = {
      {"id", facts.id},
      {"label", facts.label},
      {"profile", profile.name},
      {"title", profile.title},
      {"clock", live.clock() == ClockKind::real ? "real" : "virtual"},
      {"now_ms", live.now()},
      {"deadline_ms", or_null(live.deadline())},
      {"revision", live.revision()},
      {"state", to_string(reader.state())},
      {"notice", notice ? Json(to_string(reader.notice())) : Json(nullptr)},
      {"lit", screen.lit},
      {"screen",
       {{"rows", all_rows(screen)}, {"columns", profile.display.columns}, {"contrast", screen.contrast}}},
      {"keys", keys_json(profile)},
      {"look", look_json(live.look())}};
  add_code(json, live);
  json["card"] = card_json(live.card());
  json["computer"] = cable_json(live);
  json["faults"] = faults_json(live.faults());
  json["battery"] = battery(live);
  json["expires_ms"] = or_null(facts.expires_in);
  return json;
}

Json screen_json(const LiveReader& reader) {
  const Screen screen = reader.screen();
  return {{"rows", all_rows(screen)},
          {"lit", screen.lit},
          {"revision", reader.revision()},
          {"text", to_text(screen)}};
}

Json state_json(const CardState& state) {
  const bool has_next = state.atc < kLastAtc;
  return {{"last_atc", atc_text(state.atc)},
          {"next_atc", has_next ? Json(atc_text(static_cast<std::uint16_t>(state.atc + 1))) : Json(nullptr)},
          {"tries_left", state.tries_left}};
}

Json otp_json(const OtpResult& result) {
  const bool notice = result.notice != Notice::none;
  return {{"code", or_null(result.code)},
          {"display", or_null(result.display)},
          {"atc", result.atc ? Json(atc_text(*result.atc)) : Json(nullptr)},
          {"screens", result.screens},
          {"state", to_string(result.state)},
          {"notice", notice ? Json(to_string(result.notice)) : Json(nullptr)},
          {"revision", result.revision}};
}

Json trace_json(const LiveReader& reader) {
  auto apdus = Json::array();
  for (const LogEntry& entry : reader.log()) {
    const auto* exchanged = std::get_if<Exchanged>(&entry.what);
    if (exchanged == nullptr) continue;
    apdus.push_back({{"revision", entry.revision},
                     {"at_ms", entry.at},
                     {"name", exchanged->name()},
                     {"command", transcript::masked_hex(exchanged->command)},
                     {"response", to_hex(exchanged->response)}});
  }
  return {{"apdus", apdus}, {"revision", reader.revision()}};
}

EventJson event_json(const SimEvent& event) {
  Json json = {{"reader", event.reader}, {"revision", event.entry.revision}};
  std::string_view name = "reader";
  if (event.kind == SimEvent::Kind::happened) {
    name = std::visit(EventWriter{json, event.entry.at}, event.entry.what);
  } else {
    json["change"] = change_of(event.kind);
  }
  return {name, std::move(json)};
}

}  // namespace sesame::sim
