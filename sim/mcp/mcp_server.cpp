#include "sim/mcp/mcp_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/mcp/bounded_json.hpp"

namespace sesame::sim {

namespace {

using Json = McpServer::Json;

constexpr std::string_view kModern = "2026-07-28";
constexpr std::array<std::string_view, 4> kInitialized{"2025-11-25", "2025-06-18", "2025-03-26",
                                                       "2024-11-05"};
constexpr std::string_view kWithBatches = "2025-03-26";  // and no other

constexpr const char* kMetaVersion = "io.modelcontextprotocol/protocolVersion";
constexpr const char* kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";
constexpr const char* kMetaServer = "io.modelcontextprotocol/serverInfo";
constexpr int kListMs = 3'600'000;  // how long a client may keep the list: it does not change

constexpr const char* kInstructions =
    "Card readers and test cards as software, to test logins and signatures that ask for a one-time code of "
    "a "
    "card reader. create_reader once for each customer, with the customer's card; get_code whenever the site "
    "asks "
    "for a code, with the inputs that the site shows; type the code into the site. Time stands still in a "
    "reader "
    "until advance_time. A site accepts a code once: ask for a new one for each try. The cards are test "
    "cards: "
    "they open nothing real.";

// JSON-RPC 2.0, 5.1; and MCP's.
struct RpcError {
  enum Code {
    parse_error = -32700,
    invalid_request = -32600,
    method_not_found = -32601,
    invalid_params = -32602,
    internal_error = -32603,
    unsupported_version = -32022,
  };
  Code code;
  std::string message;
  Json data = nullptr;
};

Json error_message(const Json& id, const RpcError& error) {
  Json body = {{"code", static_cast<int>(error.code)}, {"message", error.message}};
  if (!error.data.is_null()) body["data"] = error.data;
  return {{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(body)}};
}

bool can_be_id(const Json& id) { return id.is_string() || id.is_number_integer(); }

RpcError unknown_method(const std::string& method) {
  return {RpcError::method_not_found, fmt::format("there is no method '{}'", method.substr(0, 64))};
}

Json supported_versions() {
  Json versions = Json::array({kModern});
  for (const std::string_view version : kInitialized) versions.push_back(version);
  return versions;
}

}  // namespace

std::optional<Json> McpServer::answer(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == std::string_view::npos) return std::nullopt;
  const auto message = parse_bounded(line);
  if (!message) return error_message(nullptr, {RpcError::parse_error, "the line is no JSON, or too deep"});
  if (!message->is_array()) return answer_one(*message);
  if (agreed_ != kWithBatches || message->empty()) {
    return error_message(nullptr, {RpcError::invalid_request, "one message a line: no batch"});
  }
  auto answers = Json::array();
  for (const Json& one : *message) {
    if (auto answer = answer_one(one)) answers.push_back(std::move(*answer));
  }
  if (answers.empty()) return std::nullopt;
  return answers;
}

Json McpServer::refuse_line() const {
  return error_message(
      nullptr, {RpcError::parse_error, fmt::format("the line is longer than {} bytes", kLongestLine)});
}

std::optional<Json> McpServer::answer_one(const Json& message) {
  const bool object = message.is_object();
  const Json id = object && message.contains("id") ? message["id"] : Json(nullptr);
  const auto wrong = [&](const char* why) {
    return error_message(can_be_id(id) ? id : Json(nullptr), {RpcError::invalid_request, why});
  };
  if (!object || message.value("jsonrpc", Json()) != "2.0") return wrong("no message of JSON-RPC 2.0");
  if (!message.contains("method")) {
    const bool response = message.contains("result") || message.contains("error");
    if (response) return std::nullopt;  // nothing was asked
    return wrong("there is no method");
  }
  if (!message["method"].is_string()) return wrong("the method must be a text");
  if (message.contains("id") && !can_be_id(id)) return wrong("the id must be a text or a whole number");
  if (!message.contains("id")) return std::nullopt;  // a notification: there is none that changes anything
  try {
    const Json params = message.value("params", Json::object());
    if (!params.is_object()) throw RpcError{RpcError::invalid_params, "params must be an object"};
    return Json{
        {"jsonrpc", "2.0"}, {"id", id}, {"result", result(message["method"].get<std::string>(), params)}};
  } catch (const RpcError& error) {
    return error_message(id, error);
  } catch (const std::exception&) {
    return error_message(id, {RpcError::internal_error, "this should not happen; please report it"});
  }
}

Json McpServer::result(const std::string& method, const Json& params) {
  const Json meta = params.value("_meta", Json::object());
  if (!meta.is_object()) throw RpcError{RpcError::invalid_params, "_meta must be an object"};
  if (meta.contains(kMetaVersion)) return modern(method, params, meta);
  if (method == "initialize") return initialize(params);
  if (method == "ping") return Json::object();
  if (method == "server/discover") {
    throw RpcError{RpcError::invalid_params, fmt::format("_meta must have {}", kMetaVersion)};
  }
  if (method != "tools/list" && method != "tools/call") throw unknown_method(method);
  if (agreed_.empty()) {
    throw RpcError{RpcError::invalid_request,
                   fmt::format("first comes initialize; or {} in _meta, as of {}", kMetaVersion, kModern)};
  }
  return method == "tools/list" ? list(params) : call(params);
}

Json McpServer::modern(const std::string& method, const Json& params, const Json& meta) {
  const Json& version = meta[kMetaVersion];
  if (!version.is_string()) throw RpcError{RpcError::invalid_params, "the protocol version must be a text"};
  if (version != kModern) {
    throw RpcError{RpcError::unsupported_version,
                   "unsupported protocol version",
                   {{"supported", supported_versions()}, {"requested", version}}};
  }
  if (!meta.contains(kMetaCapabilities) || !meta[kMetaCapabilities].is_object()) {
    throw RpcError{RpcError::invalid_params, fmt::format("_meta must have {}", kMetaCapabilities)};
  }
  Json result = {{"resultType", "complete"}};
  if (method == "server/discover") {
    result.update({{"supportedVersions", supported_versions()},
                   {"capabilities", {{"tools", Json::object()}}},
                   {"instructions", kInstructions}});
  } else if (method == "tools/list") {
    result.update(list(params));
  } else if (method == "tools/call") {
    result.update(call(params));
  } else {
    throw unknown_method(method);
  }
  if (method != "tools/call") {
    result["ttlMs"] = kListMs;
    result["cacheScope"] = "public";
  }
  result["_meta"] = {{kMetaServer, server_info()}};
  return result;
}

Json McpServer::initialize(const Json& params) {
  if (!params.contains("protocolVersion") || !params["protocolVersion"].is_string()) {
    throw RpcError{RpcError::invalid_params, "initialize needs a protocolVersion"};
  }
  const auto wanted = params["protocolVersion"].get<std::string>();
  const bool known = std::find(kInitialized.begin(), kInitialized.end(), wanted) != kInitialized.end();
  agreed_ = known ? wanted : kInitialized.front();
  return {{"protocolVersion", agreed_},
          {"capabilities", {{"tools", Json::object()}}},
          {"serverInfo", server_info()},
          {"instructions", kInstructions}};
}

Json McpServer::list(const Json& params) const {
  if (params.contains("cursor"))
    throw RpcError{RpcError::invalid_params, "there is one page, without a cursor"};
  return {{"tools", tools_.list()}};
}

Json McpServer::call(const Json& params) {
  const Json name = params.value("name", Json()), arguments = params.value("arguments", Json::object());
  if (!name.is_string()) throw RpcError{RpcError::invalid_params, "tools/call needs the name of a tool"};
  if (!arguments.is_object()) throw RpcError{RpcError::invalid_params, "arguments must be an object"};
  const auto tool = name.get<std::string>();
  if (!tools_.has(tool)) {
    throw RpcError{RpcError::invalid_params, fmt::format("there is no tool '{}'", tool.substr(0, 64))};
  }
  return tools_.call(tool, arguments);
}

Json McpServer::server_info() const {
  return {{"name", "sesame"}, {"title", "Sésame card readers"}, {"version", version_}};
}

}  // namespace sesame::sim
