// Any lines to `sesame mcp`, one after the other: an answer is one of JSON-RPC, to the id that was asked or
// to none, and can be said on one line; a tool that refuses says why.
#include "sim/mcp/mcp_server.hpp"

#include "host/base/safe_json.hpp"
#include "sim/mcp/readers_api.hpp"
#include "tests/fuzz/lines.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

using Json = sim::McpServer::Json;

void check(const Json& answer) {
  require(answer.is_object() && answer.at("jsonrpc") == "2.0", "it is JSON-RPC");
  const Json& id = answer.at("id");
  require(id.is_null() || id.is_string() || id.is_number_integer(), "its id is one");
  require(answer.contains("result") != answer.contains("error"), "it is a result or an error");
  if (answer.contains("error")) {
    const int code = answer["error"]["code"].get<int>();
    require(code == -32022 || (code <= -32600 && code >= -32602) || code == -32700,
            "its code is the protocol's");
    require(!answer["error"]["message"].get<std::string>().empty(), "it says why");
  } else if (answer["result"].contains("isError") && answer["result"]["isError"] == true) {
    require(!answer["result"]["content"][0]["text"].get<std::string>().empty(), "a refusal says why");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sim::Tools tools(sim::own_readers(std::nullopt));
  sim::McpServer server(tools, "1");
  for (const std::string_view line : lines_of(text_of(data, size))) {
    const auto answer = server.answer(line);
    if (!answer) continue;
    require(safe::json(*answer).find('\n') == std::string::npos, "it is one line");
    if (!answer->is_array()) {
      check(*answer);
      continue;
    }
    for (const Json& one : *answer) check(one);
  }
  return 0;
}
