#include "sim/server/requests.hpp"

#include <fmt/format.h>

#include <memory>
#include <span>
#include <utility>

#include "firmware/core/bytes.hpp"
#include "host/base/safe_text.hpp"
#include "host/base/utf8.hpp"
#include "host/keys/key.hpp"
#include "sim/http/json_body.hpp"
#include "sim/http/message.hpp"

namespace sesame::sim {

namespace {

using document::Table;
using document::Value;

constexpr std::size_t kName = 128, kFile = 1u << 20, kKeys = 256, kInputs = 32, kPin = 32, kLabel = 64;
constexpr std::uint64_t kYear = 366ull * 24 * 3600;

ApiError malformed(const std::string& message, const std::string& hint) {
  return {400, "malformed_request", message, hint};
}

// A line for people, of any letters.
std::string label_of(const Value& value) {
  const std::string_view text = value.text(kName);
  if (safe::one_line(text) != text || utf8::length(text) > kLabel) {
    value.refuse(fmt::format("a line of at most {} printable characters", kLabel));
  }
  return std::string(text);
}

// The ATC after which this is the next one.
std::uint16_t before(const Value& next_atc) {
  const auto next = static_cast<std::uint16_t>(hex_digits(next_atc, 4));
  if (next == 0) {
    throw ApiError{400, "out_of_range", fmt::format("{} is no transaction's", next_atc.path()),
                   "0001 to FFFF; a new card has last_atc 0000"};
  }
  return static_cast<std::uint16_t>(next - 1);
}

std::optional<std::uint16_t> last_atc_of(const std::optional<Value>& last_atc,
                                         const std::optional<Value>& next_atc) {
  if (last_atc && next_atc) throw malformed("two ATCs are one too many", "give last_atc or next_atc");
  if (last_atc) return static_cast<std::uint16_t>(hex_digits(*last_atc, 4));
  return next_atc ? std::optional(before(*next_atc)) : std::nullopt;
}

// As options of the command line: another PAN has the PSN 00.
std::shared_ptr<const CardChanges> card_changes(Table& table) {
  const auto pan = table.find("pan"), psn = table.find("psn"), pin = table.find("pin"),
             imk = table.find("imk"), last_atc = table.find("last_atc"), next_atc = table.find("next_atc");
  if (!pan && !psn && !pin && !imk && !last_atc && !next_atc) return nullptr;
  auto changes = std::make_shared<CardChanges>();
  if (pan) {
    changes->issued.pan = std::string(pan->digits(12, 19));
    changes->issued.psn = "00";
  }
  if (psn) changes->issued.psn = std::string(psn->digits(2, 2));
  if (pin) changes->pin = SecretString(pin->digits(4, 12));
  if (imk) {
    auto bytes = imk->hex(keys::Key::size);
    changes->issued.imk = keys::Key{std::span<const std::uint8_t>(bytes).first<keys::Key::size>()};
    wipe(bytes.data(), bytes.size());
  }
  changes->last_atc = last_atc_of(last_atc, next_atc);
  return changes;
}

}  // namespace

CardSpec card_spec(const Value& value) {
  using Kind = CardSpec::Kind;
  const auto to_text = [](const Value& text, std::size_t most) { return std::string(text.text(most)); };
  if (value.is_text()) return {Kind::shipped, to_text(value, kName), {}};
  if (value.kind() != document::Node::Kind::table) {
    throw ApiError{
        400, "wrong_type",
        fmt::format("{} must be a text or an object", value.path().empty() ? "the body" : value.path()),
        "a card's name, or {\"toml\": …}, {\"transcript\": …} or {\"pcsc\": …}"};
  }
  Table table(value);
  const auto name = table.find("name"), toml = table.find("toml"), transcript = table.find("transcript"),
             pcsc = table.find("pcsc");
  auto changes = card_changes(table);
  table.done();
  const std::string called = name ? to_text(*name, kName) : "";
  const int given = (toml ? 1 : 0) + (transcript ? 1 : 0) + (pcsc ? 1 : 0);
  if (given > 1 || (given == 0 && !name) || (pcsc && name)) {
    throw malformed("it is not clear which card is meant", "give one of name, toml, transcript and pcsc");
  }
  if (changes && (transcript || pcsc)) {
    throw malformed("only a virtual card can have another PAN, PSN, PIN, key or ATC",
                    "give name or toml with them");
  }
  if (toml) return {Kind::toml, to_text(*toml, kFile), called, std::move(changes)};
  if (transcript) return {Kind::transcript, to_text(*transcript, kFile), called};
  if (pcsc) return {Kind::pcsc, to_text(*pcsc, kName), {}};
  return {Kind::shipped, called, {}, std::move(changes)};
}

namespace {

// {"toml": …, "name"?}
void read_profile(const Value& value, ReaderSpec& spec) {
  if (value.is_text()) {
    spec.profile = value.text(kName);
    return;
  }
  if (value.kind() != document::Node::Kind::table) {
    throw ApiError{400, "wrong_type", fmt::format("{} must be a text or an object", value.path()),
                   "a model's name, or {\"toml\": …}"};
  }
  Table table(value);
  const auto name = table.find("name");
  const Value toml = table.at("toml");
  table.done();
  spec.profile_text = std::string(toml.text(kFile));
  spec.profile = name ? label_of(*name) : "profile";
}

}  // namespace

ReaderSpec reader_spec(const Value& body) {
  Table table(body);
  const auto profile = table.find("profile"), card = table.find("card"), clock = table.find("clock"),
             ttl = table.find("ttl_s"), label = table.find("label");
  table.done();
  ReaderSpec spec;
  if (profile) read_profile(*profile, spec);
  if (label) spec.label = label_of(*label);
  if (card) spec.card = card_spec(*card);
  if (clock) {
    const std::string_view name = clock->text(kName);
    if (name != "real" && name != "virtual") clock->refuse("real or virtual");
    spec.clock = name == "real" ? ClockKind::real : ClockKind::virtual_time;
  }
  if (ttl) spec.ttl_s = ttl->number<std::uint32_t>(1, kYear);
  return spec;
}

ReaderPatch reader_patch(const Value& body) {
  Table table(body);
  const auto label = table.find("label"), ttl = table.find("ttl_s");
  table.done();
  ReaderPatch patch;
  if (label) patch.label = label_of(*label);
  if (ttl) patch.ttl_s = ttl->number<std::uint32_t>(0, kYear);
  if (!label && !ttl) throw malformed("nothing is to be set", "give label, ttl_s or both");
  return patch;
}

std::vector<Stroke> strokes(const Value& body) {
  Table table(body);
  const Value keys = table.at("keys");
  table.done();
  std::vector<Stroke> out;
  for (const Value& key : keys.list(0, kKeys)) {
    if (key.kind() != document::Node::Kind::table) {
      out.push_back({std::string(key.text(kName)), false});
      continue;
    }
    Table stroke(key);
    const Value hold = stroke.at("hold");
    stroke.done();
    out.push_back({std::string(hold.text(kName)), true});
  }
  return out;
}

CableCommand cable_command(const Value& body) {
  Table table(body);
  const Value command = table.at("command");
  const auto text = table.find("text");
  table.done();
  CableCommand wanted;
  wanted.kind = command.enumerator<ComputerCommand::Kind>();
  const bool has_text =
      wanted.kind == ComputerCommand::Kind::show || wanted.kind == ComputerCommand::Kind::sign;
  if (has_text != text.has_value()) {
    throw malformed(has_text ? "the text is missing" : "this command has no text",
                    "show and sign have a text, and no other command");
  }
  if (text) wanted.text = text->text(signing::kMaxText);
  return wanted;
}

OtpRequest otp_request(const Value& body) {
  Table table(body);
  const auto function = table.find("function");
  const Value pin = table.at("pin");
  const auto inputs = table.find("inputs");
  table.done();
  OtpRequest request;
  if (function) request.function = function->text(kName);
  request.pin = SecretString(pin.text(kPin));
  if (inputs) {
    for (const Value& input : inputs->list(0, kInputs)) request.inputs.emplace_back(input.text(kName));
  }
  return request;
}

std::optional<Millis> clock_advance(const Value& body) {
  Table table(body);
  const auto advance = table.find("advance_ms"), to = table.find("to");
  table.done();
  std::optional<Millis> duration;
  if (advance) duration = advance->number<Millis>(0, kYear * 1000);
  if (advance.has_value() == to.has_value() || (to && to->text(kName) != "next-deadline")) {
    throw malformed("it is not clear where the clock is to go",
                    R"(give "advance_ms": N or "to": "next-deadline")");
  }
  return duration;
}

StatePatch state_patch(const Value& body) {
  Table table(body);
  const auto last_atc = table.find("last_atc"), next_atc = table.find("next_atc"),
             tries_left = table.find("tries_left");
  table.done();
  StatePatch patch;
  patch.last_atc = last_atc_of(last_atc, next_atc);
  if (tries_left) patch.tries_left = tries_left->number<std::uint8_t>(0, 15);
  if (!patch.last_atc && !patch.tries_left)
    throw malformed("nothing is to be set", "give last_atc or next_atc, or tries_left, or both");
  return patch;
}

std::string session_token(const Value& body) {
  Table table(body);
  const Value token = table.at("token");
  table.done();
  return std::string(token.text(kName));
}

}  // namespace sesame::sim
