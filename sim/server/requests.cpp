#include "sim/server/requests.hpp"

#include <fmt/format.h>

#include "sim/server/json_body.hpp"
#include "sim/server/message.hpp"

namespace sesame::sim {

namespace {

constexpr std::size_t kName = 128, kFile = 1u << 20, kKeys = 256, kInputs = 32, kPin = 32;
constexpr std::uint64_t kYear = 366ull * 24 * 3600;

ApiError malformed(const std::string& message, const std::string& hint) {
  return {400, "malformed_request", message, hint};
}

}  // namespace

CardSpec card_spec(const nlohmann::json& value, const std::string& where) {
  using Kind = CardSpec::Kind;
  if (value.is_string()) return {Kind::shipped, text_of(value, where, kName), {}};
  if (!value.is_object()) {
    throw ApiError{400, "wrong_type",
                   fmt::format("{} must be a text or an object", where.empty() ? "the body" : where),
                   "a card's name, or {\"toml\": …}, {\"transcript\": …} or {\"pcsc\": …}"};
  }
  Fields fields(value, where);
  const auto name = fields.text("name", kName);
  const auto toml = fields.text("toml", kFile), transcript = fields.text("transcript", kFile);
  const auto pcsc = fields.text("pcsc", kName);
  fields.done();
  const int given = (toml ? 1 : 0) + (transcript ? 1 : 0) + (pcsc ? 1 : 0);
  if (given > 1 || (given == 0 && !name) || (pcsc && name)) {
    throw malformed("it is not clear which card is meant", "give one of name, toml, transcript and pcsc");
  }
  if (toml) return {Kind::toml, *toml, name.value_or("")};
  if (transcript) return {Kind::transcript, *transcript, name.value_or("")};
  if (pcsc) return {Kind::pcsc, *pcsc, {}};
  return {Kind::shipped, *name, {}};
}

ReaderSpec reader_spec(const nlohmann::json& body) {
  Fields fields(body, "");
  ReaderSpec spec;
  if (const auto profile = fields.text("profile", kName)) spec.profile = *profile;
  if (const nlohmann::json* card = fields.find("card")) spec.card = card_spec(*card, "card");
  if (const auto clock = fields.text("clock", kName)) {
    if (*clock != "real" && *clock != "virtual") {
      throw ApiError{400, "out_of_range", "clock is out of range", "real or virtual"};
    }
    spec.clock = *clock == "real" ? ClockKind::real : ClockKind::virtual_time;
  }
  if (const auto ttl = fields.number("ttl_s", 1, kYear)) spec.ttl_s = static_cast<std::uint32_t>(*ttl);
  fields.done();
  return spec;
}

std::vector<Stroke> strokes(const nlohmann::json& body) {
  Fields fields(body, "");
  const nlohmann::json& keys = fields.required_array("keys", kKeys);
  fields.done();
  std::vector<Stroke> out;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string where = fmt::format("keys[{}]", i);
    if (!keys[i].is_object()) {
      out.push_back({text_of(keys[i], where, kName), false});
      continue;
    }
    Fields stroke(keys[i], where);
    out.push_back({stroke.required_text("hold", kName), true});
    stroke.done();
  }
  return out;
}

OtpRequest otp_request(nlohmann::json& body) {
  Fields fields(body, "");
  OtpRequest request;
  request.function = fields.text("function", kName).value_or("");
  std::string pin = fields.required_text("pin", kPin);
  request.pin = SecretString(pin);
  wipe(pin.data(), pin.size());
  nlohmann::json& kept = body["pin"];
  wipe_texts(kept);
  if (const nlohmann::json* inputs = fields.array("inputs", kInputs)) {
    for (std::size_t i = 0; i < inputs->size(); ++i) {
      request.inputs.push_back(text_of((*inputs)[i], fmt::format("inputs[{}]", i), kName));
    }
  }
  fields.done();
  return request;
}

std::optional<Millis> clock_advance(const nlohmann::json& body) {
  Fields fields(body, "");
  const auto advance = fields.number("advance_ms", 0, kYear * 1000);
  const auto to = fields.text("to", kName);
  fields.done();
  if (advance.has_value() == to.has_value() || (to && *to != "next-deadline")) {
    throw malformed("it is not clear where the clock is to go",
                    R"(give "advance_ms": N or "to": "next-deadline")");
  }
  return advance;
}

StatePatch state_patch(const nlohmann::json& body) {
  Fields fields(body, "");
  StatePatch patch;
  if (const auto atc = fields.hex("atc", 4)) patch.atc = static_cast<std::uint16_t>(*atc);
  if (const auto tries = fields.number("tries_left", 0, 15))
    patch.tries_left = static_cast<std::uint8_t>(*tries);
  fields.done();
  if (!patch.atc && !patch.tries_left)
    throw malformed("nothing is to be set", "give atc, tries_left or both");
  return patch;
}

std::string session_token(const nlohmann::json& body) {
  Fields fields(body, "");
  std::string token = fields.required_text("token", kName);
  fields.done();
  return token;
}

}  // namespace sesame::sim
