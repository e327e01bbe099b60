#include <memory>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/emv/tags.hpp"
#include "firmware/core/emv/tlv.hpp"
#include "host/base/safe_text.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/label.hpp"
#include "host/cli/text.hpp"
#include "host/explain/data_elements.hpp"
#include "host/explain/tag_names.hpp"

namespace sesame::cli {

namespace {

struct TlvOptions {
  std::vector<std::string> hex;
  bool json = false;
};

using Json = nlohmann::ordered_json;
using explain::tag_name;
using explain::TagForm;
using explain::TagName;

// What stands somewhere in the bytes: a data object, padding, a status word at the end, or what is none of
// these, to the end.
struct Node {
  enum class Kind { object, padding, status, rest };
  Kind kind = Kind::object;
  std::size_t offset = 0;  // from the start of all
  Bytes bytes;             // of an object: its value
  emv::Tag tag = 0;
  bool constructed = false;
  std::vector<Node> inside;
  std::optional<emv::TlvError> error;  // why the rest is no object
};

using Nodes = std::vector<Node>;

Nodes nodes(Bytes bytes, std::size_t base, int depth) {
  Nodes all;
  std::size_t at = 0;
  emv::TlvReader reader(bytes);
  const auto rest = [&](emv::TlvError error) {
    all.push_back({Node::Kind::rest, base + at, bytes.subspan(at), 0, false, {}, error});
  };
  for (;;) {
    if (reader.offset() > at) {
      all.push_back(
          {Node::Kind::padding, base + at, bytes.subspan(at, reader.offset() - at), 0, false, {}, {}});
      at = reader.offset();
    }
    if (!reader.more()) return all;
    if (depth > emv::kMaxDepth) return rest(emv::TlvError::nested_too_deep), all;
    const auto element = reader.next();
    if (!element) return rest(element.error()), all;
    Node node{Node::Kind::object, base + at, element->value, element->tag, element->constructed(), {}, {}};
    if (node.constructed) node.inside = nodes(node.bytes, node.offset + element->header, depth + 1);
    at += element->header + element->value.size();
    all.push_back(std::move(node));
  }
}

// A whole response has SW1 SW2 after its objects. 9000 would be an empty object, and is none: no card has
// that.
Nodes nodes_of_response(Bytes bytes) {
  const std::size_t data = bytes.size() < 2 ? 0 : bytes.size() - 2;
  const Bytes sw = bytes.subspan(data);
  if (data == 0 || !emv::sw::is_status_word(static_cast<std::uint16_t>(sw[0] << 8 | sw[1]))) {
    return nodes(bytes, 0, 1);
  }
  const bool ok = sw[0] == 0x90 && sw[1] == 0x00;
  if (emv::check(bytes.first(data)).error || (!ok && !emv::check(bytes).error)) return nodes(bytes, 0, 1);
  Nodes all = nodes(bytes.first(data), 0, 1);
  all.push_back({Node::Kind::status, data, sw, 0, false, {}, {}});
  return all;
}

std::string tag_text(emv::Tag tag) { return fmt::format("{:02X}", tag); }

// ---- in words

// A list's entries, a line each, as far as it is one.
void print_dol(Bytes dol, int depth) {
  std::size_t at = 0;
  for (emv::DolReader reader(dol); reader.more();) {
    const auto entry = reader.next();
    if (!entry) {
      return print_line(
          fmt::format("{:{}}(no list from its byte {}: {})", "", 2 * depth, at, to_string(entry.error())));
    }
    const std::string tag = tag_text(entry->tag);
    at += tag.size() / 2 + 1;
    print_line(fmt::format("{:{}}{:<5} {:>3} {:<5}  {}", "", 2 * depth, tag, entry->length,
                           entry->length == 1 ? "byte" : "bytes", tag_name(entry->tag).name));
  }
}

// The letters of a name are those that the issuer says, beside it.
std::optional<int> code_table_of(const Nodes& siblings, emv::Tag tag) {
  const auto index = std::find_if(siblings.begin(), siblings.end(), [](const Node& node) {
    return node.tag == emv::tag::issuer_code_table_index;
  });
  return tag == emv::tag::preferred_name && index != siblings.end() ? explain::code_table(index->bytes)
                                                                    : std::nullopt;
}

std::string meaning(const Node& node, TagForm form, const Nodes& siblings) {
  if (form != TagForm::text) return "";
  return fmt::format("  \"{}\"", safe::one_line(label_text(node.bytes, code_table_of(siblings, node.tag))));
}

void print(const Nodes& all, int depth) {
  for (const Node& node : all) {
    const std::string indent(static_cast<std::size_t>(2 * depth), ' ');
    if (node.kind == Node::Kind::padding) {
      const std::size_t size = node.bytes.size();
      print_line(
          fmt::format("{}(padding, {} byte{})  {}", indent, size, size == 1 ? "" : "s", hex(node.bytes)));
      continue;
    }
    if (node.kind == Node::Kind::rest) {
      print_line(fmt::format("{}(not TLV from byte {}: {})  {}", indent, node.offset, to_string(*node.error),
                             hex(node.bytes)));
      continue;
    }
    if (node.kind == Node::Kind::status) {
      print_line(fmt::format("{}(status word)  {}", indent, hex(node.bytes)));
      continue;
    }
    const TagName name = tag_name(node.tag);
    print_line(fmt::format("{}{:<5} {}{}{}{}", indent, tag_text(node.tag), name.name,
                           name.name.empty() ? "(unknown)" : "",
                           node.constructed ? "" : "  " + hex(node.bytes),
                           node.constructed ? "" : meaning(node, name.form, all)));
    print(node.inside, depth + 1);
    if (name.form == TagForm::dol) print_dol(node.bytes, depth + 1);
    for (const std::string& line : explain::explain_value(node.tag, node.bytes)) {
      print_line(fmt::format("{}  {}", indent, line));
    }
  }
}

// ---- as JSON

Json dol_json(Bytes dol) {
  Json entries = Json::array();
  std::size_t at = 0;
  for (emv::DolReader reader(dol); reader.more();) {
    const auto entry = reader.next();
    if (!entry) {
      entries.push_back({{"error", to_string(entry.error())}, {"offset", at}});
      break;
    }
    const std::string tag = tag_text(entry->tag);
    at += tag.size() / 2 + 1;
    entries.push_back({{"tag", tag}, {"length", entry->length}, {"name", tag_name(entry->tag).name}});
  }
  return entries;
}

Json json(const Nodes& all);

Json json(const Node& node, const Nodes& siblings) {
  switch (node.kind) {
    case Node::Kind::padding: return {{"padding", hex(node.bytes)}};
    case Node::Kind::status: return {{"status_word", hex(node.bytes)}};
    case Node::Kind::rest:
      return {{"error", to_string(*node.error)}, {"offset", node.offset}, {"bytes", hex(node.bytes)}};
    case Node::Kind::object: break;
  }
  const TagName name = tag_name(node.tag);
  Json out{{"tag", tag_text(node.tag)}, {"name", name.name}};
  if (node.constructed) {
    out["children"] = json(node.inside);
    return out;
  }
  out["value"] = hex(node.bytes);
  if (name.form == TagForm::text) out["text"] = label_text(node.bytes, code_table_of(siblings, node.tag));
  if (name.form == TagForm::dol) out["list"] = dol_json(node.bytes);
  if (auto lines = explain::explain_value(node.tag, node.bytes); !lines.empty())
    out["meaning"] = std::move(lines);
  return out;
}

Json json(const Nodes& all) {
  Json array = Json::array();
  for (const Node& node : all) array.push_back(json(node, all));
  return array;
}

// ---- what is wrong

// The first that is no object, and what it is in.
const Node* first_rest(const Nodes& all, std::string& in) {
  for (const Node& node : all) {
    if (node.kind == Node::Kind::rest) return &node;
    if (const Node* const found = first_rest(node.inside, in)) {
      in.insert(0, tag_text(node.tag) + (in.empty() ? "" : ", "));
      return found;
    }
  }
  return nullptr;
}

void tlv(const TlvOptions& options) {
  const auto bytes = read_hex("HEX", options.hex);
  const Nodes all = nodes_of_response(bytes);
  options.json ? print_json(json(all), 2) : print(all, 0);
  std::string in;
  const Node* const rest = first_rest(all, in);
  if (rest == nullptr) return;
  throw Failure(Failure::invalid, fmt::format("HEX: byte {}: {}{}", rest->offset, to_string(*rest->error),
                                              in.empty() ? "" : fmt::format(" (in {})", in)));
}

}  // namespace

void add_tlv(const Command& parent) {
  const auto options = std::make_shared<TlvOptions>();
  const Command command(parent, "tlv", "explain BER-TLV data");
  command.option("HEX", options->hex, kHexHelp).required();
  command.flag("--json", options->json, "print JSON");
  command.run([options] { tlv(*options); });
}

}  // namespace sesame::cli
