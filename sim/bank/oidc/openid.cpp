#include "sim/bank/oidc/openid.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "sim/http/message.hpp"
#include "sim/http/query.hpp"

namespace sesame::bank {

namespace {

constexpr std::size_t kRandomBytes = 32, kChallengeSize = 43, kLongestValue = 1'024, kSubjectBytes = 16;

// What is wrong with a request whose sender is known: the sender is told (3.1.2.6).
struct RequestError {
  std::string error, description;
};

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

bool is_base64url(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void read_prompt(AuthorizationRequest& request, const std::string& prompt) {
  const auto asked = words(prompt);
  for (const std::string_view one : asked) {
    if (one == "none") {
      request.silent = true;
    } else if (one == "login") {
      request.again = true;
    } else if (one == "consent") {
      throw RequestError{"consent_required", "the bank does not ask for consent"};
    } else if (one == "select_account") {
      throw RequestError{"account_selection_required", "the bank's page does not choose among accounts"};
    } else {
      throw RequestError{"invalid_request", "there is no such prompt"};
    }
  }
  if (request.silent && asked.size() > 1) throw RequestError{"invalid_request", "prompt=none stands alone"};
}

// The first that is known is what is wanted. A request without any takes what there is.
void read_acr(AuthorizationRequest& request, const std::string& values) {
  bool simple = false, strong = false;
  for (const std::string_view one : words(values)) {
    if (one == kAcrStrong && !simple) request.strong_first = true;
    simple = simple || one == kAcrSimple;
    strong = strong || one == kAcrStrong;
  }
  request.simple_will_do = simple || !strong;
}

std::string locale_of(const std::string& locales) {
  for (const std::string_view one : words(locales)) {
    const std::string_view language = one.substr(0, one.find('-'));
    if (language == "fr" || language == "en") return std::string(language);
  }
  return {};
}

std::string stored(const AuthorizationRequest& request) {
  Json json{{"client_id", request.client_id},
            {"redirect_uri", request.redirect_uri},
            {"state", request.state},
            {"nonce", request.nonce},
            {"challenge", request.challenge},
            {"profile", request.profile},
            {"email", request.email},
            {"again", request.again},
            {"max_age", nullptr},
            {"simple_will_do", request.simple_will_do},
            {"strong_first", request.strong_first},
            {"subject", request.subject},
            {"login_hint", request.login_hint},
            {"locale", request.locale},
            {"asked_in", request.asked_in}};
  if (request.max_age) json["max_age"] = *request.max_age;
  return json.dump();
}

AuthorizationRequest restored(const std::string& text, Millis at) {
  const Json json = Json::parse(text);
  AuthorizationRequest request;
  for (const auto& [name, member] : {std::pair("client_id", &request.client_id),
                                     {"redirect_uri", &request.redirect_uri},
                                     {"state", &request.state},
                                     {"nonce", &request.nonce},
                                     {"challenge", &request.challenge},
                                     {"subject", &request.subject},
                                     {"login_hint", &request.login_hint},
                                     {"locale", &request.locale},
                                     {"asked_in", &request.asked_in}}) {
    *member = json.at(name).get<std::string>();
  }
  for (const auto& [name, member] : {std::pair("profile", &request.profile),
                                     {"email", &request.email},
                                     {"again", &request.again},
                                     {"simple_will_do", &request.simple_will_do},
                                     {"strong_first", &request.strong_first}}) {
    *member = json.at(name).get<bool>();
  }
  if (!json.at("max_age").is_null()) request.max_age = json.at("max_age").get<Millis>();
  request.at = at;
  return request;
}

std::string_view acr_of(const Session& session) {
  return session.level == Level::strong ? kAcrStrong : kAcrSimple;
}

// The newest of the session, or that one.
std::optional<Pending> find_pending(Database& database, const ByteString& session, const std::string& id,
                                    Millis now) {
  sqlite::Query found = database.query(
      "SELECT id, name, request, at FROM authorizations JOIN clients USING (client_id) WHERE session=? AND "
      "(id=? OR ?='') AND at>? ORDER BY at DESC LIMIT 1");
  found.with(Bytes(session)).with(id).with(id).with(now - OpenId::kRequestLives);
  if (!found.step()) return std::nullopt;
  return Pending{found.text(0), found.text(1), restored(found.text(2), found.number(3)), Lack::nothing};
}

bool remove_request(Database& database, const std::string& id) {
  return database.query("DELETE FROM authorizations WHERE id=?").with(id).run() == 1;
}

}  // namespace

Millis authenticated_at(const Session& session) {
  return session.level == Level::strong ? session.strong_at.value_or(session.opened) : session.opened;
}

Json amr_of(const Session& session) {
  Json amr = Json::array();
  if (!is_strong(session.method)) amr.push_back("pwd");
  if (session.method == Method::certificate) {
    for (const char* one : {"swk", "pop"}) amr.push_back(one);
  }
  const bool stepped_up =
      session.strong_at && (!is_strong(session.method) || *session.strong_at > session.opened);
  const bool reader = session.method == Method::code || stepped_up;
  if (reader) {
    for (const char* one : {"sc", "otp"}) amr.push_back(one);
  }
  if (reader || session.method == Method::certificate) {
    for (const char* one : {"pin", "mfa"}) amr.push_back(one);
  }
  return amr;
}

OpenId::OpenId(Bank& bank, const keys::SealingKey& key, Random random, std::string issuer)
    : bank_(bank), key_(key), random_(std::move(random)), issuer_(std::move(issuer)) {}

std::string OpenId::random_text() {
  std::array<std::uint8_t, kRandomBytes> bytes{};
  random_(bytes);
  return base64url(bytes);
}

// The same for all clients, and nothing that the bank or its customer uses elsewhere.
std::string OpenId::subject(Id user) const {
  const std::string text = std::to_string(user);
  const auto mac = keys::hmac(key_.derived("openid subjects"), bytes_of(text));
  return base64url(Bytes(mac).first(kSubjectBytes));
}

Json OpenId::discovery() const {
  return {
      {"issuer", issuer_},
      {"authorization_endpoint", issuer_ + "/oidc/authorize"},
      {"token_endpoint", issuer_ + "/oidc/token"},
      {"userinfo_endpoint", issuer_ + "/oidc/userinfo"},
      {"jwks_uri", issuer_ + "/oidc/jwks"},
      {"end_session_endpoint", issuer_ + "/oidc/logout"},
      {"scopes_supported", {"openid", "profile", "email"}},
      {"response_types_supported", {"code"}},
      {"response_modes_supported", {"query"}},
      {"grant_types_supported", {"authorization_code"}},
      {"code_challenge_methods_supported", {"S256"}},
      {"authorization_response_iss_parameter_supported", true},
      {"token_endpoint_auth_methods_supported", {"none", "client_secret_basic", "client_secret_post"}},
      {"id_token_signing_alg_values_supported", {"ES256"}},
      {"subject_types_supported", {"public"}},
      {"acr_values_supported", {kAcrSimple, kAcrStrong}},
      {"claims_supported",
       {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "name", "email"}},
      {"claim_types_supported", {"normal"}},
      {"prompt_values_supported", {"none", "login"}},
      {"ui_locales_supported", {"fr", "en"}},
      {"claims_parameter_supported", false},
      {"request_parameter_supported", false},
      {"request_uri_parameter_supported", false},
  };
}

SigningKey OpenId::signing_key(Database& database, Millis now) {
  const keys::SealingKey sealing = key_.derived("signing keys");
  {
    sqlite::Query found = database.query("SELECT kid, sealed FROM signing_keys ORDER BY at DESC LIMIT 1");
    if (found.step()) {
      const std::string kid = found.text(0);
      const ByteString sealed = found.bytes(1);
      const auto opened = keys::open(sealing, sealed, bytes_of(kid));
      if (!opened) throw Failure(Failure::environment, "a key that signs tokens is damaged");
      const Bytes text = opened->bytes();
      return SigningKey(std::string_view(reinterpret_cast<const char*>(text.data()), text.size()));
    }
  }
  SigningKey made = SigningKey::generate();
  const SecretString text = made.text();
  keys::Nonce nonce{};
  random_(nonce);
  const auto sealed = keys::seal(sealing, nonce, bytes_of(text.view()), bytes_of(made.kid()));
  Transaction writing(database);
  database.query("INSERT INTO signing_keys VALUES (?,?,?)")
      .with(made.kid())
      .with(Bytes(sealed))
      .with(now)
      .step();
  writing.commit();
  return made;
}

std::string OpenId::jwks(Millis now) {
  return bank_.with_tables(
      [&](Database& database) { return "{\"keys\":[" + signing_key(database, now).public_jwk() + "]}"; });
}

bool OpenId::is_origin_of_client(std::string_view origin) {
  return bank_.with_tables([&](Database& database) {
    const auto clients = all_clients(database);
    return std::any_of(clients.begin(), clients.end(), [&](const Client& client) {
      return std::any_of(client.redirect_uris.begin(), client.redirect_uris.end(),
                         [&](const std::string& uri) {
                           const std::string one = origin_of(uri);
                           return !one.empty() && one == origin;
                         });
    });
  });
}

// ---- what an application asks

namespace {

// RFC 6749, 4.1.1; OpenID Connect Core, 3.1.2.1. Who asks, and where the answer goes, is known.
void read_request(AuthorizationRequest& request, const Parameters& given) {
  const std::string& state = parameter_of(given, "state");
  if (!is_visible(state) || state.size() > kLongestValue) {
    throw RequestError{"invalid_request", "the state is too long, or is not ASCII"};
  }
  request.state = state;
  for (const auto& [name, error] : {std::pair("request", "request_not_supported"),
                                    {"request_uri", "request_uri_not_supported"},
                                    {"registration", "registration_not_supported"}}) {
    if (!parameter_of(given, name).empty()) throw RequestError{error, "the bank does not take it"};
  }
  const std::string& type = parameter_of(given, "response_type");
  if (type.empty()) throw RequestError{"invalid_request", "response_type is missing"};
  if (type != "code")
    throw RequestError{"unsupported_response_type", "the bank gives codes: response_type=code"};
  const std::string& mode = parameter_of(given, "response_mode");
  if (!mode.empty() && mode != "query") throw RequestError{"invalid_request", "response_mode is query"};

  bool openid = false;
  for (const std::string_view scope : words(parameter_of(given, "scope"))) {
    openid = openid || scope == "openid";
    request.profile = request.profile || scope == "profile";
    request.email = request.email || scope == "email";
  }
  if (!openid) throw RequestError{"invalid_scope", "the scope must have openid"};

  request.challenge = parameter_of(given, "code_challenge");
  if (request.challenge.empty())
    throw RequestError{"invalid_request", "code_challenge is missing (RFC 7636)"};
  if (parameter_of(given, "code_challenge_method") != "S256") {
    throw RequestError{"invalid_request", "code_challenge_method must be S256"};
  }
  if (request.challenge.size() != kChallengeSize || !is_base64url(request.challenge)) {
    throw RequestError{"invalid_request", "code_challenge is no SHA-256 in base64url"};
  }

  request.nonce = parameter_of(given, "nonce");
  if (!is_visible(request.nonce) || request.nonce.size() > kLongestValue) {
    throw RequestError{"invalid_request", "the nonce is too long, or is not ASCII"};
  }
  read_prompt(request, parameter_of(given, "prompt"));
  const std::string& max_age = parameter_of(given, "max_age");
  if (!max_age.empty()) {
    const auto seconds = sim::whole_number(max_age);
    if (!seconds) throw RequestError{"invalid_request", "max_age is a whole number of seconds"};
    request.max_age = static_cast<Millis>(std::min<std::uint64_t>(*seconds, 1U << 31)) * kSecond;
    request.again = request.again || *seconds == 0;
  }
  read_acr(request, parameter_of(given, "acr_values"));
  request.locale = locale_of(parameter_of(given, "ui_locales"));
  const std::string& hint = parameter_of(given, "login_hint");
  // Somebody may see it on the page: what it is not is left out.
  if (hint.size() <= 128 && is_visible(hint)) request.login_hint = hint;
}

}  // namespace

Lack OpenId::lack_of(const AuthorizationRequest& request, const View& view, Millis now) const {
  if (view.access == Access::none) return Lack::login;
  const Session& session = view.session;
  if (!request.subject.empty() && request.subject != subject(session.user)) return Lack::login;
  if (view.access == Access::must_prove) return Lack::strong;
  if (view.access == Access::must_change) return Lack::secret;
  const bool has_reader = session.site != Site::savings;
  if (session.level != Level::strong) {
    if (!request.simple_will_do) return has_reader ? Lack::strong : Lack::login;
    if (request.strong_first && has_reader && !request.silent) return Lack::strong;
  }
  const Millis at = authenticated_at(session);
  const bool was_again = to_hex(session.id) != request.asked_in && at >= request.at;
  if (was_again) return Lack::nothing;
  if (request.again || (request.max_age && now - at > *request.max_age)) return Lack::login;
  return Lack::nothing;
}

std::string OpenId::answer(const AuthorizationRequest& request,
                           std::vector<std::pair<std::string, std::string>> parameters) const {
  parameters.emplace_back("state", request.state);
  parameters.emplace_back("iss", issuer_);
  return with_query(request.redirect_uri, parameters);
}

std::string OpenId::authorize(std::string_view token, const Parameters& given, Millis now) {
  const std::string& client_id = parameter_of(given, "client_id");
  const std::string& uri = parameter_of(given, "redirect_uri");
  const auto client = bank_.with_tables([&](Database& database) { return find_client(database, client_id); });
  if (!client) {
    throw sim::ApiError{400, "invalid_client", "the application is not known here",
                        "register it: POST /v1/tenants/ID/clients"};
  }
  // As it was registered, character by character (RFC 9700, 2.1).
  if (std::find(client->redirect_uris.begin(), client->redirect_uris.end(), uri) ==
      client->redirect_uris.end()) {
    throw sim::ApiError{400, "invalid_redirect_uri", "the application has not registered this redirect_uri",
                        "it is compared character by character"};
  }
  AuthorizationRequest request;
  request.client_id = client_id;
  request.redirect_uri = uri;
  request.at = now;
  try {
    read_request(request, given);
    const std::string& hint = parameter_of(given, "id_token_hint");
    if (!hint.empty()) {
      const auto payload = verified(hint, now);
      if (!payload) throw RequestError{"invalid_request", "id_token_hint is no ID token of this bank"};
      request.subject = payload->at("sub").get<std::string>();
    }
    const View view = bank_.view(token, now);
    request.asked_in = to_hex(view.session.id);
    const Lack lack = lack_of(request, view, now);
    if (lack == Lack::nothing) {
      return bank_.with_tables([&](Database& database) { return issue_code(database, request, view, now); });
    }
    if (request.silent) {
      const bool login = lack == Lack::login;
      throw RequestError{login ? "login_required" : "interaction_required",
                         login ? "the user must log in" : "the user must do something at the bank's page"};
    }
    const std::string id = random_text();
    keep_request(request, id, view, now);
    return with_query(issuer_ + "/", {{"authorize", id}});
  } catch (const RequestError& error) {
    return answer(request, {{"error", error.error}, {"error_description", error.description}});
  }
}

void OpenId::keep_request(const AuthorizationRequest& request, const std::string& id, const View& view,
                          Millis now) {
  const std::string text = stored(request);
  bank_.with_tables([&](Database& database) {
    Transaction writing(database);
    // Of a session the newest alone; and of all, so many.
    database.query("DELETE FROM authorizations WHERE session=? OR at<=?")
        .with(Bytes(view.session.id))
        .with(now - kRequestLives)
        .step();
    database
        .query(
            "DELETE FROM authorizations WHERE id IN (SELECT id FROM authorizations ORDER BY at DESC LIMIT -1 "
            "OFFSET ?)")
        .with(kMostRequests - 1)
        .step();
    database.query("INSERT INTO authorizations VALUES (?,?,?,?,?)")
        .with(id)
        .with(Bytes(view.session.id))
        .with(request.client_id)
        .with(text)
        .with(now)
        .step();
    writing.commit();
  });
}

// ---- what its user does

std::optional<Pending> OpenId::pending(const View& view, Millis now) {
  auto found =
      bank_.with_tables([&](Database& database) { return find_pending(database, view.session.id, {}, now); });
  if (found) found->lack = lack_of(found->request, view, now);
  return found;
}

std::string OpenId::complete(std::string_view token, std::string_view id, Lack& lack, Millis now) {
  const View view = bank_.view(token, now);
  return bank_.with_tables([&](Database& database) -> std::string {
    const auto found = find_pending(database, view.session.id, std::string(id), now);
    if (!found) throw Refused(Why::over);
    if (view.access == Access::none) throw Refused(Why::no_session);
    lack = lack_of(found->request, view, now);
    if (lack != Lack::nothing) return {};
    // Before the code is there: two who complete it at once get one code.
    {
      Transaction writing(database);
      if (!remove_request(database, found->id)) throw Refused(Why::over);
      writing.commit();
    }
    return issue_code(database, found->request, view, now);
  });
}

std::string OpenId::decline(std::string_view token, std::string_view id, Millis now) {
  const View view = bank_.view(token, now);
  return bank_.with_tables([&](Database& database) {
    const auto found = find_pending(database, view.session.id, std::string(id), now);
    if (!found) throw Refused(Why::over);
    Transaction writing(database);
    remove_request(database, found->id);
    note(database, now, view.session.user, "authorization_refused", std::nullopt,
         {{"client", found->request.client_id}});
    writing.commit();
    return answer(found->request, {{"error", "access_denied"}, {"error_description", "the user refused"}});
  });
}

std::string OpenId::issue_code(Database& database, const AuthorizationRequest& request, const View& view,
                               Millis now) {
  const std::string code = random_text();
  const Session& session = view.session;
  const std::string claims = Json{
      {"acr", acr_of(session)},
      {"amr", amr_of(session)},
      {"auth_time", authenticated_at(session) /
                        kSecond}}.dump();
  const std::string text = stored(request);
  const ByteString hash = sha256(code);
  Transaction writing(database);
  // A code that was used is known as long as what it gave is good.
  database.query("DELETE FROM authorization_codes WHERE at<=?").with(now - kCodeLives - kTokenLives).step();
  database.query("INSERT INTO authorization_codes VALUES (?,?,?,?,?,?,0)")
      .with(Bytes(hash))
      .with(request.client_id)
      .with(session.user)
      .with(claims)
      .with(text)
      .with(now)
      .step();
  note(database, now, session.user, "authorization", std::string(to_string(session.method)),
       {{"client", request.client_id}, {"acr", acr_of(session)}});
  writing.commit();
  return answer(request, {{"code", code}});
}

std::optional<nlohmann::json> OpenId::verified(std::string_view id_token, Millis now) {
  const auto payload =
      bank_.with_tables([&](Database& database) { return signing_key(database, now).verify(id_token); });
  if (!payload) return std::nullopt;
  auto json = nlohmann::json::parse(*payload, nullptr, false);
  const bool fits =
      json.is_object() && json.value("iss", "") == issuer_ && json.contains("sub") && json.contains("aud");
  return fits ? std::optional(std::move(json)) : std::nullopt;
}

// ---- RP-Initiated Logout 1.0

std::string OpenId::log_out(std::string_view token, const Parameters& given, Millis now) {
  // Any page can lead a browser here. What ends the session is an ID token of its user; without one the
  // browser gets to the bank's page, which has a button for it (2).
  std::string page = issuer_ + "/";
  const auto payload = verified(parameter_of(given, "id_token_hint"), now);
  if (!payload) return page;
  const std::string aud = payload->at("aud").get<std::string>();
  const std::string& client_id = parameter_of(given, "client_id");
  if (!client_id.empty() && client_id != aud) return page;
  const View view = bank_.view(token, now);
  const bool nobody = view.session.level == Level::anonymous;
  if (!nobody && payload->at("sub") != subject(view.session.user)) return page;
  bank_.log_out(token, now);
  const auto client = bank_.with_tables([&](Database& database) { return find_client(database, aud); });
  const std::string& uri = parameter_of(given, "post_logout_redirect_uri");
  if (!client || uri.empty()) return page;
  const auto& allowed = client->post_logout_redirect_uris;
  if (std::find(allowed.begin(), allowed.end(), uri) == allowed.end()) return page;
  return with_query(uri, {{"state", parameter_of(given, "state")}});
}

}  // namespace sesame::bank
