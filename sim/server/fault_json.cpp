#include "sim/server/fault_json.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/http/json_body.hpp"
#include "sim/http/message.hpp"

namespace sesame::sim {

namespace {

using document::Table;
using document::Value;
using Json = nlohmann::ordered_json;
using Type = FaultField::Type;

constexpr std::size_t kMostFaults = 32, kFaultName = 128;

const FaultShape& shape_named(const Value& kind) {
  const std::string_view name = kind.text(kFaultName);
  std::string all;
  for (const FaultShape& shape : fault_shapes()) {
    if (shape.name == name) return shape;
    all += fmt::format("{}{}", all.empty() ? "" : ", ", shape.name);
  }
  throw ApiError{400, "bad_fault", fmt::format("{} is no kind of fault", kind.path()), "one of " + all};
}

void read_field(const Value& value, const FaultField& field, Fault& fault) {
  switch (field.type) {
    case Type::number: fault.*field.number = value.number<std::uint32_t>(0, field.most); return;
    case Type::hex: fault.*field.number = hex_digits(value, field.most); return;
    case Type::text: fault.key = value.text(field.most); return;
    case Type::step: fault.stage = value.enumerator<Stage>(); return;
    case Type::flag: fault.once = value.boolean(); return;
  }
}

Fault fault(const Value& value) {
  Table table(value);
  const FaultShape& shape = shape_named(table.at("kind"));
  std::vector<std::pair<const FaultField*, std::optional<Value>>> given;
  for (const FaultField* field : shape.fields) {
    given.emplace_back(field, field->required ? table.at(field->name) : table.find(field->name));
  }
  table.done();
  Fault fault;
  fault.kind = shape.kind;
  for (const auto& [field, one] : given) {
    if (one) read_field(*one, *field, fault);
  }
  return fault;
}

Json number_json(const FaultField& field, std::uint32_t number) {
  if (field.type == Type::hex) return fmt::format("{:0{}X}", number, field.most);
  return number;
}

Json field_json(const FaultField& field, const Fault& fault) {
  switch (field.type) {
    case Type::number:
    case Type::hex: return number_json(field, fault.*field.number);
    case Type::text: return fault.key;
    case Type::step: return fault.stage ? Json(name_of(*fault.stage)) : Json(nullptr);
    case Type::flag: return fault.once;
  }
  return nullptr;
}

// What a form begins with; nothing: as if it were not there.
Json suggestion(const FaultField& field, std::uint32_t suggested) {
  if (field.type == Type::step || field.type == Type::flag) return nullptr;
  if (field.type == Type::text) return std::to_string(suggested);
  return number_json(field, suggested);
}

std::string_view type_of(const FaultField& field) {
  if (field.type == Type::number) return "integer";
  return field.type == Type::flag ? "boolean" : "string";
}

Json field_schema(const FaultField& field) {
  Json schema = {{"type", type_of(field)}, {"description", field.description}};
  switch (field.type) {
    case Type::number:
      schema["minimum"] = 0;
      schema["maximum"] = field.most;
      break;
    case Type::hex: schema["pattern"] = fmt::format("^[0-9A-Fa-f]{{{}}}$", field.most); break;
    case Type::text: schema["maxLength"] = field.most; break;
    case Type::step: schema["enum"] = names(Stage{}); break;
    case Type::flag: break;
  }
  return schema;
}

}  // namespace

Faults faults(const Value& body) {
  Table table(body);
  const Value list = table.at("faults");
  table.done();
  Faults out;
  for (const Value& one : list.list(0, kMostFaults)) out.push_back(fault(one));
  return out;
}

Json faults_json(const Faults& faults) {
  auto all = Json::array();
  for (const Fault& fault : faults) {
    Json one = {{"kind", to_string(fault.kind)}};
    for (const FaultField* field : shape_of(fault.kind).fields) {
      if (says(fault, *field)) one[std::string(field->name)] = field_json(*field, fault);
    }
    all.push_back(std::move(one));
  }
  return all;
}

Json fault_shapes_json() {
  auto all = Json::array();
  for (const FaultShape& shape : fault_shapes()) {
    auto fields = Json::object(), suggested = Json::object();
    auto required = Json::array();
    for (std::size_t i = 0; i < shape.fields.size(); ++i) {
      const FaultField& field = *shape.fields[i];
      const std::string name(field.name);
      fields[name] = field_schema(field);
      if (Json begin = suggestion(field, shape.suggested[i]); !begin.is_null())
        suggested[name] = std::move(begin);
      if (field.required) required.push_back(name);
    }
    all.push_back({{"kind", shape.name},
                   {"description", shape.description},
                   {"fields", std::move(fields)},
                   {"required", std::move(required)},
                   {"suggested", std::move(suggested)}});
  }
  return all;
}

namespace {

// "StatusWordFault" of "status_word".
std::string schema_name(std::string_view kind) {
  std::string name;
  bool begins = true;
  for (const char c : kind) {
    if (c != '_') name += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = c == '_';
  }
  return name + "Fault";
}

}  // namespace

void add_fault_schemas(Json& schemas) {
  auto kinds = Json::array(), mapping = Json::object();
  for (const Json& shape : fault_shapes_json()) {
    const std::string kind = shape["kind"], name = schema_name(kind),
                      reference = "#/components/schemas/" + name;
    Json properties = {{"kind", {{"type", "string"}, {"const", kind}}}};
    properties.update(shape["fields"]);
    auto required = Json::array({"kind"});
    required.insert(required.end(), shape["required"].begin(), shape["required"].end());
    schemas[name] = {{"type", "object"},
                     {"description", shape["description"]},
                     {"required", std::move(required)},
                     {"properties", std::move(properties)},
                     {"additionalProperties", false}};
    kinds.push_back({{"$ref", reference}});
    mapping[kind] = reference;
  }
  schemas["Fault"] = {{"description", "what is broken, by its kind"},
                      {"oneOf", std::move(kinds)},
                      {"discriminator", {{"propertyName", "kind"}, {"mapping", std::move(mapping)}}}};
}

}  // namespace sesame::sim
