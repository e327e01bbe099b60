#include <memory>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/tlv.hpp"
#include "host/base/safe_text.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/label.hpp"
#include "host/cli/tag_names.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct TlvOptions {
  std::vector<std::string> hex;  // joined
  bool json = false;
};

using Json = nlohmann::ordered_json;

constexpr emv::Tag kCodeTableIndex = 0x9F11, kPreferredName = 0x9F12;

// What stands somewhere in the bytes: a data object, padding, or what is neither, to the end.
struct Node {
  enum class Kind { object, padding, rest };
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

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += part;
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
    print_line(fmt::format("{:{}}{:<5} {:>3} bytes  {}", "", 2 * depth, tag, entry->length,
                           tag_name(entry->tag).name));
  }
}

// The letters of a name are those that the issuer says, beside it.
std::optional<int> code_table_of(const Nodes& siblings, emv::Tag tag) {
  const auto index = std::find_if(siblings.begin(), siblings.end(),
                                  [](const Node& node) { return node.tag == kCodeTableIndex; });
  return tag == kPreferredName && index != siblings.end() ? code_table(index->bytes) : std::nullopt;
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
    const TagName name = tag_name(node.tag);
    print_line(fmt::format("{}{:<5} {}{}{}{}", indent, tag_text(node.tag), name.name,
                           name.name.empty() ? "(unknown)" : "",
                           node.constructed ? "" : "  " + hex(node.bytes),
                           node.constructed ? "" : meaning(node, name.form, all)));
    print(node.inside, depth + 1);
    if (name.form == TagForm::dol) print_dol(node.bytes, depth + 1);
  }
}

// ---- as JSON

Json json(const Nodes& all) {
  Json array = Json::array();
  for (const Node& node : all) {
    if (node.kind == Node::Kind::padding) {
      array.push_back({{"padding", hex(node.bytes)}});
    } else if (node.kind == Node::Kind::rest) {
      array.push_back(
          {{"error", to_string(*node.error)}, {"offset", node.offset}, {"bytes", hex(node.bytes)}});
    } else if (node.constructed) {
      array.push_back(
          {{"tag", tag_text(node.tag)}, {"name", tag_name(node.tag).name}, {"children", json(node.inside)}});
    } else {
      array.push_back(
          {{"tag", tag_text(node.tag)}, {"name", tag_name(node.tag).name}, {"value", hex(node.bytes)}});
    }
  }
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
  const auto bytes = parse_hex("HEX", joined(options.hex));
  if (bytes.empty()) throw Failure(Failure::invalid, "HEX: no byte at all");
  const Nodes all = nodes(bytes, 0, 1);
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
  command.option("HEX", options->hex, "bytes, with or without spaces").required();
  command.flag("--json", options->json, "print JSON");
  command.run([options] { tlv(*options); });
}

}  // namespace sesame::cli
