#include "sim/scenario/served_device.hpp"

#include <fmt/format.h>
#include <httplib.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "host/failure.hpp"
#include "host/profile/document.hpp"
#include "host/profile/shipped.hpp"
#include "sim/scenario/scenario.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::json;

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
      look.card =
          CardState{from_hex(state.at("atc").get<std::string>()), state.at("tries_left").get<std::uint8_t>()};
    }
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

Json json_of(const Fault& fault) {
  Json json{{"kind", to_string(fault.kind)}};
  switch (fault.kind) {
    case FaultKind::mute:
    case FaultKind::removed:
    case FaultKind::corrupted:
    case FaultKind::dead_battery: json["at"] = fault.at; break;
    case FaultKind::slow: json["ms"] = fault.ms; break;
    case FaultKind::status_word:
      json["ins"] = hex_of(fault.ins, 2);
      json["sw"] = hex_of(fault.sw, 4);
      break;
    case FaultKind::stuck_key: json["key"] = fault.key; break;
    case FaultKind::bad_atr:
    case FaultKind::low_battery: break;
  }
  return json;
}

}  // namespace

// Requests and answers in JSON; a refusal in the simulator's own words.
class ServedDevice::Server {
 public:
  explicit Server(const ServedAt& at) : url_(at.url), client_(checked(at.url)) {
    client_.set_connection_timeout(10);
    client_.set_read_timeout(60);
    client_.set_keep_alive(true);
    client_.set_tcp_nodelay(true);
    if (!at.token.empty()) client_.set_default_headers({{"Authorization", "Bearer " + at.token}});
  }

  Json get(const std::string& path) { return answer(client_.Get(path.c_str())); }
  Json post(const std::string& path, const Json& body) {
    return answer(client_.Post(path.c_str(), body.dump(), kJson));
  }
  Json put(const std::string& path, const Json& body) {
    return answer(client_.Put(path.c_str(), body.dump(), kJson));
  }
  Json patch(const std::string& path, const Json& body) {
    return answer(client_.Patch(path.c_str(), body.dump(), kJson));
  }
  Json remove(const std::string& path) { return answer(client_.Delete(path.c_str())); }

  [[noreturn]] void not_ours(const std::string& why) const {
    throw Failure(Exit::environment, fmt::format("{}: this is no answer of a simulator: {}", url_, why));
  }

 private:
  static constexpr const char* kJson = "application/json";

  static std::string checked(const std::string& url) {
    constexpr std::string_view kScheme = "http://";
    const std::string_view rest = std::string_view(url).substr(std::min(url.size(), kScheme.size()));
    const bool plain = rest.find_first_of("/?#@ ") == std::string_view::npos;
    if (url.starts_with(kScheme) && !rest.empty() && plain) return url;
    throw Failure(Exit::usage, fmt::format("--url {}: must be http://HOST:PORT", profile::quoted(url)));
  }

  Json answer(const httplib::Result& result) const {
    if (!result) {
      throw Failure(Exit::environment, fmt::format("{}: no answer ({}); is `sesame sim` running there?", url_,
                                                   httplib::to_string(result.error())));
    }
    const Json body = Json::parse(result->body, nullptr, false);
    if (result->status == 204) return {};
    if (result->status >= 200 && result->status < 300 && body.is_object()) return body;
    if (!body.is_object() || !body.contains("message") || !body["message"].is_string()) {
      not_ours(fmt::format("status {}", result->status));
    }
    std::string line = profile::on_one_line(body["message"].get<std::string>());
    if (body.contains("hint") && body["hint"].is_string() && !body["hint"].get<std::string>().empty()) {
      line += "; " + profile::on_one_line(body["hint"].get<std::string>());
    }
    const bool theirs = result->status >= 500 || result->status == 401 || result->status == 403;
    if (theirs) throw Failure(Exit::environment, fmt::format("{}: {}", url_, line));
    throw Failure(Exit::refused, line);
  }

  std::string url_;
  httplib::Client client_;
};

ServedDevice::ServedDevice(const ServedAt& at, const std::string& profile)
    : server_(std::make_unique<Server>(at)) {
  if (profile::names_a_path(profile)) {
    throw Failure(
        Exit::usage,
        fmt::format("{}: with --url the profile is a shipped one; a simulator reads no files", profile));
  }
  const Json reader = server_->post(
      "/v1/readers", {{"profile", profile}, {"card", nullptr}, {"clock", "virtual"}, {"ttl_s", kTimeToLive}});
  if (!reader.contains("id") || !reader["id"].is_string()) server_->not_ours("a reader without an id");
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

void ServedDevice::advance(Millis duration) { server_->post(path_ + "/clock", {{"advance_ms", duration}}); }

void ServedDevice::to_next_deadline() { server_->post(path_ + "/clock", {{"to", "next-deadline"}}); }

void ServedDevice::set_card_state(std::optional<std::uint16_t> atc, std::optional<std::uint8_t> tries_left) {
  auto state = Json::object();
  if (atc) state["atc"] = hex_of(*atc, 4);
  if (tries_left) state["tries_left"] = *tries_left;
  server_->patch(path_ + "/card/state", state);
}

void ServedDevice::set_faults(const Faults& faults) {
  auto all = Json::array();
  for (const Fault& fault : faults) all.push_back(json_of(fault));
  server_->put(path_ + "/faults", {{"faults", all}});
}

void ServedDevice::reset() { server_->post(path_ + "/reset", Json::object()); }

Look ServedDevice::look() {
  try {
    return look_of(server_->get(path_));
  } catch (const Json::exception& error) {
    server_->not_ours(error.what());
  }
}

}  // namespace sesame::sim
