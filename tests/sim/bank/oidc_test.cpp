// The bank as an OpenID Provider: what an application is told of who is there, and everything that it is not.
#include <openssl/evp.h>

#include <algorithm>

#include "sim/bank/oidc/openid.hpp"
#include "sim/http/request_parser.hpp"
#include "tests/sim/bank/site.hpp"

namespace sesame::bank::test {
namespace {

constexpr const char* kCallback = "https://app.example/callback";
const std::string kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // RFC 7636, appendix B
const std::string kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const std::string kSecret = "correct-horse-battery-staple";

std::string header_of(const sim::Response& response, const std::string& name) {
  for (const auto& [one, value] : response.headers) {
    if (one == name) return value;
  }
  return {};
}

// Of a URL's query; "" is what stands before it.
Parameters parts_of(const std::string& url) {
  const std::size_t mark = url.find('?');
  Parameters parts = read_form(mark == std::string::npos ? "" : url.substr(mark + 1)).value();
  parts[""] = url.substr(0, mark);
  return parts;
}

std::string decoded(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string bytes(text.size() / 4 * 3, '\0');
  REQUIRE(EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                          reinterpret_cast<const unsigned char*>(text.data()),
                          static_cast<int>(text.size())) >= 0);
  return bytes.substr(0, bytes.size() - padding);
}

json claims_of(const std::string& token) {
  const std::size_t first = token.find('.'), second = token.find('.', first + 1);
  return json::parse(decoded(token.substr(first + 1, second - first - 1)));
}

// An application of the site, and what it sends.
class Application {
 public:
  explicit Application(SiteUnderTest& site, const std::string& id = "app", const std::string& secret = {},
                       const std::string& callback = kCallback)
      : site_(site), secret_(secret) {
    json client{{"client_id", id},
                {"name", "Application " + id},
                {"redirect_uris", {callback}},
                {"post_logout_redirect_uris", {"https://app.example/bye"}}};
    if (!secret.empty()) client["client_secret"] = secret;
    const auto made = site.bank.send(request_of("POST", site.path("/clients"), client));
    INFO(made.body);
    REQUIRE(made.status == 201);
    issuer = json::parse(made.body)["issuer"];
    asks = {{"response_type", "code"},
            {"client_id", id},
            {"redirect_uri", callback},
            {"scope", "openid profile email"},
            {"state", "state of the application"},
            {"nonce", "n-0S6_WzA2Mj"},
            {"code_challenge", kChallenge},
            {"code_challenge_method", "S256"}};
  }

  std::string target(const Parameters& more = {}) const {
    Parameters all = more;
    all.insert(asks.begin(), asks.end());
    std::string query;
    for (const auto& [name, value] : all) {
      if (!value.empty()) query += (query.empty() ? "?" : "&") + name + "=" + value;
    }
    return "/oidc/authorize" + query;
  }
  // Where the browser is led.
  Parameters authorize(Browser& browser, const Parameters& more = {}) const {
    const auto response = browser.send("GET", target(more));
    INFO(response.body);
    REQUIRE(response.status == 303);
    return parts_of(header_of(response, "Location"));
  }
  std::string code(Browser& browser, const Parameters& more = {}) const {
    const Parameters led = authorize(browser, more);
    REQUIRE(led.count("code") == 1);
    return led.at("code");
  }
  Parameters form(const std::string& code) const {
    return {{"grant_type", "authorization_code"},      {"code", code},
            {"redirect_uri", asks.at("redirect_uri")}, {"code_verifier", kVerifier},
            {"client_id", asks.at("client_id")},       {"client_secret", secret_}};
  }
  sim::Response post(const Parameters& form, const Parameters& headers = {}) const {
    sim::Request request = request_of("POST", site_.base() + "/oidc/token");
    request.headers["content-type"] = "application/x-www-form-urlencoded";
    for (const auto& [name, value] : headers) request.headers[name] = value;
    request.body = with_query("", {form.begin(), form.end()}).substr(1);
    return site_.bank.send(request);
  }
  json tokens(const std::string& code) const {
    const auto response = post(form(code));
    INFO(response.body);
    REQUIRE(response.status == 200);
    return json::parse(response.body);
  }
  // "400 invalid_grant"
  std::string refused(const Parameters& form, const Parameters& headers = {}) const {
    const auto response = post(form, headers);
    const json body = json::parse(response.body);
    return std::to_string(response.status) + " " + body.value("error", "none");
  }
  sim::Response user_info(const std::string& authorization) const {
    sim::Request request = request_of("GET", site_.base() + "/oidc/userinfo");
    if (!authorization.empty()) request.headers["authorization"] = authorization;
    return site_.bank.send(request);
  }

  Parameters asks;
  std::string issuer;

 private:
  SiteUnderTest& site_;
  std::string secret_;
};

const json kSimpleLogin{{"client_id", "10002000"}, {"user_number", "1"}, {"confidential_code", "tournesol1"}};

// Who has authenticated strongly some days ago, and logs in with a confidential code now.
Browser simple(SiteUnderTest& site) {
  site.logged_in();
  site.advance(kDay);
  Browser browser = site.browser();
  browser.ok("POST", "/api/login/confidential", kSimpleLogin);
  REQUIRE(browser.access == "limited");
  return browser;
}

void step_up(SiteUnderTest& site, Browser& browser) {
  const json operation = browser.ok("POST", "/api/operations", {{"kind", "strong"}});
  browser.ok("POST", "/api/operations/" + operation["id"].get<std::string>(),
             {{"code", site.people[0].code()}});
}

std::string completed(Browser& browser) {
  return browser.ok("POST", "/api/authorization")["url"].get<std::string>();
}

}  // namespace

TEST_CASE("discovery tells what the bank does, and where") {
  SiteUnderTest site;
  const Application app(site);
  const auto response = site.bank.send(request_of("GET", site.base() + "/.well-known/openid-configuration"));
  const json told = json::parse(response.body);
  CHECK(told["issuer"] == "https://127.0.0.1:8037" + site.base());
  CHECK(app.issuer == told["issuer"]);
  CHECK(told["authorization_endpoint"] == app.issuer + "/oidc/authorize");
  CHECK(told["response_types_supported"] == json{"code"});
  CHECK(told["code_challenge_methods_supported"] == json{"S256"});
  CHECK(told["id_token_signing_alg_values_supported"] == json{"ES256"});
  CHECK(told["acr_values_supported"] == json{kAcrSimple, kAcrStrong});
  CHECK(told["authorization_response_iss_parameter_supported"] == true);
}

TEST_CASE("an application learns who logged in with a code of the reader, how and when") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = site.browser();
  const Parameters page = app.authorize(alice, {{"login_hint", "CLIENT01"}, {"ui_locales", "de fr-FR en"}});
  CHECK(page.at("") == app.issuer + "/");
  const json asked = alice.arrive()["authorization"];
  CHECK(asked["id"] == page.at("authorize"));
  CHECK(asked["client"] == "Application app");
  CHECK(asked["needs"] == "login");
  CHECK(asked["login_hint"] == "CLIENT01");
  CHECK(asked["locale"] == "fr");
  CHECK(alice.refused("POST", "/api/authorization") == "401 no_session");

  site.advance(2 * kSecond);
  alice.ok("POST", "/api/login/code", site.people[0].login("coopaccess", site.people[0].code()));
  CHECK(alice.arrive()["authorization"]["needs"] == nullptr);
  site.advance(3 * kSecond);
  const Parameters led = parts_of(completed(alice));
  CHECK(led.at("") == kCallback);
  CHECK(led.at("state") == "state of the application");
  CHECK(led.at("iss") == app.issuer);
  CHECK(alice.refused("POST", "/api/authorization") == "409 over");
  CHECK(alice.arrive()["authorization"] == nullptr);

  const auto response = app.post(app.form(led.at("code")));
  CHECK(header_of(response, "Cache-Control") == "no-store");
  const json tokens = json::parse(response.body);
  CHECK(tokens["token_type"] == "Bearer");
  CHECK(tokens["expires_in"] == 600);
  CHECK(tokens["scope"] == "openid profile email");
  CHECK_FALSE(tokens.contains("refresh_token"));
  json claims = claims_of(tokens["id_token"]);
  const std::string sub = claims["sub"];
  CHECK(sub.size() >= 20);
  claims.erase("sub");
  CHECK(claims == json{{"iss", app.issuer},
                       {"aud", "app"},
                       {"iat", kMorning / 1'000 + 5},
                       {"exp", kMorning / 1'000 + 605},
                       {"auth_time", kMorning / 1'000 + 2},
                       {"nonce", "n-0S6_WzA2Mj"},
                       {"acr", "urn:sesame:acr:strong"},
                       {"amr", {"sc", "otp", "pin", "mfa"}},
                       {"name", "Client 1"},
                       {"email", "client1@example.org"}});
  const auto told = app.user_info("Bearer " + tokens["access_token"].get<std::string>());
  CHECK(json::parse(told.body) == json{{"sub", sub}, {"name", "Client 1"}, {"email", "client1@example.org"}});

  // Somebody else is somebody else; and what was not asked for is not told.
  Browser bruno = site.logged_in(1);
  const json others = app.tokens(app.code(bruno, {{"scope", "openid"}, {"nonce", ""}}));
  const json other = claims_of(others["id_token"]);
  CHECK(other["sub"] != sub);
  CHECK_FALSE(other.contains("name"));
  CHECK_FALSE(other.contains("nonce"));
  const json info = json::parse(app.user_info("Bearer " + others["access_token"].get<std::string>()).body);
  CHECK(info == json{{"sub", other["sub"]}});
  const json audit = json::parse(site.bank.send(request_of("GET", site.path("/audit"))).body)["rows"];
  CHECK(std::count_if(audit.begin(), audit.end(),
                      [](const json& row) { return row["event"] == "authorization"; }) == 2);
}

TEST_CASE("an application that asks for strong authentication leads a simple session to the reader") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = simple(site);
  const json before = claims_of(app.tokens(app.code(alice))["id_token"]);
  CHECK(before["acr"] == "urn:sesame:acr:simple");
  CHECK(before["amr"] == json{"pwd"});

  const Parameters strong{{"acr_values", "urn:elsewhere urn:sesame:acr:strong"}};
  CHECK(app.authorize(alice, strong).count("authorize") == 1);
  CHECK(alice.arrive()["authorization"]["needs"] == "strong");
  CHECK(alice.refused("POST", "/api/authorization") == "403 not_now");
  site.advance(kMinute);
  step_up(site, alice);
  const json after = claims_of(app.tokens(parts_of(completed(alice)).at("code"))["id_token"]);
  CHECK(after["acr"] == "urn:sesame:acr:strong");
  CHECK(after["amr"] == json{"pwd", "sc", "otp", "pin", "mfa"});
  CHECK(after["auth_time"] == (kMorning + kDay + kMinute) / 1'000);
  CHECK(after["sub"] == before["sub"]);
  app.code(alice, strong);  // at once, from now on

  Browser again = simple(site);
  app.code(again, {{"acr_values", "urn:sesame:acr:simple urn:sesame:acr:strong"}});
  CHECK(app.authorize(again, {{"acr_values", "urn:sesame:acr:strong urn:sesame:acr:simple"}})
            .count("authorize") == 1);
}

TEST_CASE("prompt=none shows no page: a code, or what is missing") {
  SiteUnderTest site;
  const Application app(site);
  Parameters silent{{"prompt", "none"}};
  Browser nobody = site.browser();
  CHECK(app.authorize(nobody, silent).at("error") == "login_required");
  Browser alice = simple(site);
  app.code(alice, silent);
  silent["acr_values"] = "urn:sesame:acr:strong";
  CHECK(app.authorize(alice, silent).at("error") == "interaction_required");
  silent["acr_values"] = "urn:sesame:acr:strong urn:sesame:acr:simple";
  app.code(alice, silent);
  site.advance(2 * kSecond);
  silent["max_age"] = "1";
  CHECK(app.authorize(alice, silent).at("error") == "login_required");
  CHECK(alice.arrive()["authorization"] == nullptr);
}

TEST_CASE("prompt=login and max_age ask for an authentication that is new") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = site.logged_in();
  app.code(alice, {{"max_age", "60"}});
  for (const Parameters& more : {Parameters{{"prompt", "login"}}, Parameters{{"max_age", "0"}}}) {
    CHECK(app.authorize(alice, more).count("authorize") == 1);
    CHECK(alice.arrive()["authorization"]["needs"] == "login");
    CHECK(alice.refused("POST", "/api/authorization") == "403 not_now");
    // Also where no time passes between the two.
    alice.ok("POST", "/api/login/code", site.people[0].login("coopaccess", site.people[0].code()));
    completed(alice);
  }
  site.advance(kMinute);
  app.code(alice, {{"max_age", "60"}});
  site.advance(1);
  CHECK(app.authorize(alice, {{"max_age", "60"}}).count("authorize") == 1);
  step_up(site, alice);
  const json claims = claims_of(app.tokens(parts_of(completed(alice)).at("code"))["id_token"]);
  CHECK(claims["auth_time"] == kMorning / 1'000 + 60);
}

TEST_CASE("who has to prove something to the bank first is told to no application") {
  json customers = seed();
  customers["subscriptions"][0]["users"][0]["password"]["must_change"] = true;
  SiteUnderTest site(json::object(), customers);
  const Application app(site);
  Browser first = site.browser();
  first.ok("POST", "/api/login/confidential", kSimpleLogin);
  REQUIRE(first.access == "must_prove");
  CHECK(app.authorize(first).count("authorize") == 1);
  CHECK(first.arrive()["authorization"]["needs"] == "strong");
  CHECK(first.refused("POST", "/api/authorization") == "403 not_now");
  CHECK(app.authorize(first, {{"prompt", "none"}}).at("error") == "interaction_required");

  Browser saver = site.browser();
  saver.ok("POST", "/api/login/password", {{"email", "client1@example.org"}, {"password", "Premier-Mot-1"}});
  REQUIRE(saver.access == "must_change");
  CHECK(app.authorize(saver).count("authorize") == 1);
  CHECK(saver.arrive()["authorization"]["needs"] == "secret");
  CHECK(saver.refused("POST", "/api/authorization") == "403 not_now");
  saver.ok("POST", "/api/secret", {{"new", "Second-Mot-77"}});
  const json claims = claims_of(app.tokens(parts_of(completed(saver)).at("code"))["id_token"]);
  CHECK(claims["acr"] == "urn:sesame:acr:simple");
  // There is no reader at that site.
  app.authorize(saver, {{"acr_values", "urn:sesame:acr:strong"}});
  CHECK(saver.arrive()["authorization"]["needs"] == "login");
}

TEST_CASE("a code is used once, within a minute, by its client, with its redirect_uri and its verifier") {
  SiteUnderTest site;
  const Application app(site), other(site, "other", kSecret);
  Browser alice = site.logged_in();
  struct Try {
    const char* name;
    const char* value;
    const char* answer;
  };
  for (const Try& one :
       {Try{"code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX", "400 invalid_grant"},
        {"code_verifier", "short", "400 invalid_grant"},
        {"code_verifier", kChallenge.c_str(), "400 invalid_grant"},
        {"redirect_uri", "https://app.example/callback/", "400 invalid_grant"},
        {"redirect_uri", "https://evil.example/callback", "400 invalid_grant"}}) {
    const std::string code = app.code(alice);
    Parameters form = app.form(code);
    form[one.name] = one.value;
    INFO(one.name << "=" << one.value);
    CHECK(app.refused(form) == one.answer);
    CHECK(app.refused(app.form(code)) == "400 invalid_grant");  // it is over, whatever came with it
  }
  for (const char* missing : {"grant_type", "code", "redirect_uri", "code_verifier"}) {
    Parameters form = app.form(app.code(alice));
    form.erase(missing);
    CHECK(app.refused(form) == "400 invalid_request");
  }
  const std::string stolen = app.code(alice);
  Parameters form = other.form(stolen);
  form["redirect_uri"] = kCallback;
  CHECK(other.refused(form) == "400 invalid_grant");
  CHECK(app.refused(app.form(stolen)) == "400 invalid_grant");
  CHECK(app.refused(app.form("no-such-code")) == "400 invalid_grant");

  const std::string in_time = app.code(alice), late = app.code(alice);
  site.advance(kMinute - 1);
  app.tokens(in_time);
  site.advance(1);
  CHECK(app.refused(app.form(late)) == "400 invalid_grant");
}

TEST_CASE("a code that is used again ends what it gave") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = site.logged_in();
  const std::string code = app.code(alice);
  const std::string token = "Bearer " + app.tokens(code)["access_token"].get<std::string>();
  const std::string kept = "Bearer " + app.tokens(app.code(alice))["access_token"].get<std::string>();
  CHECK(app.user_info(token).status == 200);
  site.advance(9 * kMinute);
  CHECK(app.refused(app.form(code)) == "400 invalid_grant");
  CHECK(app.user_info(token).status == 401);
  CHECK(app.user_info(kept).status == 200);
}

TEST_CASE("what is wrong with a request is told to its application") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = site.logged_in();
  const std::vector<std::pair<Parameters, std::string>> wrong{
      {{{"code_challenge", ""}}, "invalid_request"},
      {{{"code_challenge_method", ""}}, "invalid_request"},
      {{{"code_challenge_method", "plain"}}, "invalid_request"},
      {{{"code_challenge", kVerifier + "A"}}, "invalid_request"},
      {{{"code_challenge", kChallenge.substr(1) + "!"}}, "invalid_request"},
      {{{"response_type", ""}}, "invalid_request"},
      {{{"response_type", "token"}}, "unsupported_response_type"},
      {{{"response_type", "id_token"}}, "unsupported_response_type"},
      {{{"response_type", "code id_token"}}, "unsupported_response_type"},
      {{{"response_mode", "fragment"}}, "invalid_request"},
      {{{"response_mode", "form_post"}}, "invalid_request"},
      {{{"scope", "profile"}}, "invalid_scope"},
      {{{"scope", ""}}, "invalid_scope"},
      {{{"request", "eyJhbGciOiJub25lIn0.e30."}}, "request_not_supported"},
      {{{"request_uri", "https://evil.example/request"}}, "request_uri_not_supported"},
      {{{"registration", "{}"}}, "registration_not_supported"},
      {{{"prompt", "none login"}}, "invalid_request"},
      {{{"prompt", "consent"}}, "consent_required"},
      {{{"prompt", "select_account"}}, "account_selection_required"},
      {{{"prompt", "everything"}}, "invalid_request"},
      {{{"max_age", "-1"}}, "invalid_request"},
      {{{"max_age", "soon"}}, "invalid_request"},
      {{{"nonce", "line\nbreak"}}, "invalid_request"},
      {{{"nonce", std::string(1'025, 'n')}}, "invalid_request"},
      {{{"id_token_hint", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."}}, "invalid_request"},
  };
  for (const auto& [more, error] : wrong) {
    const Parameters led = app.authorize(alice, more);
    INFO(more.begin()->first << "=" << more.begin()->second);
    CHECK(led.at("") == kCallback);
    CHECK(led.at("error") == error);
    CHECK(led.at("state") == "state of the application");
    CHECK(led.at("iss") == app.issuer);
    CHECK(led.count("code") == 0);
  }
  // A state that no application sends is not sent back.
  CHECK(app.authorize(alice, {{"state", "a\r\nSet-Cookie: a=b"}}).count("state") == 0);
  CHECK(app.code(alice, {{"unknown", "parameter"}}).size() == 43);
}

TEST_CASE("a browser is led to no address but those that the application has registered") {
  SiteUnderTest site;
  const Application app(site), other(site, "other", {}, "https://other.example/?a=b");
  Browser alice = site.logged_in();
  for (const char* uri :
       {"", "https://evil.example/", "https://app.example/callback#fragment", "https://app.example/callback/",
        "https://app.example/callback/../evil", "https://app.example/callback?next=evil",
        "https://app.example/callback.evil.example", "https://APP.example/callback",
        "http://app.example/callback", "https://app.example@evil.example/callback",
        "https://app.example:443/callback", "//app.example/callback", "javascript:alert(1)",
        "https://other.example/"}) {
    INFO(uri);
    for (const char* prompt : {"", "none"}) {
      const auto response = alice.send("GET", app.target({{"redirect_uri", uri}, {"prompt", prompt}}));
      CHECK(response.status == 400);
      CHECK(header_of(response, "Location").empty());
    }
  }
  for (const char* client : {"", "nobody", "other"}) {
    const auto response = alice.send("GET", app.target({{"client_id", client}}));
    CHECK(response.status == 400);
    CHECK(header_of(response, "Location").empty());
  }
  // A query that it has stays in front.
  const auto led = alice.send("GET", other.target());
  CHECK(header_of(led, "Location").starts_with("https://other.example/?a=b&code="));
}

TEST_CASE(
    "an application is registered with addresses that a browser may be led to, and a secret of some length") {
  SiteUnderTest site;
  const auto status = [&](const json& more) {
    json client{{"client_id", "app"}, {"name", "Application"}, {"redirect_uris", {kCallback}}};
    client.update(more);
    return site.bank.send(request_of("POST", site.path("/clients"), client)).status;
  };
  for (const char* uri :
       {"", "/callback", "callback", "//app.example/", "https:", "https:///callback", "https:app.example",
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "mailto:a@b.example",
        "https://app.example/#here", "https://user@app.example/", "https://app.example/a b",
        "https://app.example/\r\nX: y", "https://app.example/é", "https://app.example\\@evil.example/"}) {
    INFO(uri);
    CHECK(status({{"redirect_uris", {uri}}}) == 400);
    CHECK(status({{"post_logout_redirect_uris", {uri}}}) == 400);
  }
  CHECK(status({{"redirect_uris", json::array()}}) == 400);
  CHECK(status({{"client_id", "a/b"}}) == 400);
  CHECK(status({{"client_secret", "short"}}) == 400);
  CHECK(status({{"client_secret", "sixteen characters"}}) == 400);
  CHECK(status({{"scopes", "openid"}}) == 400);
  CHECK(status({{"redirect_uris", {kCallback, "http://127.0.0.1:3000/cb", "org.example.app:/cb"}}}) == 201);
  CHECK(status(json::object()) == 409);

  const auto listed = site.bank.send(request_of("GET", site.path("/clients")));
  const json all = json::parse(listed.body)["clients"];
  REQUIRE(all.size() == 1);
  CHECK(all[0]["redirect_uris"][2] == "org.example.app:/cb");
  CHECK(all[0]["public"] == true);
  CHECK(site.bank.send(request_of("DELETE", site.path("/clients/app"))).status == 204);
  CHECK(site.bank.send(request_of("DELETE", site.path("/clients/app"))).status == 404);
}

TEST_CASE("a client with a secret proves that it has it; one without has none") {
  SiteUnderTest site;
  const Application app(site), closed(site, "closed", kSecret);
  Browser alice = site.logged_in();
  const auto basic = [](const std::string& pair) {
    std::string text(4 * ((pair.size() + 2) / 3), '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                    reinterpret_cast<const unsigned char*>(pair.data()), static_cast<int>(pair.size()));
    return Parameters{{"authorization", "Basic " + text}};
  };
  const auto without = [](Parameters form, std::initializer_list<const char*> names) {
    for (const char* name : names) form.erase(name);
    return form;
  };
  closed.tokens(closed.code(alice));
  const Parameters bare = without(closed.form(closed.code(alice)), {"client_id", "client_secret"});
  CHECK(closed.refused(bare, basic("closed:wrong")) == "401 invalid_client");
  CHECK(closed.refused(bare, basic("closed:")) == "401 invalid_client");
  CHECK(closed.refused(bare, basic("closed")) == "401 invalid_client");
  CHECK(closed.refused(bare, basic("app:" + kSecret)) == "401 invalid_client");
  CHECK(closed.refused(bare, {{"authorization", "Basic *"}}) == "401 invalid_client");
  CHECK(closed.refused(bare, {{"authorization", "Bearer " + kSecret}}) == "401 invalid_client");
  CHECK(closed.refused(bare) == "401 invalid_client");
  const auto challenged = closed.post(bare, basic("closed:wrong"));
  CHECK(header_of(challenged, "WWW-Authenticate").starts_with("Basic realm="));
  Parameters both = bare;
  both["client_secret"] = kSecret;
  CHECK(closed.refused(both, basic("closed:" + kSecret)) == "400 invalid_request");
  Parameters two = bare;
  two["client_id"] = "app";
  CHECK(closed.refused(two, basic("closed:" + kSecret)) == "400 invalid_request");
  // None of these took the code.
  CHECK(closed.post(bare, basic("closed:" + kSecret)).status == 200);

  Parameters form = closed.form(closed.code(alice));
  form["client_secret"] = "wrong-wrong-wrong";
  CHECK(closed.refused(form) == "401 invalid_client");
  form["client_secret"] = "";
  CHECK(closed.refused(form) == "401 invalid_client");
  form = app.form(app.code(alice));
  form["client_secret"] = kSecret;
  CHECK(app.refused(form) == "401 invalid_client");
  form["client_id"] = "nobody";
  CHECK(app.refused(form) == "401 invalid_client");
}

TEST_CASE("the token endpoint takes one form, with each parameter once, and codes alone") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = site.logged_in();
  Parameters form = app.form(app.code(alice));
  CHECK(app.refused(form, {{"content-type", "application/json"}}) == "400 invalid_request");
  for (const char* grant : {"refresh_token", "password", "client_credentials", "implicit"}) {
    Parameters other = form;
    other["grant_type"] = grant;
    CHECK(app.refused(other) == "400 unsupported_grant_type");
  }
  sim::Request twice = request_of("POST", site.base() + "/oidc/token");
  twice.headers["content-type"] = "application/x-www-form-urlencoded; charset=utf-8";
  twice.body = with_query("", {form.begin(), form.end()}).substr(1) + "&code=another";
  CHECK(json::parse(site.bank.send(twice).body)["error"] == "invalid_request");
  CHECK(site.bank.send(request_of("GET", site.base() + "/oidc/token")).status == 405);
  app.tokens(form["code"]);
}

TEST_CASE("an access token is good for ten minutes, in its header alone") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = site.logged_in();
  const json tokens = app.tokens(app.code(alice));
  const std::string token = tokens["access_token"];
  const auto none = app.user_info("");
  CHECK(none.status == 401);
  CHECK(header_of(none, "WWW-Authenticate") == "Bearer realm=\"bank\"");
  const auto wrong = app.user_info("Bearer " + tokens["id_token"].get<std::string>());
  CHECK(wrong.status == 401);
  CHECK(header_of(wrong, "WWW-Authenticate") == "Bearer realm=\"bank\", error=\"invalid_token\"");
  CHECK(app.user_info("Basic " + token).status == 401);
  CHECK(site.bank.send(request_of("GET", site.base() + "/oidc/userinfo?access_token=" + token)).status ==
        401);
  site.advance(10 * kMinute - 1);
  CHECK(app.user_info("bearer " + token).status == 200);
  site.advance(1);
  CHECK(app.user_info("Bearer " + token).status == 401);
}

TEST_CASE("an application that holds an ID token of the user ends the session, and nobody else does") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = site.logged_in();
  const std::string hint = app.tokens(app.code(alice))["id_token"];
  Browser bruno = site.logged_in(1);
  const auto led = [&](Browser& browser, const Parameters& given) {
    return header_of(browser.send("GET", with_query("/oidc/logout", {given.begin(), given.end()})),
                     "Location");
  };
  const std::string page = app.issuer + "/", bye = "https://app.example/bye";
  const std::size_t dot = hint.find('.');
  const std::string unsigned_hint =
      "eyJhbGciOiJub25lIn0" + hint.substr(dot, hint.rfind('.') + 1 - dot);  // {"alg":"none"}
  std::string changed = hint;
  changed[changed.size() - 10] = changed[changed.size() - 10] == 'A' ? 'B' : 'A';
  CHECK(led(alice, {}) == page);
  CHECK(led(alice, {{"post_logout_redirect_uri", "https://evil.example/"}}) == page);
  CHECK(led(alice, {{"id_token_hint", unsigned_hint}}) == page);
  CHECK(led(alice, {{"id_token_hint", changed}}) == page);
  CHECK(led(alice, {{"id_token_hint", hint}, {"client_id", "other"}}) == page);
  CHECK(led(bruno, {{"id_token_hint", hint}}) == page);
  alice.ok("GET", "/api/accounts");
  bruno.ok("GET", "/api/accounts");

  site.advance(kMinute);
  sim::Request request = request_of("GET", site.base() + "/oidc/logout");
  request.headers["cookie"] = alice.cookie;
  request.query = {{"id_token_hint", hint}, {"post_logout_redirect_uri", bye}, {"state", "of the app"}};
  CHECK(header_of(site.bank.send(request), "Location") == bye + "?state=of%20the%20app");
  CHECK(alice.refused("GET", "/api/accounts") == "401 no_session");
  request.query["post_logout_redirect_uri"] = "https://app.example/bye/evil";
  CHECK(header_of(site.bank.send(request), "Location") == page);
}

TEST_CASE("pages of an application's own origin may read what is for it, and no others") {
  SiteUnderTest site;
  const Application app(site);
  for (const char* path : {"/.well-known/openid-configuration", "/oidc/jwks", "/oidc/userinfo"}) {
    for (const auto& [origin, may] : {std::pair("https://app.example", true),
                                      {"https://evil.example", false},
                                      {"http://app.example", false},
                                      {"https://app.example:8443", false},
                                      {"null", false},
                                      {"", false}}) {
      sim::Request request = request_of("GET", site.base() + path);
      if (*origin != '\0') request.headers["origin"] = origin;
      const auto response = site.bank.send(request);
      INFO(path << " " << origin);
      CHECK(header_of(response, "Access-Control-Allow-Origin") == (may ? origin : ""));
      CHECK(header_of(response, "Access-Control-Allow-Credentials").empty());
      CHECK(header_of(response, "Vary") == "Origin");
    }
  }
  sim::Request preflight = request_of("OPTIONS", site.base() + "/oidc/token");
  preflight.headers["origin"] = "https://app.example";
  const auto response = site.bank.send(preflight);
  CHECK(response.status == 204);
  CHECK(header_of(response, "Access-Control-Allow-Origin") == "https://app.example");
  CHECK(header_of(response, "Access-Control-Allow-Headers") == "Authorization, Content-Type");
  // The pages' own API stays theirs; and a name that is not this server's gets nothing.
  sim::Request session = request_of("GET", site.base() + "/api/session");
  session.headers["origin"] = "https://app.example";
  CHECK(site.bank.send(session).status == 403);
  sim::Request rebound = request_of("GET", site.base() + "/oidc/jwks");
  rebound.headers["host"] = "evil.example";
  CHECK(site.bank.send(rebound).status == 403);
}

TEST_CASE("a request is its session's: nobody completes another's, and its user may refuse") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = site.browser(), mallory = site.logged_in(1);
  const std::string id = app.authorize(alice).at("authorize");
  CHECK(mallory.arrive()["authorization"] == nullptr);
  CHECK(mallory.refused("POST", "/api/authorization", {{"id", id}}) == "409 over");
  alice.ok("POST", "/api/login/code", site.people[0].login("coopaccess", site.people[0].code()));
  CHECK(alice.refused("POST", "/api/authorization", {{"id", "another"}}) == "409 over");
  const std::string csrf = std::exchange(alice.csrf, "");
  CHECK(alice.refused("POST", "/api/authorization") == "403 bad_csrf_token");
  alice.csrf = csrf;
  const json refused = alice.ok("DELETE", "/api/authorization", {{"id", id}});
  const Parameters led = parts_of(refused["url"]);
  CHECK(led.at("") == kCallback);
  CHECK(led.at("error") == "access_denied");
  CHECK(led.at("state") == "state of the application");
  CHECK(alice.refused("DELETE", "/api/authorization") == "409 over");

  // A new request ends the one before, and a quarter of an hour does.
  Browser late = site.browser();
  const std::string first = app.authorize(late).at("authorize");
  app.authorize(late);
  CHECK(late.arrive()["authorization"]["id"] != first);
  site.advance(15 * kMinute);
  late.ok("POST", "/api/login/code", site.people[0].login("coopaccess", site.people[0].code()));
  CHECK(late.refused("POST", "/api/authorization") == "409 over");
}

TEST_CASE(
    "a browser that has no cookie yet gets one with the request, and what is posted is asked for again") {
  SiteUnderTest site;
  const Application app(site);
  Browser fresh(site.bank, site.base());
  app.authorize(fresh);
  CHECK_FALSE(fresh.cookie.empty());
  CHECK(fresh.arrive()["authorization"]["client"] == "Application app");

  sim::Request posted = request_of("POST", site.base() + "/oidc/authorize");
  posted.headers["origin"] = "https://app.example";
  posted.headers["content-type"] = "application/x-www-form-urlencoded";
  posted.body = with_query("", {app.asks.begin(), app.asks.end()}).substr(1);
  const auto response = site.bank.send(posted);
  CHECK(response.status == 303);
  Parameters led = parts_of(header_of(response, "Location"));
  CHECK(led.at("") == app.issuer + "/oidc/authorize");
  led.erase("");
  CHECK(led == app.asks);
  CHECK(header_of(response, "Set-Cookie").empty());
}

TEST_CASE("id_token_hint asks for that user") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = site.logged_in(), bruno = site.logged_in(1);
  const std::string hint = app.tokens(app.code(alice))["id_token"];
  app.code(alice, {{"id_token_hint", hint}, {"prompt", "none"}});
  CHECK(app.authorize(bruno, {{"id_token_hint", hint}, {"prompt", "none"}}).at("error") == "login_required");
  app.authorize(bruno, {{"id_token_hint", hint}});
  CHECK(bruno.arrive()["authorization"]["needs"] == "login");
  bruno.ok("POST", "/api/login/code", site.people[0].login("coopaccess", site.people[0].code()));
  completed(bruno);
}

TEST_CASE("a client that is removed takes its codes, tokens and requests with it") {
  SiteUnderTest site;
  const Application app(site);
  Browser alice = site.logged_in();
  const std::string token = "Bearer " + app.tokens(app.code(alice))["access_token"].get<std::string>();
  const std::string code = app.code(alice);
  app.authorize(alice, {{"prompt", "login"}});
  CHECK(site.bank.send(request_of("DELETE", site.path("/clients/app"))).status == 204);
  CHECK(app.user_info(token).status == 401);
  CHECK(app.refused(app.form(code)) == "401 invalid_client");
  CHECK(alice.arrive()["authorization"] == nullptr);
}

TEST_CASE(
    "each bank has a key of its own; neither it nor a code, a token or a secret is in the tables in the "
    "open") {
  SiteUnderTest site, other;
  const Application app(site, "app", kSecret);
  Browser alice = site.logged_in();
  const std::string code = app.code(alice);
  const json tokens = app.tokens(code);
  const auto keys = [](SiteUnderTest& of) {
    return json::parse(of.bank.send(request_of("GET", of.base() + "/oidc/jwks")).body)["keys"];
  };
  const json key = keys(site);
  REQUIRE(key.size() == 1);
  CHECK(key == keys(site));
  CHECK(key[0]["kid"] != keys(other)[0]["kid"]);
  CHECK(key[0]["alg"] == "ES256");
  CHECK(key[0]["use"] == "sig");
  CHECK(key[0]["crv"] == "P-256");
  CHECK_FALSE(key[0].contains("d"));
  const std::string id_token = tokens["id_token"];
  const json header = json::parse(decoded(id_token.substr(0, id_token.find('.'))));
  CHECK(header == json{{"alg", "ES256"}, {"typ", "JWT"}, {"kid", key[0]["kid"]}});

  std::string all;
  const auto tenant = site.bank.tenants().find(site.tenant["id"].get<std::string>());
  tenant->bank().with_tables([&](Database& database) {
    for (const char* table :
         {"clients", "authorizations", "authorization_codes", "access_tokens", "signing_keys", "audit"}) {
      sqlite::Query rows = database.query(std::string("SELECT * FROM ") + table);
      while (rows.step()) {
        for (int i = 0; i < rows.columns(); ++i) {
          const ByteString bytes = rows.bytes(i);
          all.append(bytes.begin(), bytes.end());
        }
      }
    }
  });
  CHECK(all.find(key[0]["kid"].get<std::string>()) != std::string::npos);
  for (const std::string& secret :
       {code, tokens["access_token"].get<std::string>(), kSecret, std::string("\"d\"")}) {
    CHECK(all.find(secret) == std::string::npos);
  }
}

TEST_CASE("a signature is good for its payload, its key and ES256, and nothing else") {
  const SigningKey key = SigningKey::generate(), other = SigningKey::generate();
  const std::string token = key.sign(R"({"sub":"a"})");
  CHECK(key.verify(token) == R"({"sub":"a"})");
  CHECK_FALSE(other.verify(token));
  CHECK(SigningKey(key.text().view()).verify(token));
  CHECK(SigningKey(key.text().view()).kid() == key.kid());
  const std::size_t first = token.find('.'), second = token.rfind('.');
  const std::string payload = token.substr(first, second - first + 1), signature = token.substr(second + 1);
  const auto header = [](const std::string& text) {
    return base64url(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  };
  for (const std::string& wrong :
       {std::string(), std::string("."), std::string(".."), token.substr(0, second),
        token.substr(0, second + 1), token + "A", token.substr(0, token.size() - 2), "A" + token,
        header(R"({"alg":"none"})") + payload,
        header(R"({"alg":"none","kid":")" + key.kid() + "\"}") + payload,
        header(R"({"alg":"HS256","kid":")" + key.kid() + "\"}") + payload + signature,
        header(R"({"alg":"ES256"})") + payload + signature,
        token.substr(0, first + 1) + header(R"({"sub":"b"})") + "." + signature,
        std::string(20'000, 'a') + ".b.c"}) {
    INFO(wrong.substr(0, 200));
    CHECK_FALSE(key.verify(wrong));
  }
}

TEST_CASE("how somebody was authenticated is said in the names of RFC 8176") {
  Session session;
  session.level = Level::strong;
  session.opened = 1'000;
  session.strong_at = 1'000;
  session.method = Method::code;
  CHECK(json(amr_of(session)) == json{"sc", "otp", "pin", "mfa"});
  session.method = Method::certificate;
  CHECK(json(amr_of(session)) == json{"swk", "pop", "pin", "mfa"});
  session.strong_at = 2'000;
  CHECK(json(amr_of(session)) == json{"swk", "pop", "sc", "otp", "pin", "mfa"});
  CHECK(authenticated_at(session) == 2'000);
  session.method = Method::confidential;
  CHECK(json(amr_of(session)) == json{"pwd", "sc", "otp", "pin", "mfa"});
  session.level = Level::simple;
  session.strong_at.reset();
  CHECK(json(amr_of(session)) == json{"pwd"});
  CHECK(authenticated_at(session) == 1'000);
  session.method = Method::password;
  CHECK(json(amr_of(session)) == json{"pwd"});
}

}  // namespace sesame::bank::test
