#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "host/profile/shipped.hpp"
#include "sim/http/json_body.hpp"
#include "sim/reader/faults.hpp"
#include "sim/server/assets.hpp"
#include "tests/sim/server/checked_api.hpp"

using namespace sesame;
using namespace sesame::sim;
using nlohmann::json;

TEST_CASE("every route is described, and everything described has a route") {
  std::set<std::string> routes, described;
  for (const Api::Route& route : Api::routes()) {
    std::string method(route.method);
    for (char& character : method) character = static_cast<char>(character + 32);
    routes.insert(method + " " + std::string(route.pattern) + " " + std::string(route.operation) +
                  (route.open ? " open" : ""));
  }
  for (const auto& [path, methods] : openapi()["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      described.insert(method + " " + path + " " + operation["operationId"].get<std::string>() +
                       (operation.contains("security") ? " open" : ""));
    }
  }
  CHECK(routes == described);
}

TEST_CASE("a code in one call is what the screen shows") {
  CheckedApi api;
  const std::string reader = api.reader();
  const json otp = api.ok("POST", reader + "/otp", {{"pin", kPin}});
  REQUIRE(otp["code"].is_string());
  CHECK(otp["state"] == "code");
  CHECK(otp["notice"].is_null());
  const json seen = api.get(reader);
  CHECK(seen["code"] == otp["code"]);
  CHECK(seen["atc"] == otp["atc"]);
  CHECK(seen["display"] == otp["display"]);
  CHECK(seen["card"]["state"]["last_atc"] == otp["atc"]);
  CHECK(api.get(reader + "/screen")["text"] == "Code Sésame\n" + otp["display"].get<std::string>());
}

TEST_CASE("a wrong PIN is a screen, and three of them block the PIN") {
  CheckedApi api;
  const std::string reader = api.reader();
  for (const int left : {2, 1, 0}) {
    const json otp = api.ok("POST", reader + "/otp", {{"pin", "9999"}});
    CHECK(otp["code"].is_null());
    CHECK(api.get(reader + "/card/state")["tries_left"] == left);
  }
  CHECK(api.get(reader)["notice"] == "pin_blocked");
}

TEST_CASE("keys are pressed one by one, and the code goes dark after 35 seconds of its clock") {
  CheckedApi api;
  const std::string reader = api.reader();
  const json shown = api.ok("POST", reader + "/keys", {{"keys", {"CODE", "1", "2", "3", "4", "OK"}}});
  CHECK(shown["state"] == "code");
  CHECK(api.ok("POST", reader + "/clock", {{"advance_ms", 34'999}})["lit"] == true);
  CHECK(api.ok("POST", reader + "/clock", {{"advance_ms", 1}})["lit"] == false);
  const json dark = api.get(reader);
  CHECK(dark["code"].is_null());
  CHECK(dark["screen"]["rows"] == json({"                ", "                "}));
}

TEST_CASE("the clock goes to the next deadline") {
  CheckedApi api;
  const std::string reader = api.reader();
  const json deadline = api.get(reader)["deadline_ms"];
  REQUIRE(deadline.is_number());
  CHECK(api.ok("POST", reader + "/clock", {{"to", "next-deadline"}})["now_ms"] == deadline);
}

TEST_CASE("an unknown key presses nothing") {
  CheckedApi api;
  const std::string reader = api.reader();
  const json before = api.get(reader);
  CHECK(api.refused("POST", reader + "/keys", R"({"keys":["CODE","F17"]})") == "400 unknown_key");
  CHECK(api.get(reader) == before);
}

TEST_CASE("a computer at the cable has a text signed once a person has said OK, and not before") {
  CheckedApi api;
  const std::string reader = api.reader({{"profile", "edentifier2"}, {"card", "sesame-card"}});
  const auto command = [&](const json& body) {
    return api.ok("POST", reader + "/computer", body)["computer"];
  };
  const json nothing = {{"answer", nullptr}, {"number", nullptr}, {"code", nullptr}};
  CHECK(api.get(reader)["computer"] == nothing);
  CHECK(command({{"command", "cryptogram"}})["answer"] == "out_of_order");
  CHECK(command({{"command", "pin"}}) == nothing);
  CHECK(api.ok("POST", reader + "/keys", {{"keys", {"1", "2", "3", "4", "OK"}}})["computer"]["answer"] ==
        "ok");
  CHECK(command({{"command", "sign"}, {"text", "Pay 12.34 EUR"}})["answer"] == "ok");
  CHECK(api.get(reader)["state"] == "approve");
  CHECK(command({{"command", "cryptogram"}})["answer"] == "out_of_order");
  const json asked = api.get(reader)["computer"];
  const json approved = api.ok("POST", reader + "/keys", {{"keys", {"OK"}}});
  CHECK(approved["computer"]["answer"] == "ok");
  CHECK(approved["computer"]["number"] == asked["number"].get<int>() + 1);
  const json code = command({{"command", "cryptogram"}});
  CHECK(code["answer"] == "cryptogram");
  CHECK(code["code"].get<std::string>().size() == 8);
  CHECK(api.get(reader)["code"].is_null());
  CHECK(command({{"command", "unplug"}}) == nothing);
}

TEST_CASE("what a computer sends is judged before the reader has it") {
  CheckedApi api;
  const std::string reader = api.reader({{"profile", "edentifier2"}, {"card", "sesame-card"}});
  const json before = api.get(reader);
  for (const char* body : {R"({"command":"sign"})", R"({"command":"pin","text":"x"})"}) {
    CHECK(api.refused("POST", reader + "/computer", body) == "400 malformed_request");
  }
  for (const char* text : {"", " ", "caf\u00e9", "\x1b[2J", "a\tb", "\u202e"}) {
    INFO(text);
    const json body = {{"command", "sign"}, {"text", text}};
    CHECK(api.refused("POST", reader + "/computer", body.dump()) == "400 bad_input");
  }
  CHECK(api.refused("POST", reader + "/computer",
                    json{{"command", "sign"}, {"text", std::string(241, 'x')}}.dump())
            .starts_with("400"));
  CHECK(api.refused("POST", reader + "/computer", R"({"command":"format"})").starts_with("400"));
  CHECK(api.get(reader) == before);
  CHECK(api.refused("POST", api.reader() + "/computer", R"({"command":"pin"})") == "409 no_cable");
}

TEST_CASE("a long press on C goes home") {
  CheckedApi api;
  const std::string reader = api.reader();
  CHECK(api.ok("POST", reader + "/keys", {{"keys", {"CODE", "1"}}})["state"] == "pin");
  CHECK(api.ok("POST", reader + "/keys", {{"keys", {{{"hold", "C"}}}}})["state"] == "choose_function");
}

TEST_CASE("a card goes in by name, as a file or as a recording, and comes out") {
  CheckedApi api;
  const std::string reader = api.reader(json::object());
  CHECK(api.get(reader)["card"].is_null());
  CHECK(api.ok("PUT", reader + "/card", "sesame-card")["card"]["kind"] == "virtual");
  CHECK(api.ok("PUT", reader + "/card", {{"name", "sesame-card"}})["card"]["name"] == "sesame-card");
  const json recorded =
      api.ok("PUT", reader + "/card", {{"transcript", "> 00A40400 02 3F00\n< 6A82\n"}, {"name", "mine"}});
  CHECK(recorded["card"]["kind"] == "transcript");
  CHECK(recorded["card"]["name"] == "mine");
  CHECK(api.refused("GET", reader + "/card/state") == "409 no_state");
  CHECK(api.ok("DELETE", reader + "/card")["card"].is_null());
  CHECK(api.refused("DELETE", reader + "/card") == "409 no_card");
  CHECK(api.refused("GET", reader + "/card/state") == "409 no_card");
  CHECK(api.refused("POST", reader + "/otp", R"({"pin":"1234"})") == "409 no_card");
}

TEST_CASE("the counters of a card are read and set, forward and back") {
  CheckedApi api;
  const std::string reader = api.reader();
  CHECK(api.ok("PATCH", reader + "/card/state", {{"last_atc", "0100"}, {"tries_left", 1}})["next_atc"] ==
        "0101");
  CHECK(api.ok("POST", reader + "/otp", {{"pin", kPin}})["atc"] == "0101");
  CHECK(api.ok("PATCH", reader + "/card/state", {{"last_atc", "0001"}})["last_atc"] == "0001");
  CHECK(api.ok("PATCH", reader + "/card/state", {{"next_atc", "00B4"}})["last_atc"] == "00B3");
  CHECK(api.ok("POST", reader + "/otp", {{"pin", kPin}})["code"] == "42511495");
  CHECK(api.ok("PATCH", reader + "/card/state", {{"last_atc", "FFFF"}})["next_atc"].is_null());
}

TEST_CASE("faults are data, and come back as they were set") {
  CheckedApi api;
  const std::string reader = api.reader(json::object());
  const json faults = {{{"kind", "mute"}, {"at", 0}},
                       {{"kind", "slow"}, {"ms", 500}},
                       {{"kind", "removed"}, {"at", 3}},
                       {{"kind", "status_word"}, {"ins", "AE"}, {"sw", "6985"}},
                       {{"kind", "corrupted"}, {"at", 5}},
                       {{"kind", "bad_atr"}},
                       {{"kind", "low_battery"}},
                       {{"kind", "dead_battery"}, {"at", 4}},
                       {{"kind", "stuck_key"}, {"key", "5"}},
                       {{"kind", "removed"}, {"at", 1}, {"stage", "read_record"}, {"once", true}},
                       {{"kind", "status_word"}, {"sw", "6985"}, {"stage", "second_generate_ac"}}};
  const json set = api.ok("PUT", reader + "/faults", {{"faults", faults}});
  CHECK(set["faults"] == faults);
  CHECK(set["battery"] == "low");
  CHECK(api.ok("PUT", reader + "/faults", {{"faults", json::array()}})["faults"].empty());
}

TEST_CASE("how a code came about is told, with the exchange that led to it, after it has gone dark too") {
  CheckedApi api;
  const std::string reader = api.reader(json::object());
  CHECK(api.get(reader + "/codes")["codes"].empty());
  api.ok("PUT", reader + "/card", "sesame-card");
  const json otp = api.ok("POST", reader + "/otp", {{"pin", "1234"}});
  const json code = api.get(reader + "/codes")["codes"].at(0);
  CHECK(code["code"] == otp["code"]);
  CHECK(code["atc"] == "0001");
  CHECK(code["aid"] == "A0000000048002");
  CHECK(code["rule"] == "bitmap");
  CHECK(code["told"][0]["name"] == "Amount, Authorised (Numeric)");
  std::string bits;
  for (const json& part : code["parts"]) bits += part["taken"].get<std::string>();
  CHECK(code["bits"] == bits);
  CHECK(std::stoull(bits, nullptr, 2) == std::stoull(code["number"].get<std::string>()));
  CHECK(std::stoull(otp["code"].get<std::string>()) == std::stoull(code["number"].get<std::string>()));
  const json apdus =
      json::parse(api.send("GET", reader + "/trace", "", {{"accept", "application/json"}}).body)["apdus"];
  CHECK(apdus.back()["revision"] == code["revision"]);

  api.ok("POST", reader + "/clock", {{"advance_ms", 60'000}});
  for (int i = 0; i < 9; ++i) api.ok("POST", reader + "/otp", {{"pin", "1234"}});
  const json later = api.get(reader + "/codes")["codes"];
  CHECK(later.size() == 8);
  CHECK(later.back()["atc"] == "000A");
  CHECK(api.refused("GET", "/v1/readers/nobody/codes") == "404 unknown_reader");
}

TEST_CASE("of a code that signs typed numbers it is told as long as the code is shown") {
  CheckedApi api;
  const std::string reader = api.reader({{"profile", "vasco-810"}, {"card", "bank-card"}});
  const json order = {{"function", "M2"}, {"inputs", {"12345678", "98765"}}, {"pin", "1234"}};
  const json otp = api.ok("POST", reader + "/otp", order);
  const json codes = api.get(reader + "/codes")["codes"];
  REQUIRE(codes.size() == 1);
  CHECK(codes[0]["signs"] == true);
  CHECK(codes[0]["code"] == otp["code"]);
  CHECK(std::stoull(codes[0]["number"].get<std::string>()) == std::stoull(otp["code"].get<std::string>()));
  api.ok("POST", reader + "/clock", {{"advance_ms", 60'000}});
  CHECK(api.get(reader + "/codes")["codes"].empty());
}

// A client that draws a form takes its limits from there.
TEST_CASE("what openapi.json allows in a number is what is taken, and no more") {
  CheckedApi api;
  const std::string reader = api.reader();
  const json schemas = api.get("/openapi.json")["components"]["schemas"];
  const json filled = {{"at", 0},    {"ms", 0},           {"ins", "AE"}, {"sw", "6985"},
                       {"key", "5"}, {"stage", "verify"}, {"once", true}};
  std::ptrdiff_t numbers = 0, expected = 0;
  for (const FaultShape& shape : fault_shapes()) {
    expected += std::count_if(shape.fields.begin(), shape.fields.end(), [](const FaultField* field) {
      return field->type == FaultField::Type::number;
    });
  }
  for (const json& reference : schemas["Fault"]["oneOf"]) {
    const std::string path = reference["$ref"];
    const json& shape = schemas[path.substr(path.rfind('/') + 1)];
    json fault;
    for (const auto& [name, rule] : shape["properties"].items()) {
      fault[name] = name == "kind" ? rule["const"] : filled[name];
    }
    for (const auto& [name, rule] : shape["properties"].items()) {
      if (!rule.contains("maximum")) continue;
      ++numbers;
      for (const std::int64_t over : {0, 1}) {
        fault[name] = rule["maximum"].get<std::int64_t>() + over;
        const json body = {{"faults", {fault}}};
        CHECK(api.refused("PUT", reader + "/faults", body.dump()) ==
              (over == 0 ? "200" : "400 out_of_range"));
      }
    }
  }
  CHECK(numbers == expected);
  CHECK(numbers >= 5);
  const std::int64_t tries = schemas["PatchState"]["properties"]["tries_left"]["maximum"];
  CHECK(api.refused("PATCH", reader + "/card/state", json{{"tries_left", tries}}.dump()) == "400 bad_state");
  CHECK(api.refused("PATCH", reader + "/card/state", json{{"tries_left", tries + 1}}.dump()) ==
        "400 out_of_range");
}

TEST_CASE("the faults there are can be set as they are suggested, and lack nothing that they need") {
  CheckedApi api;
  const std::string reader = api.reader();
  const json shapes = api.get("/v1/faults");
  CHECK(shapes.size() == fault_shapes().size());
  for (const json& shape : shapes) {
    json fault = shape["suggested"];
    for (const json& name : shape["required"]) CHECK(fault.contains(name));
    for (const auto& [name, value] : fault.items()) CHECK(shape["fields"].contains(name));
    fault["kind"] = shape["kind"];
    CHECK(api.ok("PUT", reader + "/faults", {{"faults", {fault}}})["faults"] == json::array({fault}));
    for (const json& name : shape["required"]) {
      json less = fault;
      less.erase(name.get<std::string>());
      const json body = {{"faults", {less}}};
      CHECK(api.refused("PUT", reader + "/faults", body.dump()) == "400 missing_field");
    }
  }
}

TEST_CASE("a mute card is a screen") {
  CheckedApi api;
  const std::string reader = api.reader(json::object());
  api.ok("PUT", reader + "/faults", {{"faults", {{{"kind", "mute"}, {"at", 0}}}}});
  CHECK(api.ok("PUT", reader + "/card", "sesame-card")["notice"] == "card_mute");
}

TEST_CASE("readers are listed in pages, reset and deleted") {
  CheckedApi api;
  const std::string one = api.reader(), two = api.reader(json::object());
  const json all = api.get("/v1/readers")["readers"];
  REQUIRE(all.size() == 2);
  CHECK(all[0]["card"] == "sesame-card");
  CHECK(all[1]["card"].is_null());
  const json rest = api.get("/v1/readers?limit=1&after=" + all[0]["id"].get<std::string>())["readers"];
  REQUIRE(rest.size() == 1);
  CHECK(rest[0]["id"] == all[1]["id"]);
  const json before = api.get(one);
  const json after = api.ok("POST", one + "/reset");
  CHECK(after["card"].is_null());
  CHECK(after["state"] == "off");
  CHECK(after["revision"] > before["revision"]);
  CHECK(api.send("DELETE", one).status == 204);
  CHECK(api.refused("GET", one) == "404 unknown_reader");
  CHECK(api.refused("DELETE", one) == "404 unknown_reader");
}

TEST_CASE("a reader ends when nobody has asked for it for its time, and not while somebody waits for it") {
  CheckedApi api;
  const std::string reader = api.reader({{"ttl_s", 10}});
  CHECK(api.get(reader)["expires_ms"] == 10'000);
  const auto later = [&](Millis time) {
    api.now() += time;
    api.simulator().tick(api.now());
  };
  for (int i = 0; i < 3; ++i) {
    later(9'999);
    CHECK(api.get(reader)["expires_ms"] == 10'000);
  }
  {
    const Response stream = api.send("GET", reader + "/events");
    later(60'000);
    CHECK(api.get("/v1/readers")["readers"].size() == 1);
  }
  later(9'999);
  CHECK(api.get("/v1/readers")["readers"].size() == 1);  // which does not ask for it
  later(1);
  CHECK(api.get("/v1/readers")["readers"].empty());
  CHECK(api.refused("GET", reader) == "404 unknown_reader");
}

TEST_CASE("a reader has a label for people, and another time to live when it is told so") {
  CheckedApi api;
  const std::string reader = api.reader({{"label", "login \u2013 Zo\u00eb"}, {"ttl_s", 10}});
  CHECK(api.get(reader)["label"] == "login \u2013 Zo\u00eb");
  CHECK(api.get("/v1/readers")["readers"][0]["label"] == "login \u2013 Zo\u00eb");
  CHECK(api.get(api.reader(json::object()))["label"] == "");
  const std::uint64_t before = api.simulator().events().last();
  const json changed = api.ok("PATCH", reader, {{"label", ""}, {"ttl_s", 0}});
  CHECK(changed["label"] == "");
  CHECK(changed["expires_ms"].is_null());
  CHECK(api.simulator().events().last() == before + 1);
  CHECK(api.ok("PATCH", reader, {{"ttl_s", 5}})["expires_ms"] == 5'000);
  api.now() += 5'000;
  api.simulator().tick(api.now());
  CHECK(api.refused("GET", reader) == "404 unknown_reader");
}

TEST_CASE("no id is given twice, and an id of an earlier start is none of this one") {
  CheckedApi api({.id_suffix = "k3x"}), another({.id_suffix = "m7q"});
  const std::string first = api.reader();
  CHECK(first == "/v1/readers/r1-k3x");
  CHECK(api.send("DELETE", first).status == 204);
  CHECK(api.reader() == "/v1/readers/r2-k3x");
  CHECK(another.reader() == "/v1/readers/r1-m7q");
  CHECK(another.refused("GET", first) == "404 unknown_reader");
}

TEST_CASE("a model of one's own goes along with the request, as a card does") {
  CheckedApi api;
  std::string toml(*profile::shipped_text(profile::ProfileKind::readers, "sesame"));
  const json mine = api.ok("POST", "/v1/readers",
                           {{"profile", {{"toml", toml}, {"name", "mine"}}}, {"card", "sesame-card"}});
  CHECK(mine["profile"] == "mine");
  CHECK(api.ok("POST", "/v1/readers/" + mine["id"].get<std::string>() + "/otp", {{"pin", kPin}})["code"]
            .is_string());
  const Response refused =
      api.send("POST", "/v1/readers", json{{"profile", {{"toml", "title = 1\n"}, {"name", "mine"}}}}.dump());
  CHECK(refused.status == 400);
  CHECK(json::parse(refused.body)["code"] == "bad_profile");
  CHECK(json::parse(refused.body)["message"].get<std::string>().find("mine:1:") == 0);
  CHECK(api.refused("POST", "/v1/readers", R"({"profile":{"name":"mine"}})") == "400 missing_field");
}

TEST_CASE("a named card has another PAN, PSN, PIN, key or ATC when it is asked for so") {
  CheckedApi api;
  const auto code_of = [&](const json& card, const char* pin = kPin) {
    const std::string reader = api.reader({{"card", card}});
    return api.ok("POST", reader + "/otp", {{"pin", pin}})["code"];
  };
  const json as_it_is = code_of({{"name", "sesame-card"}, {"next_atc", "00B4"}});
  CHECK(as_it_is == "42511495");
  CHECK(code_of({{"name", "sesame-card"}, {"last_atc", "00B3"}}) == as_it_is);
  // Of an issuer's key.
  json issued = {{"name", "sesame-card"}, {"next_atc", "00B4"}, {"imk", std::string(32, 'A')}};
  const json of_the_issuer = code_of(issued);
  CHECK(of_the_issuer != as_it_is);
  issued["pan"] = "5413330000000027";
  const json of_another = code_of(issued);
  CHECK(of_another != of_the_issuer);
  issued["psn"] = "01";
  CHECK(code_of(issued) != of_another);
  CHECK(code_of({{"name", "sesame-card"}, {"next_atc", "00B4"}, {"pin", "98765"}}, "98765") == as_it_is);
  CHECK(code_of({{"name", "sesame-card"}, {"pin", "98765"}}).is_null());
  const std::string toml(*profile::shipped_text(profile::ProfileKind::cards, "sesame-card"));
  CHECK(code_of({{"toml", toml}, {"next_atc", "00B4"}}) == as_it_is);
  const std::string reader = api.reader(json::object());
  using Row = std::pair<const char*, const char*>;
  for (const auto& [card, expected] : std::initializer_list<Row>{
           {R"({"name":"sesame-card","pan":"541"})", "400 out_of_range"},
           {R"({"name":"sesame-card","pan":"5413330000000027"})", "400 bad_card"},  // its key is its own
           {R"({"name":"sesame-card","pin":"12a4"})", "400 out_of_range"},
           {R"({"name":"sesame-card","imk":"00"})", "400 out_of_range"},
           {R"({"name":"sesame-card","next_atc":"0001","last_atc":"0000"})", "400 malformed_request"},
           {R"({"name":"../sesame-card","pin":"1234"})", "400 unknown_card"},
           {R"({"transcript":"> 00\n< 9000\n","pin":"1234"})", "400 malformed_request"},
           {R"({"pin":"1234"})", "400 malformed_request"}}) {
    CAPTURE(card);
    CHECK(api.refused("PUT", reader + "/card", card) == expected);
  }
  CHECK(api.seen.find(std::string(32, 'A')) == std::string::npos);
}

TEST_CASE("a screen is text, a picture, or waited for") {
  CheckedApi api;
  const std::string reader = api.reader();
  const Response text = api.send("GET", reader + "/screen", "", {{"accept", "text/plain"}});
  CHECK(text.body == "Choisir la\nfonction");
  CHECK(api.send("GET", reader + "/screen.svg").body.find("<svg") != std::string::npos);
  CHECK(api.send("GET", reader + "/screen.png").body.substr(1, 3) == "PNG");
  CHECK(api.get(reader + "/screen?match=^Ch.isir&timeout_ms=60000")["lit"] == true);
  const Response late = api.send("GET", reader + "/screen?match=Code&timeout_ms=1");
  CHECK(late.status == 408);
  CHECK(json::parse(late.body)["screen"]["rows"][0] == "Choisir la      ");
  const std::string revision = api.get(reader)["revision"].dump();
  CHECK(api.refused("GET", reader + "/screen?after=" + revision) == "408 screen_timeout");
}

TEST_CASE("a regular expression takes characters, and no exponential time") {
  CheckedApi api;
  const std::string reader = api.reader();
  api.ok("POST", reader + "/otp", {{"pin", kPin}});
  CHECK(api.refused("GET", reader + "/screen?match=^Code S.same") == "200");
  CHECK(api.refused("GET", reader + "/screen?match=S[éè]same") == "200");
  CHECK(api.refused("GET", reader + "/screen?match=((.*)*)*#") == "408 screen_timeout");
  CHECK(api.refused("GET", reader + "/screen?match=") == "200");
  for (const std::string pattern : {"(", "[", "(.)\\1", "a{99999}{99999}", "a{18446744073709551616}"}) {
    CHECK(api.refused("GET", reader + "/screen?match=" + pattern) == "400 bad_regex");
  }
  CHECK(api.refused("GET", reader + "/screen?match=" + std::string(201, 'a')) == "400 bad_regex");
}

TEST_CASE("the trace is a transcript, or a list") {
  CheckedApi api;
  const std::string reader = api.reader();
  api.ok("POST", reader + "/otp", {{"pin", kPin}});
  CHECK(api.send("GET", reader + "/trace").body.find("\n> 80AE") != std::string::npos);
  const Response list = api.send("GET", reader + "/trace", "", {{"accept", "application/json"}});
  const json apdus = json::parse(list.body)["apdus"];
  REQUIRE(!apdus.empty());
  CHECK(std::any_of(apdus.begin(), apdus.end(),
                    [](const json& apdu) { return apdu["name"] == "GENERATE AC for an ARQC"; }));
}

TEST_CASE("what is not understood is refused, by name") {
  CheckedApi api;
  const std::string reader = api.reader();
  using Row = std::tuple<const char*, std::string, const char*, const char*>;
  const std::vector<Row> rows{
      {"POST", "/v1/readers", "{", "400 malformed_json"},
      {"POST", "/v1/readers", "{}{}", "400 malformed_json"},
      {"POST", "/v1/readers", R"({"ttl_s":1,"ttl_s":2})", "400 malformed_json"},
      {"POST", "/v1/readers", "{\"card\":\"\xFF\"}", "400 malformed_json"},
      {"POST", "/v1/readers", "[]", "400 wrong_type"},
      {"POST", "/v1/readers", R"({"colour":1})", "400 unknown_field"},
      {"POST", "/v1/readers", R"({"profile":1})", "400 wrong_type"},
      {"POST", "/v1/readers", R"({"profile":"none"})", "400 unknown_profile"},
      {"POST", "/v1/readers", R"({"profile":"/etc/passwd"})", "400 unknown_profile"},
      {"POST", "/v1/readers", R"({"card":"none"})", "400 unknown_card"},
      {"POST", "/v1/readers", R"({"card":{"toml":"pan = 1"}})", "400 bad_card"},
      {"POST", "/v1/readers", R"({"card":{"transcript":"x"}})", "400 bad_card"},
      {"POST", "/v1/readers", R"({"card":{"toml":"","transcript":""}})", "400 malformed_request"},
      {"POST", "/v1/readers", R"({"card":{"pcsc":"0"},"clock":"real"})", "403 real_cards_off"},
      {"POST", "/v1/readers", R"({"clock":"none"})", "400 out_of_range"},
      {"POST", "/v1/readers", R"({"ttl_s":-1})", "400 out_of_range"},
      {"POST", "/v1/readers", R"({"label":"two\nlines"})", "400 out_of_range"},
      {"PATCH", reader, "{}", "400 malformed_request"},
      {"PATCH", reader, R"({"ttl_s":null})", "400 malformed_request"},
      {"POST", "/v1/readers", R"({"ttl_s":1.5})", "400 wrong_type"},
      {"POST", "/v1/readers?x=1", "{}", "400 unknown_field"},
      {"GET", "/v1/readers?limit=x", "", "400 wrong_type"},
      {"GET", "/v1/readers?limit=99999", "", "400 out_of_range"},
      {"GET", "/v1/readers?after=none", "", "404 unknown_reader"},
      {"PUT", reader + "/card", "7", "400 wrong_type"},
      {"PUT", reader + "/card", "{}", "400 malformed_request"},
      {"POST", reader + "/keys", "{}", "400 missing_field"},
      {"POST", reader + "/keys", R"({"keys":"CODE"})", "400 wrong_type"},
      {"POST", reader + "/keys", R"({"keys":[1]})", "400 wrong_type"},
      {"POST", reader + "/keys", R"({"keys":[{"hold":"C","for":1}]})", "400 unknown_field"},
      {"POST", reader + "/otp", "{}", "400 missing_field"},
      {"POST", reader + "/otp", R"({"pin":1234})", "400 wrong_type"},
      {"POST", reader + "/otp", R"({"pin":"12x4"})", "400 bad_input"},
      {"POST", reader + "/otp", R"({"pin":"1234","function":"F17"})", "400 unknown_function"},
      {"POST", reader + "/clock", "{}", "400 malformed_request"},
      {"POST", reader + "/clock", R"({"to":"tomorrow"})", "400 malformed_request"},
      {"POST", reader + "/clock", R"({"advance_ms":1,"to":"next-deadline"})", "400 malformed_request"},
      {"PATCH", reader + "/card/state", "{}", "400 malformed_request"},
      {"PATCH", reader + "/card/state", R"({"last_atc":"1"})", "400 out_of_range"},
      {"PATCH", reader + "/card/state", R"({"next_atc":"0000"})", "400 out_of_range"},
      {"PATCH", reader + "/card/state", R"({"last_atc":"0001","next_atc":"0002"})", "400 malformed_request"},
      {"PATCH", reader + "/card/state", R"({"atc":"0001"})", "400 unknown_field"},
      {"PATCH", reader + "/card/state", R"({"tries_left":99})", "400 out_of_range"},
      {"PUT", reader + "/faults", R"({"faults":[{"kind":"fire"}]})", "400 bad_fault"},
      {"PUT", reader + "/faults", R"({"faults":[{"kind":"bad_atr","at":1}]})", "400 unknown_field"},
      {"PUT", reader + "/faults", R"({"faults":[{"kind":"mute","stage":"pin"}]})", "400 out_of_range"},
      {"PUT", reader + "/faults", R"({"faults":[{"kind":"slow"}]})", "400 missing_field"},
      {"PUT", reader + "/faults", R"({"faults":[{"kind":"stuck_key","key":"F17"}]})", "400 bad_fault"},
      {"GET", reader + "/screen?timeout_ms=60001", "", "400 out_of_range"},
      {"GET", reader + "/none", "", "404 not_found"},
      {"GET", "/v1/readers/", "", "404 not_found"},
      {"GET", "/assets/../api.cpp", "", "404 not_found"},
      {"PUT", "/v1/readers", "{}", "405 method_not_allowed"},
      {"POST", "/v1/session", R"({"token":"x"})", "404 no_session"},
  };
  for (const auto& [method, target, body, expected] : rows) {
    INFO(method << " " << target << " " << body);
    CHECK(api.refused(method, target, body) == expected);
  }
  CHECK(api.refused("POST", reader + "/keys", std::string(Api::kLargestBody + 1, ' ')) ==
        "413 body_too_large");
  CHECK(api.refused("POST", "/v1/readers", std::string(100'000, '[')) == "400 malformed_json");
  CHECK(
      json::parse(api.send("POST", "/v1/readers", R"({"colour":1})").body)["message"].get<std::string>().find(
          "colour") != std::string::npos);
}

TEST_CASE("a body may be nested 16 deep, and no deeper") {
  CheckedApi api;
  // The body itself is the first level.
  const auto nested = [](std::size_t depth, const std::string& inmost) {
    return R"({"card":)" + std::string(depth - 1, '[') + inmost + std::string(depth - 1, ']') + "}";
  };
  const auto message = [&](const std::string& body) {
    return json::parse(api.send("POST", "/v1/readers", body).body)["message"].get<std::string>();
  };
  for (const char* inmost : {"", "1", "\"a\"", "null"}) {
    CHECK(message(nested(16, inmost)) == "card must be a text or an object");
    CHECK(message(nested(17, inmost)) == "the body is nested too deeply");
  }
  // What comes after is ignored.
  CHECK(message(std::string(17, '[') + "no JSON") == "the body is nested too deeply");
  CHECK(message(R"({"a":1,"a":)" + std::string(17, '[')) == "a name is given twice in the body");
  std::string objects;
  for (int i = 0; i < 17; ++i) objects += R"({"a":)";
  CHECK(message(objects) == "the body is nested too deeply");
}

TEST_CASE("a body of very many values is refused before it takes memory") {
  CheckedApi api;
  std::string numbers;
  for (int i = 0; i < 10'000; ++i) numbers += "1,";
  const auto code = [&](const std::string& list) {
    return api.refused("POST", "/v1/readers", R"({"card":[)" + list + "1]}");
  };
  CHECK(code(numbers) == "400 malformed_json");
  CHECK(code(numbers.substr(0, 2 * 9'000)) == "400 wrong_type");
}

TEST_CASE("a path that takes other methods names them") {
  CheckedApi api;
  const Response response = api.send("PUT", "/v1/readers");
  const auto allow = std::find_if(response.headers.begin(), response.headers.end(),
                                  [](const auto& header) { return header.first == "Allow"; });
  REQUIRE(allow != response.headers.end());
  CHECK(allow->second == "POST, GET");
}

TEST_CASE("a real clock is not moved") {
  CheckedApi api;
  const std::string reader = api.reader({{"clock", "real"}});
  CHECK(api.refused("POST", reader + "/clock", R"({"advance_ms":1})") == "409 real_clock");
}

TEST_CASE("beyond the greatest number of readers there is a 503") {
  SimulatorOptions options;
  options.max_readers = 1;
  CheckedApi api(options);
  api.reader();
  CHECK(api.refused("POST", "/v1/readers", "{}") == "503 too_many_readers");
}

TEST_CASE("the lists, the page and the figures are there") {
  CheckedApi api;
  CHECK(api.get("/v1/profiles").size() > 1);
  CHECK(api.get("/v1/cards").size() > 1);
  CHECK(api.get("/healthz")["status"] == "ok");
  CHECK(api.get("/openapi.json")["openapi"] == "3.1.0");
  api.ok("POST", api.reader() + "/otp", {{"pin", kPin}});
  const std::string metrics = api.send("GET", "/metrics").body;
  CHECK(metrics.find("\nsesame_readers 1\n") != std::string::npos);
  CHECK(metrics.find("\nsesame_codes_total 1\n") != std::string::npos);
  CHECK(metrics.find("sesame_request_seconds_count{operation=\"otp\",status=\"200\"} 1\n") !=
        std::string::npos);
  CHECK(api.send("GET", "/").type == "text/html; charset=utf-8");
  for (const EmbeddedFile& one : assets()) {
    CHECK(api.send("GET", "/assets/" + std::string(one.name)).body == one.content);
  }
}

TEST_CASE("the page may load nothing from elsewhere, and nothing is kept") {
  CheckedApi api;
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : api.send("GET", "/").headers) headers[name] = value;
  CHECK(headers["Content-Security-Policy"].find("default-src 'none'; script-src 'self'") == 0);
  CHECK(headers["Cache-Control"] == "no-store");
  CHECK(headers["X-Content-Type-Options"] == "nosniff");
}

TEST_CASE("a name that leads here by DNS rebinding, and a page from elsewhere, are refused") {
  CheckedApi api;
  using Row = std::tuple<std::string, std::string, const char*>;
  for (const auto& [host, origin, expected] : std::vector<Row>{
           {"127.0.0.1:8035", "", "200"},
           {"localhost:8035", "http://localhost:8035", "200"},
           {"LOCALHOST:8035", "", "200"},
           {"[::1]:8035", "", "200"},
           {"", "", "403 bad_host"},
           {"127.0.0.1", "", "403 bad_host"},
           {"127.0.0.1:80", "", "403 bad_host"},
           {"evil.example:8035", "", "403 bad_host"},
           {"192.0.2.1:8035", "", "403 bad_host"},  // an address, and not the one that is listened at
           {"127.0.0.1.evil.example:8035", "", "403 bad_host"},
           {"127.0.0.1:8035", "http://evil.example", "403 bad_origin"},
           {"127.0.0.1:8035", "https://127.0.0.1:8035", "403 bad_origin"},
           {"127.0.0.1:8035", "null", "403 bad_origin"},
       }) {
    INFO(host << " " << origin);
    CHECK(api.refused("GET", "/v1/readers", "", {{"host", host}, {"origin", origin}}) == expected);
  }
}

TEST_CASE("with a token everything but the page needs it, as a header or a cookie") {
  CheckedApi api({}, "SECRET");
  CHECK(api.refused("GET", "/") == "200");
  CHECK(api.refused("GET", "/healthz") == "200");
  for (const Api::Route& route : Api::routes()) {
    if (route.open) continue;
    INFO(route.operation);
    std::string path(route.pattern);
    if (const auto brace = path.find("{id}"); brace != std::string::npos) path.replace(brace, 4, "x");
    CHECK(api.refused(std::string(route.method), path) == "401 unauthorized");
  }
  CHECK(api.refused("GET", "/v1/readers", "", {{"authorization", "Bearer SECRET"}}) == "200");
  CHECK(api.refused("GET", "/v1/readers", "", {{"authorization", "Bearer SECRE"}}) == "401 unauthorized");
  CHECK(api.refused("GET", "/v1/readers", "", {{"authorization", "Digest SECRET"}}) == "401 unauthorized");
  // As long as the right one.
  for (const char* wrong : {"SECRES", "XECRET", "SECReT", "secret"}) {
    CHECK(api.refused("GET", "/v1/readers", "", {{"authorization", std::string("Bearer ") + wrong}}) ==
          "401 unauthorized");
    CHECK(api.refused("POST", "/v1/session", json{{"token", wrong}}.dump()) == "403 wrong_token");
  }
  CHECK(api.refused("POST", "/v1/session", R"({"token":"no"})") == "403 wrong_token");
  const Response session = api.send("POST", "/v1/session", R"({"token":"SECRET"})");
  REQUIRE(session.status == 204);
  const auto cookie = std::find_if(session.headers.begin(), session.headers.end(),
                                   [](const auto& header) { return header.first == "Set-Cookie"; });
  REQUIRE(cookie != session.headers.end());
  CHECK(cookie->second.find("; HttpOnly; SameSite=Strict") != std::string::npos);
  CHECK(cookie->second.find("SECRET") == std::string::npos);
  const std::string value = cookie->second.substr(0, cookie->second.find(';'));
  CHECK(api.refused("GET", "/v1/readers", "", {{"cookie", "a=b; " + value}}) == "200");
  CHECK(api.refused("GET", "/v1/readers", "", {{"cookie", value + "x"}}) == "401 unauthorized");
  for (const std::size_t at : {std::size_t{0}, value.find('=') + 1, value.size() - 1}) {
    std::string wrong = value;
    wrong[at] = wrong[at] == '0' ? '1' : '0';
    CHECK(api.refused("GET", "/v1/readers", "", {{"cookie", wrong}}) == "401 unauthorized");
  }
}

namespace {

struct Received {
  std::string id, event, data;
};

// Everything that is there by now.
std::vector<Received> events(Feed& feed) {
  std::string all;
  for (;;) {
    const auto text = feed.next();
    if (!text || text->empty()) break;
    all += *text;
  }
  std::vector<Received> out;
  Received one;
  std::istringstream in(all);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("id: ", 0) == 0) one.id = line.substr(4);
    if (line.rfind("event: ", 0) == 0) one.event = line.substr(7);
    if (line.rfind("data: ", 0) == 0) one.data = line.substr(6);
    if (!line.empty() || one.event.empty()) continue;
    INFO(one.data);
    CHECK(undescribed_event(one.data) == "");
    out.push_back(std::exchange(one, {}));
  }
  return out;
}

std::set<std::string> names(const std::vector<Received>& all) {
  std::set<std::string> out;
  for (const Received& one : all) out.insert(one.event);
  return out;
}

}  // namespace

TEST_CASE("a stream tells what happens, from when it is opened, and can be taken up again") {
  CheckedApi api;
  const std::string reader = api.reader(), other = api.reader();
  const Response stream = api.send("GET", reader + "/events");
  REQUIRE(stream.feed);
  CHECK(stream.type == "text/event-stream");
  api.ok("POST", other + "/otp", {{"pin", kPin}});
  api.ok("POST", reader + "/otp", {{"pin", kPin}});
  api.ok("POST", reader + "/clock", {{"advance_ms", 1}});
  api.ok("PUT", reader + "/faults", {{"faults", {{{"kind", "bad_atr"}}}}});
  api.ok("DELETE", reader + "/card");
  const auto first = events(*stream.feed);
  CHECK(names(first) == std::set<std::string>{"screen", "key", "apdu", "clock", "fault", "card"});
  const std::string id = json::parse(first.front().data)["reader"];
  CHECK(std::all_of(first.begin(), first.end(),
                    [&](const Received& one) { return json::parse(one.data)["reader"] == id; }));

  const Response again = api.send("GET", reader + "/events", "", {{"last-event-id", first[2].id}});
  const auto rest = events(*again.feed);
  REQUIRE(rest.size() == first.size() - 3);
  CHECK(rest.front().id == first[3].id);

  api.ok("DELETE", reader);
  CHECK(events(*stream.feed).back().event == "reader");
  CHECK_FALSE(stream.feed->next());
  const Response all = api.send("GET", "/v1/events", "", {{"last-event-id", "0"}});
  CHECK(names(events(*all.feed)).count("reader") == 1);
}

TEST_CASE("a stream that missed something says so") {
  SimulatorOptions options;
  options.kept_events = 4;
  CheckedApi api(options);
  api.ok("POST", api.reader() + "/otp", {{"pin", kPin}});
  const Response stream = api.send("GET", "/v1/events", "", {{"last-event-id", "1"}});
  CHECK(events(*stream.feed).front().event == "lost");
  CHECK(api.refused("GET", "/v1/events", "", {{"last-event-id", "x"}}) == "400 wrong_type");
}

TEST_CASE("one stream more than there are places gets a 503, until one ends") {
  CheckedApi api;
  const std::string reader = api.reader();
  std::vector<Response> open;
  for (int i = 0; i < Api::kMostWaits; ++i) open.push_back(api.send("GET", "/v1/events"));
  const Response refused = api.send("GET", reader + "/events");
  CHECK(refused.status == 503);
  CHECK(std::find(refused.headers.begin(), refused.headers.end(),
                  std::pair<std::string, std::string>("Retry-After", "2")) != refused.headers.end());
  CHECK(api.refused("GET", reader + "/screen?match=x&timeout_ms=5") == "503 too_many_streams");
  CHECK(api.refused("GET", reader + "/screen?timeout_ms=5") == "200");
  open.pop_back();
  CHECK(api.send("GET", reader + "/events").status == 200);
}

TEST_CASE("a PIN is nowhere in what the API says") {
  CheckedApi api;
  const std::string pin = "739182";
  std::string card = api.send("GET", "/v1/cards").body;
  const std::string reader = api.reader();
  const Response stream = api.send("GET", "/v1/events", "", {{"last-event-id", "0"}});
  api.ok("POST", reader + "/otp", {{"pin", pin}});
  api.refused("POST", reader + "/otp", R"({"pin":"739182","x":1})");
  api.refused("POST", reader + "/otp", R"({"pin":"739182x"})");
  api.refused("POST", reader + "/otp", R"({"pin":"739182")");
  api.ok("POST", reader + "/keys", {{"keys", {{{"hold", "C"}}, "CODE", "7", "3", "9", "1", "8", "2", "OK"}}});
  api.send("GET", reader + "/trace");
  api.send("GET", reader + "/trace", "", {{"accept", "application/json"}});
  api.send("GET", "/metrics");
  std::string keys;
  for (const Received& one : events(*stream.feed)) {
    api.seen += one.data;
    if (one.event == "key") keys += json::parse(one.data)["key"].get<std::string>();
  }
  CHECK(api.seen.find(pin) == std::string::npos);
  CHECK(api.seen.find("26739182") == std::string::npos);  // in a PIN block
  CHECK(keys.find("••••••OK") != std::string::npos);
  CHECK(keys.find_first_of("739182") == std::string::npos);
}
