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

Json code_json(const MadeCode& code) {
  cap::TokenInput input;
  input.psn = code.psn;
  input.cid = code.cid;
  input.atc = code.atc;
  input.ac = code.ac;
  input.iad = code.iad;
  const explain::CodePath path = explain::code_path(input, code.ipb, code.belgian, code.digits);
  return {{"revision", code.revision},
          {"at_ms", code.at},
          {"code", code.digits},
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
  for (const MadeCode& code : reader.codes()) codes.push_back(code_json(code));
  return {{"codes", codes}, {"revision", reader.revision()}};
}

}  // namespace sesame::sim
