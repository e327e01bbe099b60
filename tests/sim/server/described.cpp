#include "tests/sim/server/described.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <vector>

#include "sim/server/openapi.hpp"
#include "tests/sim/server/schema.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::json;

std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> out;
  std::istringstream in(path);
  for (std::string one; std::getline(in, one, '/');) out.push_back(one);
  if (path.ends_with('/')) out.emplace_back();
  return out;
}

bool fits(const std::string& pattern, const std::string& path) {
  const auto wanted = segments(pattern), given = segments(path);
  return wanted.size() == given.size() &&
         std::equal(wanted.begin(), wanted.end(), given.begin(),
                    [](auto& a, auto& b) { return a == b || (!a.empty() && a[0] == '{' && !b.empty()); });
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

const Json* operation(const Json& description, const std::string& method, const std::string& path) {
  for (const auto& [pattern, methods] : description["paths"].items()) {
    if (fits(pattern, path) && methods.contains(lower(method))) return &methods[lower(method)];
  }
  return nullptr;
}

}  // namespace

const Json& openapi() {
  static const Json document = Json::parse(openapi_text());
  return document;
}

std::string undescribed(const Json& description, const std::string& method, const std::string& path,
                        int status, const std::string& type, const std::string& body) {
  const Schema schema(description);
  const Json* found = operation(description, method == "HEAD" ? "GET" : method, path);
  const std::string short_type = type.substr(0, type.find(';'));
  if (found == nullptr || status == 405 || status == 414 || status == 431 ||
      (status == 400 && !found->at("responses").contains("400"))) {
    if (status < 400) return "no operation for " + method + " " + path;
    return schema.mistake(description["components"]["schemas"]["Error"], Json::parse(body));
  }
  const std::string key = std::to_string(status);
  if (!found->at("responses").contains(key)) {
    return found->at("operationId").get<std::string>() + " does not describe " + key + " " + body;
  }
  const Json& response = schema.resolve(found->at("responses").at(key));
  if (!response.contains("content")) return body.empty() ? "" : "a body where none is described";
  if (!response["content"].contains(short_type)) return key + " is not described as " + short_type;
  const Json& content = response["content"][short_type];
  if (short_type != "application/json" || !content.contains("schema")) return "";
  if (path.compare(0, 8, "/assets/") == 0) return "";
  return schema.mistake(content["schema"], Json::parse(body));
}

std::string undescribed(const std::string& method, const std::string& path, int status,
                        const std::string& type, const std::string& body) {
  return undescribed(openapi(), method, path, status, type, body);
}

std::string undescribed_request(const Json& description, const std::string& method, const std::string& path,
                                const std::map<std::string, std::string>& query, const std::string& body) {
  const Schema schema(description);
  const Json* found = operation(description, method == "HEAD" ? "GET" : method, path);
  if (found == nullptr) return "no operation for " + method + " " + path;
  const Json parameters = found->value("parameters", Json::array());
  for (const auto& [name, value] : query) {
    const std::string& asked = name;  // which a lambda may capture
    const bool described = std::any_of(parameters.begin(), parameters.end(), [&](const Json& one) {
      return one["in"] == "query" && one["name"] == asked;
    });
    if (!described) return "a query with " + name + ", which is not described";
  }
  if (!found->contains("requestBody")) return body.empty() ? "" : "a body where none is described";
  const Json& content = (*found)["requestBody"]["content"];
  if (!content.contains("application/json")) return "";
  return schema.mistake(content["application/json"]["schema"], Json::parse(body.empty() ? "{}" : body));
}

std::string undescribed_event(const std::string& data) {
  return Schema(openapi()).mistake(openapi()["components"]["schemas"]["Event"], Json::parse(data));
}

}  // namespace sesame::sim
