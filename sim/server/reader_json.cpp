#include "sim/server/reader_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/reader/picture.hpp"
#include "sim/server/fault_json.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::ordered_json;

std::string atc_text(std::uint16_t atc) { return fmt::format("{:04X}", atc); }

template <class Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// Of a dark screen as many blank rows: whoever draws them need not care.
std::vector<std::string> rows_of(const Screen& screen) {
  std::vector<std::string> rows = to_rows(screen);
  rows.resize(screen.rows, std::string(screen.columns, ' '));
  return rows;
}

bool takes_amounts(const ReaderProfile& profile) {
  return std::any_of(profile.functions.begin(), profile.functions.end(), [](const Function& function) {
    return std::any_of(function.prompts.begin(), function.prompts.end(),
                       [](const Prompt& prompt) { return prompt.kind == PromptKind::amount; });
  });
}

Json keys_json(const ReaderProfile& profile) {
  auto functions = Json::array();
  for (const Function& function : profile.functions) functions.push_back(function.key);
  Json digits{"1", "2", "3", "4", "5", "6", "7", "8", "9", "0"};
  if (takes_amounts(profile)) digits.push_back(".");
  return {{"functions", functions}, {"digits", digits}, {"ok", "OK"}, {"clear", "C"}};
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

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

void add_happening(Json& json, const Happening& happening) {
  switch (happening.kind) {
    case Happening::Kind::screen:
      json["rows"] = lines(happening.text);
      json["lit"] = happening.lit;
      json["state"] = to_string(happening.state);
      return;
    case Happening::Kind::key:
      json["key"] = happening.text;
      json["held"] = happening.held;
      return;
    case Happening::Kind::card:
      json["card"] = happening.text;
      json["name"] = happening.name;
      if (!happening.response.empty()) json["reason"] = happening.response;
      return;
    case Happening::Kind::apdu:
      json["name"] = happening.name;
      json["command"] = happening.command;
      json["response"] = happening.response;
      json["at_ms"] = happening.at;
      return;
    case Happening::Kind::clock:
      json["now_ms"] = happening.at;
      json["deadline_ms"] = or_null(happening.deadline);
      return;
    case Happening::Kind::fault: json["fault"] = happening.text; return;
  }
}

}  // namespace

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json reader_json(const std::string& id, LiveReader& live, std::optional<Millis> expires_in) {
  const Reader& reader = live.reader();
  const ReaderProfile& profile = reader.profile();
  const Screen screen = live.screen();
  const bool notice = reader.notice() != Notice::none;
  Json json = {{"id", id},
               {"profile", profile.name},
               {"title", profile.title},
               {"clock", live.clock() == ClockKind::real ? "real" : "virtual"},
               {"now_ms", live.now()},
               {"deadline_ms", or_null(live.deadline())},
               {"revision", live.revision()},
               {"state", to_string(reader.state())},
               {"notice", notice ? Json(to_string(reader.notice())) : Json(nullptr)},
               {"lit", screen.lit},
               {"screen", {{"rows", rows_of(screen)}, {"columns", profile.display.columns}}},
               {"keys", keys_json(profile)}};
  add_code(json, live);
  json["card"] = card_json(live.card());
  json["faults"] = faults_json(live.faults());
  json["battery"] = battery(live);
  json["expires_ms"] = or_null(expires_in);
  return json;
}

Json screen_json(const LiveReader& reader) {
  const Screen screen = reader.screen();
  return {{"rows", rows_of(screen)},
          {"lit", screen.lit},
          {"revision", reader.revision()},
          {"text", to_text(screen)}};
}

Json state_json(const CardState& state) {
  return {{"atc", atc_text(state.atc)}, {"tries_left", state.tries_left}};
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
  for (const Happening& happening : reader.happenings()) {
    if (happening.kind != Happening::Kind::apdu) continue;
    apdus.push_back({{"at_ms", happening.at},
                     {"name", happening.name},
                     {"command", happening.command},
                     {"response", happening.response}});
  }
  return {{"apdus", apdus}, {"revision", reader.revision()}};
}

std::string event_name(const SimEvent& event) {
  if (event.kind != SimEvent::Kind::happened) return "reader";
  switch (event.happening.kind) {
    case Happening::Kind::screen: return "screen";
    case Happening::Kind::key: return "key";
    case Happening::Kind::card: return "card";
    case Happening::Kind::apdu: return "apdu";
    case Happening::Kind::clock: return "clock";
    case Happening::Kind::fault: return "fault";
  }
  return "reader";
}

Json event_json(const SimEvent& event) {
  Json json = {{"reader", event.reader}, {"revision", event.happening.revision}};
  if (event.kind == SimEvent::Kind::happened) {
    add_happening(json, event.happening);
  } else {
    json["change"] = event.kind == SimEvent::Kind::created ? "created" : "deleted";
  }
  return json;
}

}  // namespace sesame::sim
