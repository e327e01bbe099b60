#include <fmt/format.h>

#include "firmware/core/emv/apdu.hpp"
#include "host/base/hex.hpp"
#include "host/explain/code_path.hpp"
#include "host/explain/data_elements.hpp"
#include "host/explain/tag_names.hpp"
#include "sim/server/reader_json.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::ordered_json;

std::string tag_text(emv::Tag tag) { return fmt::format("{:02X}", tag); }

Json told_json(const MadeCode& code) {
  auto told = Json::array();
  const auto command = emv::parse_command(code.command);
  if (!command) return told;
  for (const explain::ToldValue& each : explain::told_values(code.cdol1, command->data)) {
    told.push_back({{"tag", tag_text(each.tag)},
                    {"name", explain::tag_name(each.tag).name},
                    {"value", to_hex(each.value)},
                    {"meaning", explain::explain_value(each.tag, each.value)}});
  }
  return told;
}

Json parts_json(const explain::CodePath& path) {
  auto parts = Json::array();
  for (const explain::CodePath::Part& part : path.parts) {
    parts.push_back({{"name", part.name},
                     {"from", part.from},
                     {"data", to_hex(part.data)},
                     {"mask", to_hex(part.mask)},
                     {"taken", part.taken}});
  }
  return parts;
}

Json code_json(const MadeCode& code, const std::string& digits) {
  const explain::CodePath path = explain::code_path(token_input(code), code.ipb, code.belgian, digits);
  return {{"revision", code.revision},
          {"at_ms", code.at},
          {"code", digits},
          {"atc", to_hex(code.atc)},
          {"aid", to_hex(code.aid)},
          {"told", told_json(code)},
          {"rule", code.belgian ? "belgian" : "bitmap"},
          {"signs", path.signs},
          {"parts", parts_json(path)},
          {"bits", path.bits},
          {"number", path.number}};
}

}  // namespace

Json codes_json(const LiveReader& reader) {
  auto codes = Json::array();
  const auto text = [](const auto& digits) { return std::string(digits.begin(), digits.end()); };
  for (const MadeCode& code : reader.codes()) {
    const bool shown = reader.shows_code() && &code == &reader.codes().back();
    if (shown) {
      codes.push_back(code_json(code, text(reader.reader().code())));
    } else if (!code.signs) {
      cap::Digits digits;
      make_digits(code, digits);
      codes.push_back(code_json(code, text(digits)));
    }
  }
  return {{"codes", codes}, {"revision", reader.revision()}};
}

}  // namespace sesame::sim
