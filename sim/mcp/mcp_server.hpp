// The Model Context Protocol, as a server of tools speaks it on standard input and output: JSON-RPC 2.0, one
// message a line (modelcontextprotocol.io). Lines in, lines out; nothing here knows readers, or descriptors.
//
// Both of its kinds are served, also mixed. In 2026-07-28 each request says its version, in `_meta`, and
// nothing of it depends on another. In the versions before, 2025-11-25 to 2024-11-05, `initialize` agrees on
// one.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sim/mcp/tools.hpp"

namespace sesame::sim {

class McpServer {
 public:
  using Json = nlohmann::ordered_json;

  // The tools outlive it. `version`: the program's.
  McpServer(Tools& tools, std::string version) : tools_(tools), version_(std::move(version)) {}

  // The longest line that is read.
  static constexpr std::size_t kLongestLine = 4u << 20;

  // What to send back; nothing: the line was a notification, or an answer, or blank. Never throws: what is no
  // message gets a JSON-RPC error.
  std::optional<Json> answer(std::string_view line);
  // To a line that is longer.
  Json refuse_line() const;

 private:
  std::optional<Json> answer_one(const Json& message);
  Json result(const std::string& method, const Json& params);
  Json modern(const std::string& method, const Json& params, const Json& meta);
  Json initialize(const Json& params);
  Json list(const Json& params) const;
  Json call(const Json& params);
  Json server_info() const;

  Tools& tools_;
  std::string version_;
  std::string agreed_;  // the version of `initialize`; empty: there was none
};

}  // namespace sesame::sim
