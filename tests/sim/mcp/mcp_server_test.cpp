// The protocol, without descriptors: lines in, lines out.
#include "sim/mcp/mcp_server.hpp"

#include <catch2/catch.hpp>

#include <string>

#include "sim/mcp/readers_api.hpp"

namespace sesame::sim {

namespace {

using Json = McpServer::Json;

struct Served {
  Tools tools{own_readers(std::nullopt)};
  McpServer server{tools, "1.2.3"};

  std::optional<Json> say(const std::string& line) { return server.answer(line); }
  Json ask(const std::string& method, const Json& params = Json::object()) {
    const auto answer =
        say(Json{{"jsonrpc", "2.0"}, {"id", 7}, {"method", method}, {"params", params}}.dump());
    REQUIRE(answer);
    CHECK(answer->at("jsonrpc") == "2.0");
    CHECK(answer->at("id") == 7);
    return *answer;
  }
  Json result(const std::string& method, const Json& params = Json::object()) {
    const Json answer = ask(method, params);
    INFO(answer.dump());
    REQUIRE(answer.contains("result"));
    return answer["result"];
  }
  // 0: there is none.
  int error(const std::string& method, const Json& params = Json::object()) {
    const Json answer = ask(method, params);
    INFO(answer.dump());
    return answer.contains("error") ? answer["error"]["code"].get<int>() : 0;
  }
  void initialize(const std::string& version = "2025-11-25") {
    CHECK(result("initialize", {{"protocolVersion", version}})["protocolVersion"] == version);
  }
};

Json meta(const Json& version = "2026-07-28") {
  return {{"_meta",
           {{"io.modelcontextprotocol/protocolVersion", version},
            {"io.modelcontextprotocol/clientCapabilities", Json::object()}}}};
}

}  // namespace

TEST_CASE("initialize agrees on the client's version, or says the newest that has initialize") {
  Served served;
  for (const char* version : {"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"})
    served.initialize(version);
  for (const char* version : {"2024-10-07", "2026-07-28", "3000-01-01", ""}) {
    CHECK(served.result("initialize", {{"protocolVersion", version}})["protocolVersion"] == "2025-11-25");
  }
  const Json answer = served.result("initialize", {{"protocolVersion", "2025-11-25"}});
  CHECK(answer["serverInfo"]["name"] == "sesame");
  CHECK(answer["serverInfo"]["version"] == "1.2.3");
  CHECK(answer["capabilities"] == Json{{"tools", Json::object()}});
  CHECK(answer["instructions"].get<std::string>().find("create_reader") != std::string::npos);
  CHECK(served.error("initialize", {{"protocolVersion", 1}}) == -32602);
  CHECK(served.error("initialize") == -32602);
}

TEST_CASE("before initialize there is nothing but ping") {
  Served served;
  CHECK(served.result("ping") == Json::object());
  CHECK(served.error("tools/list") == -32600);
  CHECK(served.error("tools/call", {{"name", "list_cards"}}) == -32600);
  served.initialize();
  CHECK(served.result("tools/list")["tools"].size() == 19);
}

TEST_CASE("a request of 2026-07-28 needs no initialize, and says its version each time") {
  Served served;
  const Json found = served.result("server/discover", meta());
  CHECK(found["resultType"] == "complete");
  CHECK(found["supportedVersions"][0] == "2026-07-28");
  CHECK(found["capabilities"]["tools"] == Json::object());
  CHECK(found["_meta"]["io.modelcontextprotocol/serverInfo"]["version"] == "1.2.3");
  const Json list = served.result("tools/list", meta());
  CHECK(list["cacheScope"] == "public");
  CHECK(list["ttlMs"].get<int>() > 0);
  Json call = meta();
  call["name"] = "list_cards";
  const Json result = served.result("tools/call", call);
  CHECK(result["resultType"] == "complete");
  CHECK(result["isError"] == false);
  CHECK_FALSE(result.contains("ttlMs"));
  CHECK(served.error("ping", meta()) == -32601);
  CHECK(served.error("initialize", meta()) == -32601);
  CHECK(served.error("tools/list") == -32600);  // and nothing of it lasts
}

TEST_CASE("a version that is not known is refused with those that are") {
  Served served;
  const Json answer = served.ask("tools/list", meta("2030-01-01"));
  CHECK(answer["error"]["code"] == -32022);
  CHECK(answer["error"]["data"]["requested"] == "2030-01-01");
  CHECK(answer["error"]["data"]["supported"].size() == 5);
  CHECK(served.error("tools/list", meta(5)) == -32602);
  CHECK(served.error("server/discover") == -32602);
  CHECK(served.error("tools/list",
                     {{"_meta", {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"}}}}) == -32602);
  CHECK(served.error("tools/list", {{"_meta", 1}}) == -32602);
}

TEST_CASE("what is no message is answered by an error without an id") {
  struct Row {
    const char* line;
    int code;
  };
  Served served;
  served.initialize();
  for (const Row& row :
       {Row{"{", -32700}, Row{"hello", -32700}, Row{"\xff", -32700}, Row{"{}}", -32700}, Row{"1", -32600},
        Row{"null", -32600}, Row{"[]", -32600}, Row{R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", -32600},
        Row{"{}", -32600}, Row{R"({"jsonrpc":"1.0","method":"ping"})", -32600},
        Row{R"({"jsonrpc":"2.0","method":7})", -32600},
        Row{R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600},
        Row{R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", -32600},
        Row{R"({"jsonrpc":"2.0","id":{},"method":"ping"})", -32600}}) {
    INFO(row.line);
    const auto answer = served.say(std::string(row.line));
    REQUIRE(answer);
    CHECK(answer->at("error")["code"] == row.code);
    CHECK(answer->at("id").is_null());
  }
}

TEST_CASE("no depth of nesting is too much") {
  Served served;
  for (const std::string& open : {std::string("["), std::string("{\"a\":")}) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += open;
    CHECK(served.say(deep)->at("error")["code"] == -32700);
  }
  const std::string before = R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)",
                    keys = std::string(64, '[') + std::string(64, ']');
  const std::string deep = before + R"({"name":"press_keys","arguments":{"keys":)" + keys + "}}}";
  CHECK(served.say(deep)->at("error")["code"] == -32700);
}

TEST_CASE("an id comes back as it was, and with an error, too") {
  Served served;
  for (const Json& id : {Json("a"), Json(0), Json(-1), Json(std::uint64_t{18'446'744'073'709'551'615u})}) {
    CHECK(served.say(Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", "ping"}}.dump())->at("id") == id);
    CHECK(served.say(Json{{"jsonrpc", "2.0"}, {"id", id}, {"method", "no"}}.dump())->at("id") == id);
    CHECK(served.say(Json{{"jsonrpc", "2.0"}, {"id", id}}.dump())->at("id") == id);
  }
}

TEST_CASE("what asks for nothing gets no answer") {
  Served served;
  for (const char* line :
       {"", "  \r", R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})",
        R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":"list_cards"}})",
        R"({"jsonrpc":"2.0","id":1,"result":{}})", R"({"jsonrpc":"2.0","id":1,"error":{}})"}) {
    INFO(line);
    CHECK_FALSE(served.say(std::string(line)));
  }
}

TEST_CASE("methods and parameters that are not there are named errors") {
  Served served;
  served.initialize();
  CHECK(served.error("resources/list") == -32601);
  CHECK(served.error("tools/list", {{"cursor", "x"}}) == -32602);
  CHECK(served.error("tools/call") == -32602);
  CHECK(served.error("tools/call", {{"name", 1}}) == -32602);
  CHECK(served.error("tools/call", {{"name", "no_such_tool"}}) == -32602);
  CHECK(served.error("tools/call", {{"name", "list_cards"}, {"arguments", Json::array()}}) == -32602);
  CHECK(served.say(R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})")->at("error")["code"] ==
        -32602);
}

TEST_CASE("batches are of 2025-03-26 alone") {
  Served served;
  const std::string batch = R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"n"},5])";
  served.initialize("2025-03-26");
  const auto answer = served.say(batch);
  REQUIRE(answer->is_array());
  CHECK(answer->size() == 2);
  CHECK(answer->at(0)["result"] == Json::object());
  CHECK(answer->at(1)["error"]["code"] == -32600);
  CHECK_FALSE(served.say(R"([{"jsonrpc":"2.0","method":"n"}])"));
  served.initialize("2025-06-18");
  CHECK(served.say(batch)->at("error")["code"] == -32600);
}

}  // namespace sesame::sim
