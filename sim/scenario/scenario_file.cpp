#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "firmware/core/screen.hpp"
#include "firmware/core/signing/link.hpp"
#include "host/base/failure.hpp"
#include "host/base/safe_text.hpp"
#include "host/base/utf8.hpp"
#include "host/document/file.hpp"
#include "host/document/toml.hpp"
#include "host/profile/shipped.hpp"
#include "sim/lcd/pattern.hpp"
#include "sim/scenario/parameters.hpp"
#include "sim/scenario/scenario.hpp"

namespace sesame::sim {

namespace {

using document::Table;
using document::Value;

constexpr std::size_t kMostSteps = 1000, kMostKeys = 200;
constexpr Millis kLongest = Millis{24} * 3600 * 1000;

// ---- values

void must_be_true(const Value& value) {
  if (!value.boolean()) value.refuse("is false; the only value is true");
}

Millis seconds(const Value& value) { return value.number<Millis>(0, kLongest / 1000) * 1000; }

Millis duration(const Value& value) {
  if (!value.is_text()) return seconds(value);
  const std::string_view text = value.text();
  Millis millis = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, millis);
  if (error != std::errc{} || std::string_view(stop, static_cast<std::size_t>(end - stop)) != "ms" ||
      millis > kLongest) {
    value.refuse("is no duration; allowed: seconds as an integer, or milliseconds as \"500ms\"; up to a day");
  }
  return millis;
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

std::vector<std::string> keys(const Value& value) {
  if (value.kind() != document::Node::Kind::list) return {key(value)};
  std::vector<std::string> all;
  for (const Value& one : value.list(1, kMostKeys)) all.push_back(key(one));
  return all;
}

std::string pattern(const Value& value) {
  std::string text(value.text());
  if (const auto wrong = Pattern::mistake(text)) value.refuse(fmt::format("is no pattern: {}", *wrong));
  return text;
}

// Longer than that of a profile: it says what the reader does.
std::string read_title(const Value& value) {
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
  CardSpec spec = parse_card(name);
  if (spec.kind == CardSpec::Kind::shipped) {
    const auto shipped = profile::shipped_names(profile::ProfileKind::cards);
    static_cast<void>(value.one_of(shipped));
    return spec;
  }
  const std::string path = beside(scenario, name);
  try {
    const document::FileText file(path);
    const bool recorded = spec.kind == CardSpec::Kind::transcript_file;
    return {recorded ? CardSpec::Kind::transcript : CardSpec::Kind::toml, std::string(file.text()),
            spec.name};
  } catch (const std::exception& failure) {
    value.refuse(fmt::format("cannot be used: {}", failure.what()));
  }
}

CardSpec read_card(const Value& value, const std::string& scenario) {
  if (value.is_text()) return named_card(value, scenario);
  Table table(value);
  const auto toml = table.find("toml"), transcript = table.find("transcript");
  table.done();
  if (toml.has_value() == transcript.has_value()) value.refuse("must have one of toml, transcript");
  return toml ? CardSpec{CardSpec::Kind::toml, std::string(toml->text()), {}}
              : CardSpec{CardSpec::Kind::transcript, std::string(transcript->text()), {}};
}

// ---- faults

// No scenario has so many commands: a larger number is a mistake in it. A reader of the API lives longer.
constexpr std::uint32_t kMostCommands = 10'000;

void read_field(const Value& value, const FaultField& field, Fault& fault) {
  switch (field.type) {
    case FaultField::Type::number:
      fault.*field.number =
          value.number<std::uint32_t>(0, field.number == &Fault::at ? kMostCommands : field.most);
      return;
    case FaultField::Type::hex:
      fault.*field.number = 0;
      for (const std::uint8_t byte : value.hex(field.most / 2)) {
        fault.*field.number = fault.*field.number << 8 | byte;
      }
      return;
    case FaultField::Type::text: fault.key = key(value); return;
    case FaultField::Type::step: fault.stage = value.enumerator<Stage>(); return;
    case FaultField::Type::flag: fault.once = value.boolean(); return;
  }
}

Fault fault(const Value& value) {
  static const auto kinds = [] {
    std::vector<std::string_view> all;
    for (const FaultShape& shape : fault_shapes()) all.push_back(shape.name);
    return all;
  }();
  Table table(value);
  const Value kind = table.at("kind");
  std::vector<std::pair<const FaultField*, std::optional<Value>>> given;
  for (const FaultField* field : fault_fields()) given.emplace_back(field, table.find(field->name));
  table.done();
  Fault fault;
  fault.kind = fault_shapes()[kind.one_of(kinds)].kind;
  const auto fields = shape_of(fault.kind).fields;
  for (const auto& [field, one] : given) {
    if (one && std::find(fields.begin(), fields.end(), field) == fields.end()) {
      one->refuse(fmt::format("does not go with {}", to_string(fault.kind)));
    }
  }
  std::vector<std::pair<const FaultField*, Value>> wanted;
  for (const FaultField* field : fields) {
    if (field->required || table.find(field->name)) wanted.emplace_back(field, table.at(field->name));
  }
  table.done();
  for (const auto& [field, one] : wanted) read_field(one, *field, fault);
  return fault;
}

// ---- steps

// What a step is to do, and what stands beside it.
struct Given {
  Value value;
  std::optional<Value> within;
  const std::string& file;
};

template <class Step>
Action plain(const Given& given) {
  must_be_true(given.value);
  return Step{};
}

Action insert(const Given& given) {
  if (given.value.kind() != document::Node::Kind::boolean)
    return step::Insert{read_card(given.value, given.file)};
  must_be_true(given.value);
  return step::Insert{};
}

Action wait_screen(const Given& given) {
  step::WaitScreen wait{pattern(given.value)};
  if (given.within) wait.within = seconds(*given.within);
  return wait;
}

// Its commands by their names; those that have a text with it.
Action computer(const Given& given) {
  using Kind = ComputerCommand::Kind;
  if (given.value.is_text()) {
    static constexpr Kind kPlain[] = {Kind::pin, Kind::cryptogram, Kind::unplug};
    static constexpr std::string_view kNames[] = {"pin", "cryptogram", "unplug"};
    return step::Command{kPlain[given.value.one_of(kNames)], {}};
  }
  Table table(given.value);
  const auto show = table.find("show"), sign = table.find("sign");
  table.done();
  if (show.has_value() == sign.has_value()) given.value.refuse("must have one of show, sign");
  const Value& text = show ? *show : *sign;
  const std::string_view shown = text.text();
  if (!signing::is_text(Bytes(reinterpret_cast<const std::uint8_t*>(shown.data()), shown.size()))) {
    text.refuse(fmt::format("cannot be shown; allowed: 1 to {} printable characters of ASCII and line feeds",
                            signing::kMaxText));
  }
  return step::Command{show ? Kind::show : Kind::sign, std::string(shown)};
}

Action expect_answer(const Given& given) {
  std::vector<std::string_view> all{"none"};
  for (const std::string_view name : names(signing::Told{})) all.push_back(name);
  return step::ExpectAnswer{std::string(all[given.value.one_of(all)])};
}

// Every thing that a step can be, by its key.
struct StepKind {
  std::string_view key;
  Action (*read)(const Given& given);
};
constexpr StepKind kStepKinds[] = {
    {"insert", insert},
    {"pull", plain<step::Pull>},
    {"press", [](const Given& g) -> Action { return step::Press{keys(g.value)}; }},
    {"hold", [](const Given& g) -> Action { return step::Hold{key(g.value)}; }},
    {"pin", [](const Given& g) -> Action { return step::Pin{SecretString(g.value.digits(0, 20))}; }},
    {"enter", [](const Given& g) -> Action { return step::Enter{characters(g.value)}; }},
    {"computer", computer},
    {"advance", [](const Given& g) -> Action { return step::Advance{duration(g.value)}; }},
    {"next_deadline", plain<step::NextDeadline>},
    {"reset", plain<step::Reset>},
    {"next_atc", [](const Given& g) -> Action { return step::SetAtc{atc(g.value, 1)}; }},
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
       return step::ExpectState{std::string(name_of(g.value.enumerator<State>()))};
     }},
    {"expect_notice",
     [](const Given& g) -> Action {
       return step::ExpectNotice{std::string(name_of(g.value.enumerator<Notice>()))};
     }},
    {"expect_answer", expect_answer},
    {"expect_cryptogram",
     [](const Given& g) -> Action { return step::ExpectCryptogram{std::string(g.value.digits(1, 16))}; }},
    {"expect_last_atc", [](const Given& g) -> Action { return step::ExpectAtc{atc(g.value, 0)}; }},
    {"expect_tries_left",
     [](const Given& g) -> Action { return step::ExpectTriesLeft{g.value.number<std::uint8_t>(0, 15)}; }},
};

// A value as a report shows it: press = "CODE".
std::string text_of(std::string_view key, const Value& value) {
  constexpr std::size_t kLongestText = 60;
  std::string text;
  switch (value.kind()) {
    case document::Node::Kind::string:
      for (const char c : value.text()) text += c == '\n' ? "\\n" : std::string(1, c);
      text = fmt::format("\"{}\"", key == "pin" ? "****" : text);
      break;
    case document::Node::Kind::integer: text = std::to_string(value.node().number); break;
    case document::Node::Kind::boolean: text = value.boolean() ? "true" : "false"; break;
    case document::Node::Kind::list:
      for (const Value& one : value.list(1, kMostKeys)) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", one.is_text() ? one.text() : "…");
      }
      text = fmt::format("[{}]", text);
      break;
    default: text = "{…}";
  }
  if (utf8::length(text) > kLongestText) {
    text.resize(kLongestText);
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
    if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0) text.pop_back();
    text += "…";
  }
  return fmt::format("{} = {}", key, text);
}

Step read_step(const Value& value, const std::string& file) {
  Table table(value);
  std::vector<std::pair<const StepKind*, Value>> found;
  std::vector<std::string_view> keys;
  for (const StepKind& kind : kStepKinds) {
    keys.push_back(kind.key);
    if (const auto given = table.find(kind.key)) found.emplace_back(&kind, *given);
  }
  const auto within = table.find(keys.emplace_back("within"));
  table.done();
  if (found.size() > 1) {
    table.refuse(fmt::format("steps: {} and {} are two steps; one thing each", found[0].first->key,
                             found[1].first->key));
  }
  if (found.empty()) {
    table.refuse(fmt::format("steps: a step that does nothing; one of {}", document::joined(keys)));
  }
  const auto& [kind, given] = found.front();
  if (within && kind->key != "wait_screen") within->refuse("goes with wait_screen alone");
  return {given.key_line(), {}, text_of(kind->key, given), kind->read({given, within, file})};
}

bool is_include(const Value& value) {
  const auto& items = value.node().items;
  return value.kind() == document::Node::Kind::table &&
         std::any_of(items.begin(), items.end(),
                     [](const document::Node& item) { return item.key == "include"; });
}

// The steps of a file, and of those that it includes, one after the other.
class StepReader {
 public:
  explicit StepReader(std::string file) : file_(std::move(file)) {}

  std::vector<Step> read(const Value& list, const Parameters& parameters) {
    read_list(list, file_, parameters, {});
    return std::move(steps_);
  }

 private:
  // Where the outermost include stands, for steps that are in another file.
  struct Place {
    std::size_t line = 0;
    int depth = 0;
  };

  void read_list(const Value& list, const std::string& file, const Parameters& parameters, Place place) {
    for (const Value& value : list.list(1, kMostSteps)) {
      if (is_include(value)) {
        include(value, file, parameters, place);
        continue;
      }
      if (steps_.size() == kMostSteps)
        value.refuse(fmt::format("is one step too many; {} in all", kMostSteps));
      steps_.push_back(read_step(value, file));
      Step& step = steps_.back();
      if (const auto* named = std::get_if<step::ExpectGolden>(&step.action)) {
        const bool fresh = golden_.insert(named->name).second;
        if (!fresh) {
          document::refuse(file, value.line(),
                           "steps.golden has this name for the second time; one screen each");
        }
      }
      if (place.depth == 0) continue;
      step.place = fmt::format("{}:{}", file, step.line);
      step.line = place.line;
    }
  }

  // A file that has steps and nothing else, from the folder of the file that includes it.
  void include(const Value& value, const std::string& file, const Parameters& outer, Place place) {
    Table table(value);
    const Value name = table.at("include");
    const auto with = table.find("with");
    table.done();
    if (place.depth == kDeepest)
      name.refuse(fmt::format("is inside {} others; they include each other", kDeepest));
    const std::string path = beside(file, name.text());
    const auto text = readable(name, path);
    const document::TomlReporter reporter(path);
    std::optional<Parameters> given;
    if (with) given.emplace(*with, &outer);
    const Parameters& parameters = given ? *given : outer;
    const document::Node root = parameters.filled(document::parse_toml(text->text(), path), reporter);
    Table included(Value(root, reporter, {}));
    const Value steps = included.at("steps");
    included.done();
    read_list(steps, path, parameters, {place.depth == 0 ? value.line() : place.line, place.depth + 1});
    if (given) given->refuse_unused();
  }

  static std::unique_ptr<document::FileText> readable(const Value& name, const std::string& path) {
    try {
      return std::make_unique<document::FileText>(path);
    } catch (const std::exception& failure) {
      name.refuse(fmt::format("cannot be used: {}", failure.what()));
    }
  }

  static constexpr int kDeepest = 8;

  std::string file_;
  std::vector<Step> steps_;
  std::set<std::string> golden_;
};

std::string profile_name(const std::optional<Value>& given, const std::string& file) {
  if (!given) return "sesame";
  std::string name(given->text());
  if (profile::names_a_path(name)) return beside(file, name);
  given->one_of(profile::shipped_names(profile::ProfileKind::readers));
  return name;
}

}  // namespace

namespace {

// Of a file whose parameters are filled in.
Scenario read_one(const document::Node& node, const std::string& file, const Parameters& parameters) {
  const document::TomlReporter reporter(file);
  Table root(Value(node, reporter, {}));
  const Value title = root.at("title");
  const auto profile = root.find("profile"), card = root.find("card");
  const Value steps = root.at("steps");
  root.done();
  Scenario scenario;
  scenario.file = file;
  scenario.title = read_title(title);
  scenario.line = title.key_line();
  scenario.profile = profile_name(profile, file);
  scenario.card = card ? read_card(*card, file) : CardSpec{CardSpec::Kind::shipped, "sesame-card", {}};
  scenario.steps = StepReader(file).read(steps, parameters);
  scenario.parameters = parameters.shown();
  return scenario;
}

// Whatever way a PIN has come into a step, no report shows it.
void hide_pins(Scenario& scenario) {
  for (const Step& step : scenario.steps) {
    const auto* const pin = std::get_if<step::Pin>(&step.action);
    if (pin == nullptr) continue;
    for (Parameter& parameter : scenario.parameters) {
      if (parameter.shown == pin->digits.view()) parameter.shown = "****";
    }
  }
}

std::vector<Value> rows_of(const Value& parameters) {
  constexpr std::size_t kMostRows = 1'000;
  std::vector<Value> rows = parameters.list(1, kMostRows);
  for (const Value& row : rows) {
    const auto same = [](const document::Node& a, const document::Node& b) { return a.key == b.key; };
    const auto &first = rows.front().node().items, &items = row.node().items;
    if (!std::is_permutation(first.begin(), first.end(), items.begin(), items.end(), same)) {
      row.refuse("has other names than the first; each must have the same");
    }
  }
  return rows;
}

}  // namespace

std::vector<Scenario> read_scenarios(std::string_view text, const std::string& file) {
  document::Node root = document::parse_toml(text, file);
  std::vector<Scenario> scenarios;
  const auto place = std::find_if(root.items.begin(), root.items.end(),
                                  [](const document::Node& item) { return item.key == "parameters"; });
  if (place == root.items.end()) {
    scenarios.push_back(read_one(root, file, {}));
    return scenarios;
  }
  const document::Node parameters = std::move(*place);
  root.items.erase(place);
  const document::TomlReporter reporter(file);
  std::set<std::string> titles;
  for (const Value& row : rows_of(Value(parameters, reporter, "parameters"))) {
    const Parameters filling(row);
    scenarios.push_back(read_one(filling.filled(root, reporter), file, filling));
    filling.refuse_unused();
    Scenario& scenario = scenarios.back();
    scenario.line = row.line();
    hide_pins(scenario);
    if (!titles.insert(scenario.title).second) {
      row.refuse(fmt::format("has the title of another: \"{}\"; put what is different into it, as {{{}}}",
                             scenario.title, scenario.parameters.front().name));
    }
  }
  return scenarios;
}

std::vector<Scenario> load_scenarios(const std::string& file) {
  const document::FileText content(file);
  return read_scenarios(content.text(), file);
}

bool is_scenario(const std::string& file) {
  try {
    const document::FileText content(file);
    const document::Node root = document::parse_toml(content.text(), file);
    const auto has = [&](std::string_view key) {
      return std::any_of(root.items.begin(), root.items.end(),
                         [&](const document::Node& item) { return item.key == key; });
    };
    return has("title") && has("steps");
  } catch (const Failure&) {
    return true;  // whoever reads it says why it is none
  }
}

std::vector<std::string_view> step_keys() {
  std::vector<std::string_view> keys;
  for (const StepKind& kind : kStepKinds) keys.push_back(kind.key);
  keys.insert(keys.end(), {"within", "include", "with"});
  return keys;
}

}  // namespace sesame::sim
