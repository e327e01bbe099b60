#include "host/issuer/store/policy.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <variant>

#include "host/base/hex.hpp"
#include "host/issuer/judge.hpp"

namespace sesame::issuer {

namespace {

using Json = nlohmann::ordered_json;

// What is no such text.
struct NotAsSealed {};

template <class Enum>
std::string name_of(Enum value) {
  return std::string(names(value)[static_cast<std::size_t>(value)]);
}

template <class Enum>
Enum named(const Json& json) {
  const auto known = names(Enum{});
  const auto found = std::find(known.begin(), known.end(), json.get<std::string>());
  if (found == known.end()) throw NotAsSealed{};
  return static_cast<Enum>(found - known.begin());
}

ByteString bytes_of(const Json& json) {
  auto parsed = parse_hex(json.get<std::string>());
  if (auto* bytes = std::get_if<ByteString>(&parsed)) return std::move(*bytes);
  throw NotAsSealed{};
}

template <class Number>
Number number(const Json& json) {
  const auto value = json.get<std::int64_t>();
  if (value < 0 || value > std::numeric_limits<Number>::max()) throw NotAsSealed{};
  return static_cast<Number>(value);
}

Json cvr_json(const CvrTemplate& cvr) {
  return {{"format", name_of(cvr.format)}, {"template", to_hex(cvr.bytes)}};
}

CvrTemplate read_cvr(const Json& json) {
  return {named<CvrFormat>(json.at("format")), bytes_of(json.at("template"))};
}

Json iad_json(const std::vector<IadPiece>& iad) {
  Json list = Json::array();
  for (const IadPiece& piece : iad) {
    list.push_back(piece.kind == IadPiece::Kind::fixed ? to_hex(piece.bytes) : name_of(piece.kind));
  }
  return list;
}

IadPiece read_piece(const Json& json) {
  const auto text = json.get<std::string>();
  for (const auto kind : {IadPiece::Kind::cvr, IadPiece::Kind::counters}) {
    if (text == name_of(kind)) return {kind, {}};
  }
  return {IadPiece::Kind::fixed, bytes_of(json)};
}

Json tree_json(const keys::Tree& tree) {
  return {{"branch", tree.branch()}, {"height", tree.height()}, {"iv", to_hex(tree.iv())}};
}

keys::Tree read_tree(const Json& json) {
  const ByteString iv = bytes_of(json.at("iv"));
  keys::Tree::Iv all{};
  if (iv.size() != all.size()) throw NotAsSealed{};
  std::copy(iv.begin(), iv.end(), all.begin());
  return {number<std::uint16_t>(json.at("branch")), number<std::uint8_t>(json.at("height")), all};
}

Json record_json(const CardRecord& card) {
  Json json{{"scheme", keys::rules(card.scheme).name},
            {"tree", tree_json(card.tree)},
            {"terminal", name_of(card.terminal)},
            {"mac_input", name_of(card.mac_input)},
            {"aip", to_hex(card.aip)},
            {"cdol1", to_hex(card.cdol1)},
            {"iad", iad_json(card.iad)},
            {"cvr", cvr_json(card.cvr)},
            {"mac_cvr", nullptr},
            {"counters", to_hex(card.counters)},
            {"pin_tries", card.pin_tries},
            {"rule", name_of(card.rule)},
            {"mask", to_hex(card.mask)},
            {"iaf", card.iaf},
            {"psn", card.psn},
            {"window", card.window}};
  if (card.mac_cvr) json["mac_cvr"] = cvr_json(*card.mac_cvr);
  return json;
}

CardRecord read_record(const Json& json) {
  CardRecord card;
  const auto scheme = keys::scheme_named(json.at("scheme").get<std::string>());
  if (!scheme) throw NotAsSealed{};
  card.scheme = *scheme;
  card.tree = read_tree(json.at("tree"));
  card.terminal = named<Terminal>(json.at("terminal"));
  card.mac_input = named<MacInput>(json.at("mac_input"));
  card.aip = bytes_of(json.at("aip"));
  card.cdol1 = bytes_of(json.at("cdol1"));
  for (const Json& piece : json.at("iad")) card.iad.push_back(read_piece(piece));
  card.cvr = read_cvr(json.at("cvr"));
  if (!json.at("mac_cvr").is_null()) card.mac_cvr = read_cvr(json.at("mac_cvr"));
  card.counters = bytes_of(json.at("counters"));
  card.pin_tries = number<std::uint8_t>(json.at("pin_tries"));
  card.rule = named<CodeRule>(json.at("rule"));
  card.mask = bytes_of(json.at("mask"));
  card.iaf = number<std::uint8_t>(json.at("iaf"));
  card.psn = number<std::uint8_t>(json.at("psn"));
  card.window = number<std::uint16_t>(json.at("window"));
  return card;
}

}  // namespace

void apply(const PolicyChange& change, Policy& policy) {
  policy.record.window = change.window.value_or(policy.record.window);
  policy.reach = change.reach.value_or(policy.reach);
  policy.tries = change.tries.value_or(policy.tries);
  policy.modes = change.modes.value_or(policy.modes);
  policy.unblock_after = change.unblock_after.value_or(policy.unblock_after);
}

std::string choices_text(const Policy& policy) {
  return Json{{"window", policy.record.window},
              {"tries", policy.tries},
              {"reach", policy.reach},
              {"unblock_after", policy.unblock_after},
              {"modes", policy.modes}}
      .dump();
}

std::string policy_text(const Policy& policy) {
  return Json{{"tries", policy.tries},         {"modes", policy.modes},
              {"reach", policy.reach},         {"unblock_after", policy.unblock_after},
              {"weak_mask", policy.weak_mask}, {"card", record_json(policy.record)}}
      .dump();
}

std::optional<Policy> read_policy(std::string_view text) {
  try {
    const Json json = Json::parse(text);
    Policy policy;
    policy.record = read_record(json.at("card"));
    policy.tries = number<std::uint8_t>(json.at("tries"));
    policy.modes = number<std::uint8_t>(json.at("modes"));
    policy.reach = number<std::uint16_t>(json.at("reach"));
    policy.unblock_after = number<std::uint32_t>(json.at("unblock_after"));
    policy.weak_mask = json.at("weak_mask").get<bool>();
    return policy;
  } catch (const nlohmann::json::exception&) {
  } catch (const keys::ImpossibleTree&) {
  } catch (const NotAsSealed&) {
  }
  return std::nullopt;
}

std::optional<std::string_view> fault(const Policy& policy) {
  if (const auto of_record = fault(policy.record)) return of_record;
  if (policy.tries < 1 || policy.tries > 15) return "the tries are not 1 to 15";
  if ((policy.modes & 0x0F) == 0) return "no mode is verified";
  if (policy.reach == 0) return "no code would resynchronize the card";
  if (!policy.weak_mask && ac_bits(policy.record) < kFewAcBits) {
    return "the mask takes fewer than 16 bits of the AC, so that guesses are easy";
  }
  return std::nullopt;
}

}  // namespace sesame::issuer
