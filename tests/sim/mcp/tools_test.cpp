// What each tool does, takes and gives.
#include "sim/mcp/tools.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

#include "sim/reader/faults.hpp"

namespace sesame::sim {

namespace {

using Json = Tools::Json;

struct Agent {
  Tools tools{own_readers(std::nullopt)};

  Json call(const std::string& name, const Json& arguments = Json::object()) {
    const Json result = tools.call(name, arguments);
    INFO(name << " " << arguments.dump() << "\n" << result.dump());
    REQUIRE(result["isError"] == false);
    CHECK(Json::parse(result["content"][0]["text"].get<std::string>()) == result["structuredContent"]);
    return result["structuredContent"];
  }
  std::string refused(const std::string& name, const Json& arguments = Json::object()) {
    const Json result = tools.call(name, arguments);
    INFO(name << " " << arguments.dump() << "\n" << result.dump());
    REQUIRE(result["isError"] == true);
    return result["content"][0]["text"];
  }
  std::string reader(const Json& arguments = {{"card", "sesame-card"}}) {
    return call("create_reader", arguments)["reader"];
  }
  Json tool(const std::string& name) {
    return *std::find_if(tools.list().begin(), tools.list().end(),
                         [&](const Json& one) { return one["name"] == name; });
  }
};

bool begins(const std::string& text, const std::string& beginning) { return text.rfind(beginning, 0) == 0; }

}  // namespace

TEST_CASE("every tool that is told is there, with a description and a schema for each argument") {
  Agent agent;
  for (const Json& tool : agent.tools.list()) {
    INFO(tool.dump());
    CHECK(agent.tools.has(tool["name"].get<std::string>()));
    CHECK(tool["description"].get<std::string>().size() > 20);
    CHECK(tool["inputSchema"]["type"] == "object");
    CHECK(tool["outputSchema"]["type"] == "object");
    for (const Json& argument : tool["inputSchema"]["properties"]) CHECK(argument.contains("description"));
  }
  CHECK_FALSE(agent.tools.has("no_such_tool"));
}

TEST_CASE("an agent logs in: a reader, a code, and the issuer that finds it good once") {
  Agent agent;
  const std::string reader = agent.reader({{"card", "bank-card"}, {"profile", "vasco-810"}});
  const Json first = agent.call("get_code", {{"reader", reader}, {"pin", "1234"}, {"inputs", {"12345678"}}});
  CHECK(first["code"].is_string());
  const Json order = {{"reader", reader}, {"code", first["code"]}, {"challenge", "12345678"}};
  CHECK(agent.call("verify_code", order)["accepted"] == true);
  const Json again = agent.call("verify_code", order);
  CHECK(again["accepted"] == false);
  CHECK(again["outcome"] == "replayed");
  CHECK(again["reason"] != nullptr);
  const Json other =
      agent.call("verify_code", {{"reader", reader}, {"code", first["code"]}, {"challenge", "1"}});
  CHECK(other["accepted"] == false);
}

TEST_CASE("the code is the published one, key by key and in one call") {
  Agent agent;
  const std::string reader = agent.reader();
  agent.call("set_card_state", {{"reader", reader}, {"next_atc", "00B4"}});
  CHECK(agent.call("press_keys", {{"reader", reader}, {"keys", {"CODE"}}})["state"] == "pin");
  CHECK(agent.call("type_digits", {{"reader", reader}, {"digits", "1234"}})["screen"].get<std::string>().find(
            "****") != std::string::npos);
  Json seen = agent.call("press_keys", {{"reader", reader}, {"keys", {"OK"}}});
  while (seen["state"] != "code") seen = agent.call("advance_time", {{"reader", reader}});
  CHECK(seen["code"] == "42511495");
  CHECK(seen["screen"] == "Code Sésame\n4251 1495");
  const Json dark = agent.call("advance_time", {{"reader", reader}, {"ms", 35'000}});
  CHECK(dark["lit"] == false);
  CHECK(dark["screen"] == "");
  agent.call("set_card_state", {{"reader", reader}, {"next_atc", "00B4"}});
  const Json code = agent.call("get_code", {{"reader", reader}, {"pin", "1234"}});
  CHECK(code["code"] == "42511495");
  CHECK(code["atc"] == "00B4");
}

TEST_CASE("the computer at the cable has a text signed, and the issuer finds its code good for that text") {
  Agent agent;
  const std::string reader = agent.reader({{"card", "sesame-card"}, {"profile", "edentifier2"}});
  const auto command = [&](const char* what) {
    return agent.call("send_computer_command", {{"reader", reader}, {"command", what}})["computer"];
  };
  CHECK(command("pin")["answer"] == nullptr);
  const Json pin = agent.call("press_keys", {{"reader", reader}, {"keys", {"1", "2", "3", "4", "OK"}}});
  CHECK(pin["computer"]["answer"] == "ok");
  const Json asked = agent.call("send_computer_command",
                                {{"reader", reader}, {"command", "sign"}, {"text", "Pay 12.34 EUR"}});
  CHECK(asked["screen"].get<std::string>().find("Pay 12.34 EUR") != std::string::npos);
  agent.call("press_keys", {{"reader", reader}, {"keys", {"OK"}}});
  const Json signed_text = command("cryptogram");
  CHECK(signed_text["answer"] == "cryptogram");
  Json order = {{"reader", reader}, {"code", signed_text["code"]}, {"text", "Pay 12.35 EUR"}};
  CHECK(agent.call("verify_code", order)["accepted"] == false);
  order["text"] = "Pay 12.34 EUR";
  CHECK(agent.call("verify_code", order)["accepted"] == true);
  order["tds"] = {"1"};
  CHECK(begins(agent.refused("verify_code", order), "malformed_request"));
  CHECK(agent.refused("send_computer_command", {{"reader", reader}, {"command", "format"}})
            .find("cryptogram") != std::string::npos);
  CHECK(begins(agent.refused("send_computer_command", {{"reader", agent.reader()}, {"command", "pin"}}),
               "no_cable"));
}

TEST_CASE("the issuer follows the counter that is set, and a new card") {
  Agent agent;
  const std::string reader = agent.reader();
  const auto accepted = [&] {
    const Json code = agent.call("get_code", {{"reader", reader}, {"pin", "1234"}})["code"];
    return agent.call("verify_code", {{"reader", reader}, {"code", code}})["accepted"] == true;
  };
  CHECK(accepted());
  agent.call("set_card_state", {{"reader", reader}, {"next_atc", "0BB8"}});
  CHECK(accepted());
  agent.call("set_card_state", {{"reader", reader}, {"tries_left", 3}});
  CHECK(accepted());
  agent.call("insert_card", {{"reader", reader}, {"card", "sesame-card"}});
  CHECK(accepted());
}

TEST_CASE("a code is verified by its card's name, too, and nothing is remembered") {
  Agent agent;
  const Json order = {{"card", "sesame-card"}, {"code", "4251 1495"}, {"last_atc", "00B3"}};
  for (int i = 0; i < 2; ++i) {
    const Json verdict = agent.call("verify_code", order);
    CHECK(verdict["accepted"] == true);
    CHECK(verdict["atc"] == "00B4");
  }
  CHECK(agent.call("verify_code", {{"card", "sesame-card"}, {"code", "42511495"}})["outcome"] ==
        "atc-out-of-range");
  CHECK(
      begins(agent.refused("verify_code", {{"card", "../sesame-card.toml"}, {"code", "1"}}), "unknown_card"));
  CHECK(begins(agent.refused("verify_code", {{"card_toml", "title = 1"}, {"code", "1"}}), "card_toml:1"));
  CHECK(begins(agent.refused("verify_code", {{"code", "1"}}), "malformed_request"));
  CHECK(begins(agent.refused("verify_code", {{"card", "a"}, {"mode", "x"}, {"code", "1"}}), "out_of_range"));
  CHECK(begins(agent.refused("verify_code", {{"card", "a"}, {"last_atc", "1"}, {"code", "1"}}),
               "out_of_range"));
}

TEST_CASE("a wrong PIN is a screen, and a blocked card, and no error of the tool") {
  Agent agent;
  const std::string reader = agent.reader();
  agent.call("set_card_state", {{"reader", reader}, {"tries_left", 1}});
  const Json wrong = agent.call("get_code", {{"reader", reader}, {"pin", "9999"}});
  CHECK(wrong["code"] == nullptr);
  CHECK_FALSE(wrong["screens"].empty());
  CHECK(agent.call("see_screen", {{"reader", reader}})["card"]["state"]["tries_left"] == 0);
}

TEST_CASE("every kind of fault that there is can be set, and is repaired") {
  Agent agent;
  const Json items = agent.tool("set_faults")["inputSchema"]["properties"]["faults"]["items"];
  const std::string reader = agent.reader();
  CHECK(items["properties"]["kind"]["enum"].size() == fault_shapes().size());
  for (const Json& kind : items["properties"]["kind"]["enum"]) {
    Json fault = {{"kind", kind}};
    if (kind == "slow") fault["ms"] = 10;
    if (kind == "status_word") fault.update({{"ins", "AE"}, {"sw", "6985"}});
    if (kind == "stuck_key") fault["key"] = "5";
    INFO(fault.dump());
    CHECK(agent.call("set_faults", {{"reader", reader}, {"faults", {fault}}})["faults"].size() == 1);
  }
  agent.call("set_faults", {{"reader", reader}, {"faults", {{{"kind", "mute"}}}}});
  CHECK(agent.call("get_code", {{"reader", reader}, {"pin", "1234"}})["code"] == nullptr);
  CHECK(agent.call("set_faults", {{"reader", reader}, {"faults", Json::array()}})["faults"].empty());
  CHECK(begins(agent.refused("set_faults", {{"reader", reader}, {"faults", {{{"kind", "slow"}}}}}),
               "missing_field"));
}

TEST_CASE("a screen is a picture, too") {
  Agent agent;
  const Json result = agent.tools.call("see_screen", {{"reader", agent.reader()}, {"picture", true}});
  REQUIRE(result["content"].size() == 2);
  CHECK(result["content"][1]["mimeType"] == "image/png");
  CHECK(begins(result["content"][1]["data"], "iVBORw0KGgo"));  // RFC 4648, of the eight bytes of a PNG
  CHECK(result["content"][1]["data"].get<std::string>().size() % 4 == 0);
}

TEST_CASE("the dialogue has names, and no PIN") {
  Agent agent;
  const std::string reader = agent.reader();
  agent.call("get_code", {{"reader", reader}, {"pin", "1234"}});
  const Json apdus = agent.call("get_dialogue", {{"reader", reader}})["apdus"];
  CHECK(apdus.dump().find("GENERATE AC") != std::string::npos);
  CHECK(apdus.dump().find("241234") == std::string::npos);
}

TEST_CASE("readers are made, listed, reset, emptied and thrown away") {
  Agent agent;
  const std::string reader = agent.reader({{"label", "Alice's"}});
  CHECK(agent.call("see_screen", {{"reader", reader}})["label"] == "Alice's");
  CHECK(agent.call("see_screen", {{"reader", reader}})["card"] == nullptr);
  CHECK(begins(agent.refused("get_code", {{"reader", reader}, {"pin", "1234"}}), "no_card"));
  CHECK(agent.call("insert_card", {{"reader", reader}, {"card", "bank-card"}})["card"]["name"] ==
        "bank-card");
  CHECK(agent.call("list_readers")["readers"][0]["card"] == "bank-card");
  CHECK(agent.call("hold_key", {{"reader", reader}, {"key", "C"}})["reader"] == reader);
  CHECK(agent.call("remove_card", {{"reader", reader}})["card"] == nullptr);
  CHECK(begins(agent.refused("verify_code", {{"reader", reader}, {"code", "1"}}), "unknown_card"));
  CHECK(agent.call("reset_reader", {{"reader", reader}})["lit"] == false);
  CHECK(agent.call("delete_reader", {{"reader", reader}})["deleted"] == reader);
  CHECK(begins(agent.refused("see_screen", {{"reader", reader}}), "unknown_reader"));
  CHECK(agent.call("list_models")["models"].size() > 10);
  CHECK(agent.call("list_cards")["cards"].size() > 2);
}

TEST_CASE("what cannot be is refused with what can") {
  Agent agent;
  const std::string reader = agent.reader();
  CHECK(begins(agent.refused("see_screen"), "missing_argument: see_screen needs reader"));
  CHECK(begins(agent.refused("see_screen", {{"reader", 1}}), "wrong_type: reader must be of type string"));
  CHECK(agent.refused("see_screen", {{"reader", reader}, {"id", 1}}).find("it takes reader, picture") !=
        std::string::npos);
  for (const char* id : {"", "../cards", "r1/otp", "r 1", "r999"}) {
    CHECK(begins(agent.refused("see_screen", {{"reader", id}}), "unknown_reader"));
  }
  CHECK(begins(agent.refused("press_keys", {{"reader", reader}, {"keys", {"CODE", "NO"}}}), "unknown_key"));
  CHECK(begins(agent.refused("press_keys", {{"reader", reader}, {"keys", {1}}}), "wrong_type"));
  CHECK(begins(agent.refused("type_digits", {{"reader", reader}, {"digits", "12C"}}), "out_of_range"));
  CHECK(begins(agent.refused("create_reader", {{"profile", "/etc/passwd"}}), "unknown_profile"));
  CHECK(begins(agent.refused("create_reader", {{"card", "no-card"}}), "unknown_card"));
  CHECK(begins(agent.refused("create_reader", {{"card", "a"}, {"card_toml", "b"}}), "malformed_request"));
  CHECK(begins(agent.refused("advance_time", {{"reader", reader}, {"ms", -1}}), "out_of_range"));
  CHECK(agent.refused("get_code", {{"reader", reader}, {"pin", "98"}}).find("98") == std::string::npos);
}

TEST_CASE("a recorded card gives its code, which cannot be verified") {
  Agent agent;
  const std::string transcript = "# nothing\n";
  CHECK(begins(agent.refused("create_reader", {{"card_transcript", transcript}}), "bad_card"));
  CHECK(agent.refused("verify_code", {{"card_transcript", transcript}, {"code", "1"}}).find("takes no") !=
        std::string::npos);
}

}  // namespace sesame::sim
