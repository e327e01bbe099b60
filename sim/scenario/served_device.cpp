#include "sim/scenario/served_device.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "host/base/failure.hpp"
#include "host/base/safe_json.hpp"
#include "host/base/safe_text.hpp"
#include "host/profile/shipped.hpp"
#include "sim/http/http_client.hpp"
#include "sim/http/message.hpp"
#include "sim/http/origin.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/server/fault_json.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 16;  // more than any answer of a simulator

constexpr int kTimeToLive = 600;  // seconds: of readers whose scenario was killed

std::uint16_t from_hex(const std::string& text) {
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return static_cast<std::uint16_t>(value);
}

std::string hex_of(unsigned value, int digits) { return fmt::format("{:0{}X}", value, digits); }

Look look_of(const Json& reader) {
  Look look;
  look.lit = reader.at("lit").get<bool>();
  look.rows = reader.at("screen").at("rows").get<std::vector<std::string>>();
  look.columns = reader.at("screen").at("columns").get<std::size_t>();
  look.state = reader.at("state").get<std::string>();
  look.notice = reader.at("notice").is_null() ? "none" : reader.at("notice").get<std::string>();
  if (!reader.at("code").is_null()) look.code = reader.at("code").get<std::string>();
  if (const Json& card = reader.at("card"); !card.is_null()) {
    look.card_is_in = true;
    if (const Json& state = card.at("state"); !state.is_null()) {
      look.card = CardState{from_hex(state.at("last_atc").get<std::string>()),
                            state.at("tries_left").get<std::uint8_t>()};
    }
  }
  if (const Json& computer = reader.at("computer"); !computer.is_null()) {
    if (!computer.at("answer").is_null()) look.answer = computer.at("answer").get<std::string>();
    if (!computer.at("code").is_null()) look.cryptogram = computer.at("code").get<std::string>();
  }
  look.now = reader.at("now_ms").get<Millis>();
  if (!reader.at("deadline_ms").is_null()) look.deadline = reader.at("deadline_ms").get<Millis>();
  return look;
}

Json json_of(const CardSpec& card) {
  switch (card.kind) {
    case CardSpec::Kind::toml: return {{"toml", card.text}};
    case CardSpec::Kind::transcript: return {{"transcript", card.text}};
    default: return {{"name", card.text}};
  }
}

}  // namespace

// Requests and answers in JSON; a refusal in the simulator's own words.
class ServedDevice::Server {
 public:
  explicit Server(const ServedAt& at) : Server(at, host_and_port_of(server_origin(at.url))) {}

  Json get(const std::string& path) { return send("GET", path, ""); }
  Json post(const std::string& path, const Json& body) { return send("POST", path, safe::json(body)); }
  Json put(const std::string& path, const Json& body) { return send("PUT", path, safe::json(body)); }
  Json patch(const std::string& path, const Json& body) { return send("PATCH", path, safe::json(body)); }
  Json remove(const std::string& path) { return send("DELETE", path, ""); }

  [[noreturn]] void not_ours(const std::string& why) const {
    throw Failure(Failure::environment,
                  fmt::format("{}: this is no answer of a simulator: {}", url_, safe::one_line(why)));
  }

 private:
  Server(const ServedAt& at, const HostAndPort& authority)
      : url_(server_origin(at.url)), client_(authority.host, authority.port) {
    headers_["Accept"] = "application/json";
    if (!at.token.empty()) headers_["Authorization"] = "Bearer " + at.token;
  }

  Json send(const std::string& method, const std::string& path, const std::string& body) {
    try {
      return answer(client_.send(method, path, body, headers_));
    } catch (const NoAnswer& failure) {
      throw Failure(Failure::environment,
                    fmt::format("{}: {}; is `sesame sim` running there?", url_, failure.what()));
    }
  }

  Json answer(const HttpAnswer& answer) const {
    if (answer.status == 204) return {};
    Json body = parsed(answer.body);
    if (answer.status >= 200 && answer.status < 300 && body.is_object()) return body;
    if (!body.is_object() || !body.contains("message") || !body["message"].is_string()) {
      not_ours(fmt::format("status {}", answer.status));
    }
    std::string line = safe::one_line(body["message"].get<std::string>());
    if (body.contains("hint") && body["hint"].is_string() && !body["hint"].get<std::string>().empty()) {
      line += "; " + safe::one_line(body["hint"].get<std::string>());
    }
    const bool theirs = answer.status >= 500 || answer.status == 401 || answer.status == 403;
    if (theirs) throw Failure(Failure::environment, fmt::format("{}: {}", url_, line));
    throw Failure(Failure::refused, line);
  }

  Json parsed(const std::string& body) const {
    bool deep = false;
    const auto keep = [&deep](int depth, Json::parse_event_t, const Json&) {
      deep = deep || depth > kDeepest;
      return !deep;
    };
    Json json = Json::parse(body, keep, false);
    if (deep) not_ours("the body is nested too deeply");
    if (json.is_discarded()) not_ours("the body is no JSON");
    return json;
  }

  std::string url_;
  Headers headers_;
  HttpClient client_;
};

ServedDevice::ServedDevice(const ServedAt& at, const std::string& profile)
    : server_(std::make_unique<Server>(at)) {
  if (profile::names_a_path(profile)) {
    throw Failure(
        Failure::invalid,
        fmt::format("{}: the profile must be a shipped one; a simulator elsewhere reads no files", profile));
  }
  const Json reader = server_->post(
      "/v1/readers", {{"profile", profile}, {"card", nullptr}, {"clock", "virtual"}, {"ttl_s", kTimeToLive}});
  // It becomes a part of requests.
  if (!reader.contains("id") || !reader["id"].is_string() || !is_token(reader["id"].get<std::string>())) {
    server_->not_ours("a reader without an id");
  }
  path_ = "/v1/readers/" + reader["id"].get<std::string>();
}

ServedDevice::~ServedDevice() {
  try {
    server_->remove(path_);
  } catch (const std::exception&) {
    // It ends by itself when its time to live is over.
  }
}

void ServedDevice::insert(const CardSpec& card) { server_->put(path_ + "/card", json_of(card)); }

void ServedDevice::pull() { server_->remove(path_ + "/card"); }

void ServedDevice::press(std::span<const std::string> keys) {
  auto all = Json::array();
  for (const std::string& key : keys) all.push_back(key);
  server_->post(path_ + "/keys", {{"keys", all}});
}

void ServedDevice::hold(const std::string& key) {
  server_->post(path_ + "/keys", {{"keys", Json::array({Json{{"hold", key}}})}});
}

void ServedDevice::command(ComputerCommand::Kind kind, const std::string& text) {
  Json body{{"command", name_of(kind)}};
  if (!text.empty()) body["text"] = text;
  server_->post(path_ + "/computer", body);
}

void ServedDevice::advance(Millis duration) { server_->post(path_ + "/clock", {{"advance_ms", duration}}); }

void ServedDevice::to_next_deadline() { server_->post(path_ + "/clock", {{"to", "next-deadline"}}); }

void ServedDevice::set_card_state(std::optional<std::uint16_t> last_atc,
                                  std::optional<std::uint8_t> tries_left) {
  auto state = Json::object();
  if (last_atc) state["last_atc"] = hex_of(*last_atc, 4);
  if (tries_left) state["tries_left"] = *tries_left;
  server_->patch(path_ + "/card/state", state);
}

void ServedDevice::set_faults(const Faults& faults) {
  server_->put(path_ + "/faults", {{"faults", Json(faults_json(faults))}});
}

void ServedDevice::reset() { server_->post(path_ + "/reset", Json::object()); }

std::vector<Said> ServedDevice::dialogue() {
  try {
    std::vector<Said> said;
    for (const Json& one : server_->get(path_ + "/trace").at("apdus")) {
      said.push_back({one.at("name").get<std::string>(), one.at("command").get<std::string>(),
                      one.at("response").get<std::string>()});
    }
    return said;
  } catch (const Json::exception& error) {
    server_->not_ours(error.what());
  }
}

Look ServedDevice::look() {
  try {
    return look_of(server_->get(path_));
  } catch (const Json::exception& error) {
    server_->not_ours(error.what());
  }
}

}  // namespace sesame::sim
