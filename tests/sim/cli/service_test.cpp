// What every command that serves can be told, alike: of each, as a running process.
#include <fmt/format.h>
#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "sim/bank/assets.hpp"
#include "sim/issuer/openapi.hpp"
#include "tests/sim/http/client.hpp"
#include "tests/sim/server/described.hpp"

using namespace sesame;
using namespace sesame::sim;
using nlohmann::json;

namespace {

const std::string kToken = "a-token-of-24-characters";

// A command that serves, and a path that needs its token.
struct Service {
  std::string name;
  std::vector<std::string> command, always;
  const json& description;
};

const std::vector<Service>& services() {
  static const json issuer = json::parse(issuer_openapi()),
                    bank = json::parse(*sesame::bank::asset("openapi.json"));
  static const std::vector<Service> all{{"sim", {"sim"}, {}, openapi()},
                                        {"issuer", {"issuer", "serve"}, {}, issuer},
                                        {"bank", {"bank"}, {"--http"}, bank}};
  return all;
}

// Each has a store of its own there.
class World {
 public:
  World() { REQUIRE(sandbox.sesame({"issuer", "init"}).status == 0); }
  Served start(const Service& service, std::vector<std::string> arguments,
               const std::map<std::string, std::string>& variables = {}) const {
    arguments.insert(arguments.begin(), service.always.begin(), service.always.end());
    return Served(sandbox, arguments, service.command, &service.description, variables);
  }
  e2e::Outcome refused(const Service& service, std::vector<std::string> arguments) const {
    std::vector<std::string> all = service.command;
    all.insert(all.end(), service.always.begin(), service.always.end());
    all.insert(all.end(), arguments.begin(), arguments.end());
    return sandbox.sesame(all);
  }
  e2e::Sandbox sandbox;
};

std::string bearer(const std::string& token) { return "Authorization: Bearer " + token + "\r\n"; }

void check_token(const Served& served, const std::string& token) {
  CHECK(served.started()["token"].is_null());
  CHECK(served.send("GET", "/v1").status == 401);
  CHECK(served.send("GET", "/v1", "", bearer(token)).status == 200);
}

}  // namespace

TEST_CASE("a token is said, in a file, or in the environment, and then it is not printed") {
  const World world;
  const std::string file = world.sandbox.write("token", kToken + "\n");
  REQUIRE(::chmod(file.c_str(), 0600) == 0);
  for (const Service& service : services()) {
    CAPTURE(service.name);
    check_token(world.start(service, {"--token", kToken}), kToken);
    check_token(world.start(service, {"--token-file", file}), kToken);
    check_token(world.start(service, {}, {{"SESAME_TOKEN", kToken}}), kToken);
    check_token(world.start(service, {"--token-env", "MINE"}, {{"MINE", kToken}}), kToken);
  }
}

TEST_CASE("a token that is none, and a file that others may read, are refused in one line") {
  const World world;
  const std::string file = world.sandbox.write("token", kToken);
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  for (const Service& service : services()) {
    CAPTURE(service.name);
    const auto check = [&](const std::vector<std::string>& arguments, const std::string& line) {
      const auto outcome = world.refused(service, arguments);
      CHECK(outcome.status == 2);
      CHECK(outcome.out.empty());
      CHECK(outcome.err.find(line) != std::string::npos);
      CHECK(outcome.err.find(kToken) == std::string::npos);
    };
    check({"--token", "short"}, "--token: a token is 16 to 128 letters");
    check({"--token-file", file}, "others may read the token in it; chmod 600 it");
    check({"--token-env", "NOT_SET"}, "the variable 'NOT_SET' is not set");
    check({"--token", kToken, "--token-file", file}, "--token");
    check({"--allow-host", "*"}, "--allow-host: \"*\" is no host; allowed: NAME, NAME:PORT");
    check({"--allow-origin", "app"}, "--allow-origin: \"app\" is no origin");
  }
}

TEST_CASE("a name that is let in is answered, another is told the option, and /healthz answers to any") {
  const World world;
  for (const Service& service : services()) {
    CAPTURE(service.name);
    const Served served = world.start(
        service, {"--allow-host", "sesame:*", "--allow-origin", "https://app.example", "--token", kToken});
    const auto ask = [&](const std::string& path, const std::string& host, const std::string& more = "") {
      return served.send("GET", path, "", "Host: " + host + "\r\n" + bearer(kToken) + more);
    };
    CHECK(ask("/v1", "sesame:4711").status == 200);
    const Answer refused = ask("/v1", "elsewhere:80");
    CHECK(refused.status == 403);
    CHECK(refused.body.find("--allow-host elsewhere:80") != std::string::npos);
    CHECK(ask("/healthz", "elsewhere:80").status == 200);
    const Answer shared = ask("/v1", "sesame", "Origin: https://app.example\r\n");
    CHECK(shared.status == 200);
    CHECK(shared.headers.at("access-control-allow-origin") == "https://app.example");
    CHECK(ask("/v1", "sesame", "Origin: https://evil.example\r\n").body.find("--allow-origin") !=
          std::string::npos);
  }
}

TEST_CASE("the bank tells others the first name that it has for them, and who started it the address") {
  const World world;
  const Service& bank = services().back();
  const auto issuer = [](const Served& served) {
    return json::parse(served.send("GET", "/.well-known/openid-configuration").body)["issuer"];
  };
  {
    const Served alone = world.start(bank, {});
    CHECK(issuer(alone) == alone.started()["url"]);
  }
  {
    const Served named = world.start(bank, {"--allow-host", "bank.example", "--allow-host", "other"});
    CHECK(issuer(named) == fmt::format("http://bank.example:{}", named.port()));
    CHECK(named.started()["url"] == fmt::format("http://127.0.0.1:{}", named.port()));
  }
  CHECK(issuer(world.start(bank, {"--allow-host", "bank.example:80"})) == "http://bank.example");
}

TEST_CASE("/v1 tells the version, and this start from any other") {
  const World world;
  for (const Service& service : services()) {
    CAPTURE(service.name);
    const auto ask = [&] {
      const Served served = world.start(service, {"--token", kToken});
      return json::parse(served.send("GET", "/v1", "", bearer(kToken)).body);
    };
    const json first = ask(), second = ask();
    CHECK(first["service"] == service.name);
    CHECK("sesame " + first["version"].get<std::string>() + "\n" == world.sandbox.sesame({"--version"}).out);
    CHECK(first["instance"] != second["instance"]);
  }
}

TEST_CASE("a file has the options by their names, and the line goes before it") {
  const World world;
  const std::string config =
      world.sandbox.write("sesame.toml", fmt::format("# of a container\n"
                                                     "allow-host = [\"sesame\", \"other:*\"]\n"
                                                     "allow-origin = \"https://app.example\"\n"
                                                     "token = \"{}\"\n",
                                                     kToken));
  REQUIRE(::chmod(config.c_str(), 0600) == 0);
  for (const Service& service : services()) {
    CAPTURE(service.name);
    {
      const Served served = world.start(service, {"--config", config});
      check_token(served, kToken);
      CHECK(served.send("GET", "/v1", "", "Host: other:1\r\n" + bearer(kToken)).status == 200);
    }
    const std::string other = "another-token-of-the-line";
    check_token(world.start(service, {"--config", config, "--token", other}), other);
    // And goes before what it excludes.
    check_token(world.start(service, {"--config", config, "--token-env", "MINE"}, {{"MINE", other}}), other);
  }
  const World second;
  const Served served =
      second.start(services()[0], {"--config", second.sandbox.write("sim.toml",
                                                                    "clock = \"virtual\"\n"
                                                                    "max-readers = 1\n"
                                                                    "allow-real-cards = false\n")});
  CHECK(served.ok("GET", "/v1/readers/default")["clock"] == "virtual");
  CHECK(served.send("POST", "/v1/readers", "{}").status == 503);
}

TEST_CASE("what is wrong in that file is one line with its place") {
  const World world;
  using Row = std::pair<std::string, std::string>;
  for (const Service& service : services()) {
    CAPTURE(service.name);
    for (const auto& [text, expected] : std::vector<Row>{
             {"port = 0\nprot = 1\n", "c.toml:2: unknown key \"prot\""},
             {"\nport = 65536\n", "c.toml:2: --port: must be a decimal number from 0 to 65535"},
             {"port = [1, 2]\n", "c.toml:1: port must be one value, not a list"},
             {"listen = true\n", "c.toml:1: listen must be a text or a number"},
             {"allow-host = [\"a\", \"b:x\"]\n", "c.toml:1: --allow-host: \"b:x\" is no host"},
             {"listen = \"\"\n", "c.toml:1: --listen: its value is empty"},
             {"config = \"d.toml\"\n", "c.toml:1: unknown key \"config\""},
             {"port = \n", "c.toml:1: "},
             {fmt::format("token = \"{}\"\n", kToken), "c.toml: others may read the token in it"}}) {
      CAPTURE(text);
      const std::string file = world.sandbox.write("c.toml", text);
      REQUIRE(::chmod(file.c_str(), 0644) == 0);
      const auto outcome = world.refused(service, {"--config", file});
      CHECK(outcome.status == 2);
      CHECK(outcome.err.find(expected) != std::string::npos);
      CHECK(outcome.err.find(kToken) == std::string::npos);
    }
    const auto missing = world.refused(service, {"--config", world.sandbox.file("none.toml")});
    CHECK(missing.status == 2);
    CHECK(missing.err.find("none.toml: ") != std::string::npos);
  }
}

TEST_CASE("more waits than there are descriptors for are refused before anything is served") {
  const std::string line = "ulimit -n 1000; exec '" SESAME_BINARY "' sim --port 0 --max-waits 501 2>&1";
  FILE* const pipe = ::popen(line.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string said;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) said += static_cast<char>(c);
  const int status = ::pclose(pipe);
  CHECK(WEXITSTATUS(status) == 3);
  CHECK(said ==
        "sesame: --max-waits 501: with 1000 descriptors there is room for 500; ulimit -n gives more\n");
}
