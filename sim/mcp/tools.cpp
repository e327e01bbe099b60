#include "sim/mcp/tools.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "host/base/failure.hpp"
#include "host/base/safe_json.hpp"
#include "host/base/secret.hpp"
#include "host/issuer/signed_text.hpp"
#include "sim/http/http_lines.hpp"
#include "sim/mcp/bounded_json.hpp"
#include "sim/mcp/embedded_tools.hpp"
#include "sim/server/fault_json.hpp"
#include "sim/server/requests.hpp"

namespace sesame::sim {

namespace {

using Json = Tools::Json;

constexpr int kTimeToLive = 3'600;  // seconds without a request: of readers that would outlive this server
constexpr const char* kReaders = "/v1/readers";

// Why a tool does not do what it is asked, and what to do.
struct Refused {
  std::string text;
};

std::string text_of(const Json& arguments, const char* name) { return arguments.at(name).get<std::string>(); }

std::optional<std::string> find_text(const Json& arguments, const char* name) {
  if (!arguments.contains(name)) return std::nullopt;
  return text_of(arguments, name);
}

std::string path_of(const Json& arguments, std::string_view below = "") {
  const std::string id = text_of(arguments, "reader");
  if (!is_token(id)) throw Refused{"unknown_reader: there is no such reader; create_reader makes one"};
  return fmt::format("{}/{}{}", kReaders, id, below);
}

std::uint16_t atc_of(const Json& state) {
  std::uint16_t atc = 0;
  const std::string text = state.at("last_atc").get<std::string>();
  std::from_chars(text.data(), text.data() + text.size(), atc, 16);
  return atc;
}

// ---- what tools.json says

// Of all kinds of faults: which there are, and the fields that one or the other needs.
Json fault_argument() {
  Json properties = {{"kind", {{"type", "string"}, {"enum", Json::array()}}}};
  std::string kinds;
  for (const Json& shape : fault_shapes_json()) {
    properties["kind"]["enum"].push_back(shape["kind"]);
    std::string fields;
    for (const auto& [name, schema] : shape["fields"].items()) {
      properties[name] = schema;
      const bool required =
          std::find(shape["required"].begin(), shape["required"].end(), name) != shape["required"].end();
      fields += fmt::format("{}{}{}", fields.empty() ? "" : ", ", name, required ? "" : "?");
    }
    kinds += fmt::format("{}{}{}: {}", kinds.empty() ? "" : "; ", shape["kind"].get<std::string>(),
                         fields.empty() ? "" : fmt::format(" ({})", fields),
                         shape["description"].get<std::string>());
  }
  properties["kind"]["description"] = kinds;
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", Json::array({"kind"})}};
}

Json hints(const std::string& word) {
  return {{"readOnlyHint", word == "read"},
          {"destructiveHint", word == "destroy"},
          {"idempotentHint", word == "read"},
          {"openWorldHint", false}};
}

// The tools as they are told, from what tools.json says shorter.
Json told_tools() {
  const Json document = Json::parse(embedded_tools().front().content);
  auto tools = Json::array();
  for (const Json& tool : document.at("tools")) {
    Json properties = Json::object();
    for (const Json& name : tool.at("arguments")) {
      properties[name.get<std::string>()] = document.at("arguments").at(name.get<std::string>());
    }
    if (tool.contains("properties")) properties.update(tool.at("properties"));
    if (properties.contains("faults")) properties["faults"]["items"] = fault_argument();
    if (properties.contains("command")) properties["command"]["enum"] = names(ComputerCommand::Kind{});
    Json told = {{"name", tool.at("name")},
                 {"title", tool.at("title")},
                 {"description", tool.at("description")},
                 {"inputSchema", {{"type", "object"}, {"properties", std::move(properties)}}},
                 {"outputSchema", document.at("results").at(tool.at("result").get<std::string>())},
                 {"annotations", hints(tool.at("hints").get<std::string>())}};
    if (!tool.at("required").empty()) told["inputSchema"]["required"] = tool.at("required");
    told["inputSchema"]["additionalProperties"] = false;
    tools.push_back(std::move(told));
  }
  return tools;
}

bool fits(const Json& value, const Json& schema) {
  const std::string type = schema.value("type", "");
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "string") return value.is_string();
  if (type != "array") return true;
  const std::string inner = schema.at("items").value("type", "");
  return value.is_array() && std::all_of(value.begin(), value.end(), [&](const Json& item) {
           return inner == "string" ? item.is_string() : item.is_object();
         });
}

// ---- what comes back

// The reader as a tool tells it: of the API's object what a person at the reader sees.
Json told(const Json& reader) {
  Json out = {{"reader", reader.at("id")}};
  for (const char* name : {"label", "profile", "title", "state", "notice", "lit"})
    out[name] = reader.at(name);
  std::string text;
  for (const Json& row : reader.at("screen").at("rows")) {
    std::string line = row.get<std::string>();
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  text.erase(text.find_last_not_of('\n') + 1);
  out["screen"] = text;
  for (const char* name :
       {"keys", "code", "display", "atc", "card", "computer", "faults", "battery", "now_ms", "deadline_ms"}) {
    out[name] = reader.at(name);
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // with the zero that OpenSSL writes
  const auto* const from = reinterpret_cast<const unsigned char*>(bytes.data());
  const int size =
      ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), from, static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

Json text_content(std::string text) { return {{"type", "text"}, {"text", std::move(text)}}; }

Json failed(std::string text) {
  return {{"content", Json::array({text_content(std::move(text))})}, {"isError", true}};
}

// "unknown_key: the reader has no key at keys[0]; nothing was pressed"
std::string refusal_of(const ApiAnswer& answer) {
  const auto body = parse_bounded(answer.body);
  if (!body || !body->is_object() || !body->contains("message")) {
    return fmt::format("no_simulator: what answers is no simulator (status {})", answer.status);
  }
  std::string text = fmt::format("{}: {}", body->value("code", "unknown"), body->value("message", ""));
  const std::string hint = body->value("hint", "");
  if (!hint.empty() && hint != "see /openapi.json") text += "; " + hint;
  return text;
}

}  // namespace

const Tools::Row* Tools::find(std::string_view name) {
  static constexpr std::array kRows{
      Row{"list_models", &Tools::list_models},
      Row{"list_cards", &Tools::list_cards},
      Row{"create_reader", &Tools::create_reader},
      Row{"list_readers", &Tools::list_readers},
      Row{"delete_reader", &Tools::delete_reader},
      Row{"see_screen", &Tools::see_screen},
      Row{"insert_card", &Tools::insert_card},
      Row{"remove_card", &Tools::remove_card},
      Row{"press_keys", &Tools::press_keys},
      Row{"hold_key", &Tools::hold_key},
      Row{"type_digits", &Tools::type_digits},
      Row{"get_code", &Tools::get_code},
      Row{"send_computer_command", &Tools::send_computer_command},
      Row{"advance_time", &Tools::advance_time},
      Row{"set_card_state", &Tools::set_card_state},
      Row{"set_faults", &Tools::set_faults},
      Row{"reset_reader", &Tools::reset_reader},
      Row{"get_dialogue", &Tools::get_dialogue},
      Row{"verify_code", &Tools::verify_code},
  };
  const auto* const row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& one) { return one.name == name; });
  return row == kRows.end() ? nullptr : row;
}

Tools::Tools(std::unique_ptr<ReadersApi> readers, std::optional<OfferedCard> offered)
    : readers_(std::move(readers)), offered_(std::move(offered)), list_(told_tools()) {}

Tools::~Tools() {
  for (const std::string& id : made_) {
    try {
      readers_->send("DELETE", fmt::format("{}/{}", kReaders, id), "", "application/json");
    } catch (const std::exception&) {
      // It ends by itself when its time to live is over.
    }
  }
}

bool Tools::has(std::string_view name) const { return find(name) != nullptr; }

Json Tools::call(std::string_view name, const Json& arguments) try {
  picture_.clear();
  check(name, arguments);
  Json structured = (this->*find(name)->run)(arguments);
  Json result = {{"content", Json::array({text_content(safe::json(structured))})}};
  if (!picture_.empty()) {
    result["content"].push_back({{"type", "image"}, {"data", base64(picture_)}, {"mimeType", "image/png"}});
  }
  result["structuredContent"] = std::move(structured);
  result["isError"] = false;
  return result;
} catch (const Refused& refused) {
  return failed(refused.text);
} catch (const Failure& failure) {
  return failed(failure.what());
} catch (const Json::exception&) {
  return failed("no_simulator: the answer is not one of a simulator's");
}

// Against its schema, one level down: what is deeper is the API's to refuse.
void Tools::check(std::string_view name, const Json& arguments) const {
  const auto tool =
      std::find_if(list_.begin(), list_.end(), [&](const Json& one) { return one["name"] == name; });
  const Json& schema = tool->at("inputSchema");
  const Json& properties = schema.at("properties");
  for (const auto& [key, value] : arguments.items()) {
    if (properties.contains(key)) {
      if (!fits(value, properties.at(key))) {
        throw Refused{fmt::format("wrong_type: {} must be of type {}", key,
                                  properties.at(key).at("type").get<std::string>())};
      }
      continue;
    }
    std::vector<std::string> allowed;
    for (const auto& property : properties.items()) allowed.push_back(property.key());
    throw Refused{fmt::format("unknown_argument: {} takes no {}; it takes {}", name, key.substr(0, 64),
                              allowed.empty() ? "nothing" : fmt::format("{}", fmt::join(allowed, ", ")))};
  }
  if (!schema.contains("required")) return;
  for (const Json& required : schema.at("required")) {
    if (!arguments.contains(required.get<std::string>())) {
      throw Refused{fmt::format("missing_argument: {} needs {}", name, required.get<std::string>())};
    }
  }
}

Json Tools::ask(const std::string& method, const std::string& path, const Json& body) {
  const ApiAnswer answer =
      readers_->send(method, path, body.is_null() ? "" : safe::json(body), "application/json");
  if (answer.status / 100 != 2) throw Refused{refusal_of(answer)};
  if (answer.body.empty()) return nullptr;
  auto parsed = parse_bounded(answer.body);
  if (!parsed) throw Refused{"no_simulator: the answer is no JSON"};
  return std::move(*parsed);
}

// ---- cards

namespace {

bool names_card(const Json& arguments) {
  return arguments.contains("card") || arguments.contains("card_toml") ||
         arguments.contains("card_transcript");
}

Json card_json(const CardSpec& card) {
  switch (card.kind) {
    case CardSpec::Kind::toml: return {{"toml", card.text}};
    case CardSpec::Kind::transcript: return {{"transcript", card.text}};
    default: return card.text;
  }
}

}  // namespace

CardSpec Tools::spec_of(const Json& arguments) const {
  const auto name = find_text(arguments, "card"), toml = find_text(arguments, "card_toml"),
             transcript = find_text(arguments, "card_transcript");
  if ((name ? 1 : 0) + (toml ? 1 : 0) + (transcript ? 1 : 0) != 1) {
    throw Refused{
        "malformed_request: it is not clear which card is meant; give one of card, card_toml and "
        "card_transcript"};
  }
  if (toml) return {CardSpec::Kind::toml, *toml, {}};
  if (transcript) return {CardSpec::Kind::transcript, *transcript, {}};
  return {CardSpec::Kind::shipped, *name, {}};
}

// A new card: the issuer begins anew with it.
void Tools::put(const std::string& id, const CardSpec& card, const Json& reader) {
  const Json& state = reader.at("card").at("state");
  issued_[id] = {card, state.is_null() ? std::uint16_t{0} : atc_of(state), std::nullopt};
}

Tools::Issued& Tools::issued_in(const std::string& id) {
  const auto found = issued_.find(id);
  if (found == issued_.end()) {
    throw Refused{"unknown_card: no card was put into this reader from here; name the card"};
  }
  return found->second;
}

// ---- the tools

Json Tools::list_models(const Json&) { return {{"models", ask("GET", "/v1/profiles")}}; }

Json Tools::list_cards(const Json&) { return {{"cards", ask("GET", "/v1/cards")}}; }

Json Tools::create_reader(const Json& arguments) {
  Json body = {{"clock", "virtual"}, {"ttl_s", kTimeToLive}};
  for (const char* name : {"profile", "label"}) {
    if (arguments.contains(name)) body[name] = arguments[name];
  }
  std::optional<CardSpec> card;
  if (names_card(arguments)) card = spec_of(arguments);
  if (card) body["card"] = card_json(*card);
  const Json reader = ask("POST", kReaders, body);
  const std::string id = text_of(reader, "id");
  if (!is_token(id)) throw Refused{"no_simulator: a reader without an id"};
  made_.insert(id);
  if (card) put(id, *card, reader);
  return told(reader);
}

Json Tools::list_readers(const Json&) {
  auto readers = Json::array();
  const Json answer = ask("GET", kReaders);
  for (const Json& one : answer.at("readers")) {
    readers.push_back({{"reader", one.at("id")},
                       {"profile", one.at("profile")},
                       {"state", one.at("state")},
                       {"card", one.at("card")}});
  }
  return {{"readers", readers}};
}

Json Tools::delete_reader(const Json& arguments) {
  ask("DELETE", path_of(arguments));
  const std::string id = text_of(arguments, "reader");
  made_.erase(id);
  issued_.erase(id);
  return {{"deleted", id}};
}

Json Tools::see_screen(const Json& arguments) {
  if (arguments.value("picture", false)) {
    ApiAnswer answer = readers_->send("GET", path_of(arguments, "/screen.png"), "", "image/png");
    if (answer.status / 100 != 2) throw Refused{refusal_of(answer)};
    picture_ = std::move(answer.body);
  }
  return told(ask("GET", path_of(arguments)));
}

Json Tools::insert_card(const Json& arguments) {
  const CardSpec card = spec_of(arguments);
  const Json reader = ask("PUT", path_of(arguments, "/card"), card_json(card));
  put(text_of(arguments, "reader"), card, reader);
  return told(reader);
}

Json Tools::remove_card(const Json& arguments) {
  const Json reader = ask("DELETE", path_of(arguments, "/card"));
  issued_.erase(text_of(arguments, "reader"));
  return told(reader);
}

Json Tools::press(const Json& arguments, const Json& keys) {
  return told(ask("POST", path_of(arguments, "/keys"), {{"keys", keys}}));
}

Json Tools::press_keys(const Json& arguments) { return press(arguments, arguments.at("keys")); }

Json Tools::hold_key(const Json& arguments) {
  return press(arguments, Json::array({{{"hold", arguments.at("key")}}}));
}

Json Tools::type_digits(const Json& arguments) {
  auto keys = Json::array();
  for (const char digit : text_of(arguments, "digits")) {
    const bool can_be = (digit >= '0' && digit <= '9') || digit == '.';
    if (!can_be) throw Refused{"out_of_range: digits are 0 to 9, and a point; press_keys presses others"};
    keys.push_back(std::string(1, digit));
  }
  return press(arguments, keys);
}

Json Tools::get_code(const Json& arguments) {
  Json body = arguments;
  body.erase("reader");
  Json result = ask("POST", path_of(arguments, "/otp"), body);
  result.erase("revision");
  return result;
}

Json Tools::send_computer_command(const Json& arguments) {
  Json body = arguments;
  body.erase("reader");
  return told(ask("POST", path_of(arguments, "/computer"), body));
}

Json Tools::advance_time(const Json& arguments) {
  const Json body =
      arguments.contains("ms") ? Json{{"advance_ms", arguments["ms"]}} : Json{{"to", "next-deadline"}};
  return told(ask("POST", path_of(arguments, "/clock"), body));
}

Json Tools::set_card_state(const Json& arguments) {
  Json body = arguments;
  body.erase("reader");
  const Json state = ask("PATCH", path_of(arguments, "/card/state"), body);
  const auto issued = issued_.find(text_of(arguments, "reader"));
  const bool counter = arguments.contains("next_atc") || arguments.contains("last_atc");
  if (counter && issued != issued_.end()) issued->second.last_atc = atc_of(state);
  return told(ask("GET", path_of(arguments)));
}

Json Tools::set_faults(const Json& arguments) {
  return told(ask("PUT", path_of(arguments, "/faults"), {{"faults", arguments.at("faults")}}));
}

Json Tools::reset_reader(const Json& arguments) {
  const Json reader = ask("POST", path_of(arguments, "/reset"));
  issued_.erase(text_of(arguments, "reader"));
  return told(reader);
}

Json Tools::get_dialogue(const Json& arguments) {
  return {{"apdus", ask("GET", path_of(arguments, "/trace")).at("apdus")}};
}

// ---- the issuer

namespace {

issuer::Submission submission_of(const Json& arguments) {
  using issuer::Mode;
  issuer::Submission submission;
  std::string code = text_of(arguments, "code");
  submission.code = SecretString(code);
  wipe(code.data(), code.size());
  submission.challenge = find_text(arguments, "challenge");
  submission.amount = find_text(arguments, "amount");
  submission.currency = find_text(arguments, "currency");
  if (arguments.contains("tds")) submission.tds = arguments["tds"].get<std::vector<std::string>>();
  if (const auto text = find_text(arguments, "text")) {
    if (arguments.contains("tds")) throw Refused{"malformed_request: text or tds, not both"};
    submission.tds = issuer::numbers_of_text(*text);
  }
  if (const auto mode = find_text(arguments, "mode")) {
    const auto names = issuer::names(Mode{});
    const auto found = std::find(names.begin(), names.end(), *mode);
    if (found == names.end()) throw Refused{"out_of_range: mode is identify, respond, sign or tds"};
    submission.mode = static_cast<Mode>(found - names.begin());
  } else if (!submission.tds.empty()) {
    submission.mode = Mode::tds;
  } else if (submission.amount || submission.currency) {
    submission.mode = Mode::sign;
  } else if (submission.challenge) {
    submission.mode = Mode::respond;
  }
  if (submission.mode == Mode::sign && !submission.currency) submission.currency = "978";
  return submission;
}

std::optional<std::uint16_t> given_atc(const Json& arguments) {
  const auto text = find_text(arguments, "last_atc");
  if (!text) return std::nullopt;
  std::uint16_t atc = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), atc, 16);
  if (error != std::errc{} || text->size() != 4 || end != text->data() + 4) {
    throw Refused{"out_of_range: last_atc is four hexadecimal digits"};
  }
  return atc;
}

}  // namespace

Json Tools::verify_code(const Json& arguments) {
  if (arguments.contains("reader") == names_card(arguments)) {
    throw Refused{"malformed_request: give the reader whose card made the code, or a card"};
  }
  const issuer::Submission submission = submission_of(arguments);
  const std::optional<std::uint16_t> last_atc = given_atc(arguments);
  const auto keys_of = [this](const CardSpec& card) {
    const bool offered = offered_ && card.kind == CardSpec::Kind::shipped && card.text == offered_->name;
    return CodeCheck(offered ? offered_->spec : card);
  };
  std::optional<std::uint16_t> accepted;
  if (!arguments.contains("reader")) {
    return keys_of(spec_of(arguments)).judge(submission, last_atc.value_or(0), accepted);
  }
  Issued& issued = issued_in(text_of(arguments, "reader"));
  if (!issued.check) issued.check.emplace(keys_of(issued.card));
  Json verdict = issued.check->judge(submission, last_atc.value_or(issued.last_atc), accepted);
  if (accepted) issued.last_atc = std::max(issued.last_atc, *accepted);
  return verdict;
}

}  // namespace sesame::sim
