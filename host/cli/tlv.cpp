#include <nlohmann/json.hpp>

#include <algorithm>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/tlv.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/tag_names.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += part;
  return all;
}

std::string printable(Bytes value) {
  std::string out;
  for (const std::uint8_t byte : value) out += byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.';
  return out;
}

std::string tag_text(emv::Tag tag) { return fmt::format("{:02X}", tag); }

std::string meaning(const TagName& name, Bytes value) {
  return name.form == TagForm::text ? fmt::format("  \"{}\"", printable(value)) : "";
}

// A list's entries, a line each; a list that cannot be read is shown as bytes alone.
void print_dol(Bytes dol, int depth) {
  for (emv::DolReader reader(dol); reader.more();) {
    const auto entry = reader.next();
    if (!entry)
      return print_line(fmt::format("{:{}}(not a list: {})", "", 2 * depth, to_string(entry.error())));
    print_line(fmt::format("{:{}}{:<5} {:>3} bytes  {}", "", 2 * depth, tag_text(entry->tag), entry->length,
                           tag_name(entry->tag).name));
  }
}

void print_tree(Bytes bytes, int depth) {
  for (emv::TlvReader reader(bytes); reader.more();) {
    const auto element = reader.next();
    const TagName name = tag_name(element->tag);
    const bool constructed = element->constructed();
    print_line(fmt::format("{:{}}{:<5} {}{}{}{}", "", 2 * depth, tag_text(element->tag), name.name,
                           name.name.empty() ? "(unknown)" : "",
                           constructed ? "" : "  " + hex(element->value),
                           constructed ? "" : meaning(name, element->value)));
    if (constructed) print_tree(element->value, depth + 1);
    if (name.form == TagForm::dol) print_dol(element->value, depth + 1);
  }
}

Json tree(Bytes bytes) {
  Json all = Json::array();
  for (emv::TlvReader reader(bytes); reader.more();) {
    const auto element = reader.next();
    Json node{{"tag", tag_text(element->tag)}, {"name", tag_name(element->tag).name}};
    if (element->constructed()) {
      node["children"] = tree(element->value);
    } else {
      node["value"] = hex(element->value);
    }
    all.push_back(std::move(node));
  }
  return all;
}

}  // namespace

void tlv(const HexOptions& options) {
  const auto bytes = parse_hex("HEX", joined(options.hex));
  if (bytes.empty()) throw Failure(Exit::usage, "HEX: no byte at all");
  const emv::TlvCheck check = emv::check(bytes);
  if (check.error) {
    throw Failure(Exit::usage, fmt::format("HEX: byte {}: {}", check.offset, to_string(*check.error)));
  }
  if (options.json) return print_line(tree(bytes).dump(2));
  print_tree(bytes, 0);
}

}  // namespace sesame::cli
