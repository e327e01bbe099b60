#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <set>
#include <utility>

#include "host/profile/document.hpp"
#include "host/profile/schema.hpp"
#include "host/profile/shipped.hpp"
#include "host/profile/source.hpp"
#include "host/transcript/transcript.hpp"
#include "sim/reader/pattern.hpp"
#include "sim/scenario/scenario.hpp"

namespace sesame::sim {

namespace {

using profile::Table;
using profile::Value;

constexpr std::size_t kMostSteps = 1000, kMostKeys = 200;
constexpr Millis kLongest = 24 * 3600 * Millis{1000};

constexpr std::string_view kStates[] = {"off",    "insert_card", "starting", "choose_function", "prompt",
                                        "pin",    "working",     "last_try", "wrong_pin",       "code",
                                        "notice", "connected",   "host_pin"};
constexpr std::string_view kNotices[] = {"none",         "card_removed", "card_mute",
                                         "card_error",   "wrong_card",   "card_refused",
                                         "card_blocked", "pin_blocked",  "code_too_long"};

// ---- values

void must_be_true(const Value& value) {
  if (!value.boolean()) value.refuse("is false; the only value is true");
}

Millis duration(const Value& value, std::string_view text) {
  Millis millis = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, millis);
  if (error != std::errc{} || std::string_view(stop, static_cast<std::size_t>(end - stop)) != "ms" ||
      millis > kLongest) {
    value.refuse("is no duration; allowed: seconds as an integer, or milliseconds as \"500ms\"; up to a day");
  }
  return millis;
}

// Without a way to ask a value for its kind: whichever of the two is right.
Millis duration(const Value& value, bool is_text) {
  if (is_text) return duration(value, value.text());
  return value.number<Millis>(0, kLongest / 1000) * 1000;
}

std::uint16_t atc(const Value& value, std::uint16_t least) {
  const std::string_view text = value.text();
  unsigned number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, 16);
  if (error != std::errc{} || stop != end || text.size() > 4 || number < least) {
    value.refuse(fmt::format("is no ATC; allowed: 1 to 4 hexadecimal digits, \"{:04X}\" to \"FFFF\"", least));
  }
  return static_cast<std::uint16_t>(number);
}

std::string key(const Value& value) {
  const std::string_view name = value.text();
  if (name.empty() || name.size() > 8) value.refuse("is no key; allowed: 0 to 9, \".\", OK, C, a function's");
  return std::string(name);
}

std::vector<std::string> keys(const Value& value, bool is_list) {
  if (!is_list) return {key(value)};
  std::vector<std::string> all;
  for (const Value& one : value.list(1, kMostKeys)) all.push_back(key(one));
  return all;
}

std::string pattern(const Value& value) {
  const std::string text(value.text());
  if (const auto wrong = Pattern::mistake(text)) value.refuse(fmt::format("is no pattern: {}", *wrong));
  return text;
}

// Longer than that of a profile: it says what the reader does.
std::string title(const Value& value) {
  const std::string_view text = value.text();
  if (text.empty() || text.size() > 120 || safe::one_line(text) != text) {
    value.refuse("is no title; allowed: 1 to 120 bytes of printable characters on one line");
  }
  return std::string(text);
}

std::string golden_name(const Value& value) {
  const std::string_view name = value.text();
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (name.empty() || name.size() > 60 || !std::all_of(name.begin(), name.end(), allowed)) {
    value.refuse("is no name; allowed: 1 to 60 of a-z 0-9 - _");
  }
  return std::string(name);
}

std::string characters(const Value& value) {
  const std::string_view text = value.text();
  const auto allowed = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  if (text.size() > 20 || !std::all_of(text.begin(), text.end(), allowed)) {
    value.refuse("cannot be typed; allowed: up to 20 of 0 to 9 and point");
  }
  return std::string(text);
}

// ---- cards

// From the scenario's folder, as messages call it.
std::string beside(const std::string& scenario, std::string_view file) {
  return (std::filesystem::path(scenario).parent_path() / file).string();
}

CardSpec named_card(const Value& value, const std::string& scenario) {
  const std::string name(value.text());
  const bool transcript = transcript::is_transcript(name);
  if (!transcript && !profile::names_a_path(name)) {
    const auto shipped = profile::shipped_names(profile::Shelf::cards);
    static_cast<void>(value.one_of(shipped));
    return {CardSpec::Kind::shipped, name, {}};
  }
  const std::string path =
      profile::names_a_path(name) ? beside(scenario, name) : beside(scenario, "./" + name);
  try {
    const profile::Source source(profile::Shelf::cards, path);
    const auto kind = transcript ? CardSpec::Kind::transcript : CardSpec::Kind::toml;
    return {kind, std::string(source.text()), std::filesystem::path(path).stem().string()};
  } catch (const std::exception& failure) {
    value.refuse(fmt::format("cannot be used: {}", failure.what()));
  }
}

CardSpec card(const Value& value, const std::string& scenario, bool is_text) {
  if (is_text) return named_card(value, scenario);
  constexpr std::string_view kKeys[] = {"toml", "transcript"};
  const Table table = value.table(kKeys);
  const auto toml = table.find("toml"), transcript = table.find("transcript");
  if (toml.has_value() == transcript.has_value()) value.refuse("must have one of toml, transcript");
  return toml ? CardSpec{CardSpec::Kind::toml, std::string(toml->text()), {}}
              : CardSpec{CardSpec::Kind::transcript, std::string(transcript->text()), {}};
}

// ---- faults

void read_field(const Value& value, const FaultField& field, Fault& fault) {
  switch (field.type) {
    case FaultField::Type::number: fault.*field.number = value.number<std::uint32_t>(0, field.most); return;
    case FaultField::Type::hex:
      fault.*field.number = 0;
      for (const std::uint8_t byte : value.hex(field.most / 2)) {
        fault.*field.number = fault.*field.number << 8 | byte;
      }
      return;
    case FaultField::Type::text: fault.key = key(value); return;
  }
}

Fault fault(const Value& value) {
  static const auto kinds = [] {
    std::vector<std::string_view> all;
    for (const FaultShape& shape : fault_shapes()) all.push_back(shape.name);
    return all;
  }();
  static const auto keys = [] {
    std::vector<std::string_view> all{"kind"};
    for (const FaultField* field : fault_fields()) all.push_back(field->name);
    return all;
  }();
  const Table table = value.table(keys);
  Fault fault;
  fault.kind = table.at("kind").enumerator<FaultKind>(kinds);
  const auto fields = shape_of(fault.kind).fields;
  for (const FaultField* field : fault_fields()) {
    const auto given = table.find(field->name);
    if (given && std::find(fields.begin(), fields.end(), field) == fields.end()) {
      given->refuse(fmt::format("does not go with {}", to_string(fault.kind)));
    }
  }
  for (const FaultField* field : fields) {
    if (field->required || table.find(field->name)) read_field(table.at(field->name), *field, fault);
  }
  return fault;
}

// ---- steps

// A value, and what the schema does not tell about it.
struct Given {
  Value value;
  profile::Node::Kind kind;
  const Table& step;
  const std::string& file;

  bool is_text() const { return kind == profile::Node::Kind::string; }
  bool is_list() const { return kind == profile::Node::Kind::list; }
  bool is_true() const { return kind == profile::Node::Kind::boolean; }
};

template <class Step>
Action plain(const Given& given) {
  must_be_true(given.value);
  return Step{};
}

Action insert(const Given& given) {
  if (!given.is_true()) return step::Insert{card(given.value, given.file, given.is_text())};
  must_be_true(given.value);
  return step::Insert{};
}

Action wait_screen(const Given& given) {
  step::WaitScreen wait{pattern(given.value)};
  if (const auto within = given.step.find("within")) wait.within = duration(*within, false);
  return wait;
}

constexpr std::string_view kWithin = "within";

// Every thing that a step can be, by its key.
struct Kind {
  std::string_view key;
  Action (*read)(const Given& given);
};
constexpr Kind kKinds[] = {
    {"insert", insert},
    {"pull", plain<step::Pull>},
    {"press", [](const Given& g) -> Action { return step::Press{keys(g.value, g.is_list())}; }},
    {"hold", [](const Given& g) -> Action { return step::Hold{key(g.value)}; }},
    {"pin", [](const Given& g) -> Action { return step::Pin{SecretString(g.value.digits(0, 20))}; }},
    {"enter", [](const Given& g) -> Action { return step::Enter{characters(g.value)}; }},
    {"advance", [](const Given& g) -> Action { return step::Advance{duration(g.value, g.is_text())}; }},
    {"next_deadline", plain<step::NextDeadline>},
    {"reset", plain<step::Reset>},
    {"atc", [](const Given& g) -> Action { return step::SetAtc{atc(g.value, 1)}; }},
    {"tries_left",
     [](const Given& g) -> Action { return step::SetTriesLeft{g.value.number<std::uint8_t>(0, 15)}; }},
    {"fault", [](const Given& g) -> Action { return step::Break{fault(g.value)}; }},
    {"mend", plain<step::Mend>},
    {"screen", [](const Given& g) -> Action { return step::ExpectScreen{std::string(g.value.text())}; }},
    {"screen_matches", [](const Given& g) -> Action { return step::ExpectMatch{pattern(g.value)}; }},
    {"wait_screen", wait_screen},
    {"golden", [](const Given& g) -> Action { return step::ExpectGolden{golden_name(g.value)}; }},
    {"dark", [](const Given& g) -> Action { return step::ExpectDark{g.value.boolean()}; }},
    {"expect_code",
     [](const Given& g) -> Action { return step::ExpectCode{std::string(g.value.digits(1, 16))}; }},
    {"expect_new_code", plain<step::ExpectNewCode>},
    {"expect_state",
     [](const Given& g) -> Action {
       return step::ExpectState{std::string(kStates[g.value.one_of(kStates)])};
     }},
    {"expect_notice",
     [](const Given& g) -> Action {
       return step::ExpectNotice{std::string(kNotices[g.value.one_of(kNotices)])};
     }},
    {"expect_atc", [](const Given& g) -> Action { return step::ExpectAtc{atc(g.value, 0)}; }},
    {"expect_tries_left",
     [](const Given& g) -> Action { return step::ExpectTriesLeft{g.value.number<std::uint8_t>(0, 15)}; }},
};

constexpr auto kStepKeys = [] {
  std::array<std::string_view, std::size(kKinds) + 1> keys{};
  for (std::size_t i = 0; i < std::size(kKinds); ++i) keys[i] = kKinds[i].key;
  keys.back() = kWithin;
  return keys;
}();

Step read_step(const profile::Node& node, const std::string& file) {
  const Table table(node, file, "steps", kStepKeys);
  const Kind* chosen = nullptr;
  for (const Kind& kind : kKinds) {
    if (!table.find(kind.key)) continue;
    if (chosen != nullptr) {
      table.refuse(fmt::format("steps: {} and {} are two steps; one thing each", chosen->key, kind.key));
    }
    chosen = &kind;
  }
  if (chosen == nullptr) {
    table.refuse(fmt::format("steps: a step that does nothing; one of {}", profile::joined(kStepKeys)));
  }
  const auto within = table.find(kWithin);
  if (within && chosen->key != "wait_screen") within->refuse("goes with wait_screen alone");
  const auto is_it = [&](const profile::Node& member) { return member.key == chosen->key; };
  const auto member = std::find_if(node.items.begin(), node.items.end(), is_it);
  return {member->key_line, chosen->read({table.at(chosen->key), member->kind, table, file})};
}

std::vector<Step> read_steps(const Table& root, const profile::Node& document, const std::string& file) {
  root.at("steps").list(1, kMostSteps);
  const auto is_steps = [](const profile::Node& node) { return node.key == "steps"; };
  const auto list = std::find_if(document.items.begin(), document.items.end(), is_steps);
  std::vector<Step> steps;
  std::set<std::string> golden;
  for (const profile::Node& node : list->items) {
    steps.push_back(read_step(node, file));
    if (const auto* named = std::get_if<step::ExpectGolden>(&steps.back().action)) {
      const bool fresh = golden.insert(named->name).second;
      if (!fresh) {
        profile::refuse(file, node.line, "steps.golden has this name for the second time; one screen each");
      }
    }
  }
  return steps;
}

std::string profile_name(const Table& root, const std::string& file) {
  const auto given = root.find("profile");
  if (!given) return "sesame";
  const std::string name(given->text());
  if (profile::names_a_path(name)) return beside(file, name);
  given->one_of(profile::shipped_names(profile::Shelf::readers));
  return name;
}

}  // namespace

Scenario read_scenario(std::string_view text, const std::string& file) {
  const profile::Node document = profile::parse_document(text, file);
  constexpr std::string_view kRoot[] = {"title", "profile", "card", "steps"};
  const Table root(document, file, "", kRoot);
  Scenario scenario;
  scenario.file = file;
  scenario.title = title(root.at("title"));
  scenario.profile = profile_name(root, file);
  scenario.card = {CardSpec::Kind::shipped, "sesame-card", {}};
  for (const profile::Node& node : document.items) {
    if (node.key == "card") {
      scenario.card = card(root.at("card"), file, node.kind == profile::Node::Kind::string);
    }
  }
  scenario.steps = read_steps(root, document, file);
  return scenario;
}

Scenario load_scenario(const std::string& file) {
  const profile::Source source(profile::Shelf::cards,
                               file.find('/') == std::string::npos ? "./" + file : file);
  return read_scenario(source.text(), file);
}

}  // namespace sesame::sim
