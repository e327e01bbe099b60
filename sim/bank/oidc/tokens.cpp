// OpenId: the endpoints that applications call.
#include <openssl/evp.h>

#include <algorithm>

#include "host/base/failure.hpp"
#include "sim/bank/oidc/openid.hpp"
#include "sim/http/http_lines.hpp"
#include "sim/http/request_parser.hpp"

namespace sesame::bank {

namespace {

constexpr std::size_t kShortestVerifier = 43, kLongestVerifier = 128;

// What follows the scheme in an Authorization header; nothing: it is another.
std::optional<std::string_view> credentials(std::string_view header, std::string_view scheme) {
  const bool fits = header.size() > scheme.size() && header[scheme.size()] == ' ' &&
                    sim::lower(header.substr(0, scheme.size())) == scheme;
  return fits ? std::optional(header.substr(scheme.size() + 1)) : std::nullopt;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size())) < 0) {
    return std::nullopt;
  }
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  return bytes.substr(0, bytes.size() - padding);
}

OAuthError invalid_client() { return {401, "invalid_client", "the client's authentication failed"}; }
OAuthError invalid_grant(const char* description) { return {400, "invalid_grant", description}; }
OAuthError invalid_request(const char* description) { return {400, "invalid_request", description}; }

const std::string& needed(const Parameters& form, const std::string& name) {
  const std::string& value = parameter_of(form, name);
  if (value.empty()) throw OAuthError{400, "invalid_request", name + " is missing"};
  return value;
}

void add_claims(Json& json, const User& user, bool profile, bool email) {
  if (profile) json["name"] = user.name;
  if (email && user.email) json["email"] = *user.email;
}

}  // namespace

// A code, and what it was given for.
// NOLINTNEXTLINE(bugprone-exception-escape): a move of JSON allocates nothing
struct OpenId::Grant {
  ByteString code;
  std::string client_id;
  Id user = 0;
  Json claims, request;
  Millis at = 0;
};

// RFC 6749, 2.3: with the one method that it was registered for, and no two at once.
Client OpenId::authenticated(const Parameters& form, std::string_view authorization) {
  std::string client_id = parameter_of(form, "client_id"), secret = parameter_of(form, "client_secret");
  if (const auto basic = credentials(authorization, "basic")) {
    if (!secret.empty()) throw invalid_request("the client authenticates in two ways");
    const auto pair = from_base64(*basic);
    const std::size_t colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos) throw invalid_client();
    // 2.3.1: each is encoded as in a form before they are joined.
    const std::string named = sim::percent_decoded(std::string_view(*pair).substr(0, colon), true);
    if (!client_id.empty() && client_id != named) throw invalid_request("two clients are named");
    client_id = named;
    secret = sim::percent_decoded(std::string_view(*pair).substr(colon + 1), true);
    if (secret.empty()) throw invalid_client();
  } else if (!authorization.empty()) {
    throw invalid_client();
  }
  auto client = bank_.with_tables([&](Database& database) { return find_client(database, client_id); });
  if (!client || client->is_public() != secret.empty()) throw invalid_client();
  if (!client->is_public() && !is_secret_of(*client, secret)) {
    throw invalid_client();
  }
  return *client;
}

// From here on it is over. `invalid_grant`: it never was a code, or was over before, as is now what it gave.
OpenId::Grant OpenId::take_grant(Database& database, const std::string& code, Millis now) {
  Grant grant;
  grant.code = sha256(code);
  bool used = false;
  {
    sqlite::Query found = database.query(
        "SELECT client_id, user, claims, request, at, used FROM authorization_codes WHERE code=?");
    if (!found.with(Bytes(grant.code)).step()) throw invalid_grant("there is no such code");
    grant.client_id = found.text(0);
    grant.user = found.number(1);
    grant.claims = Json::parse(found.text(2));
    grant.request = Json::parse(found.text(3));
    grant.at = found.number(4);
    used = found.number(5) != 0;
  }
  Transaction writing(database);
  if (used) {
    database.query("DELETE FROM access_tokens WHERE code=?").with(Bytes(grant.code)).step();
    note(database, now, grant.user, "authorization_replayed", std::nullopt, {{"client", grant.client_id}});
  } else {
    database.query("UPDATE authorization_codes SET used=1 WHERE code=?").with(Bytes(grant.code)).step();
  }
  writing.commit();
  if (used) throw invalid_grant("the code was used before: what it gave is over");
  return grant;
}

void OpenId::check_grant(const Grant& grant, const Client& client, const Parameters& form, Millis now) const {
  if (grant.client_id != client.client_id) throw invalid_grant("the code is another client's");
  if (now - grant.at >= kCodeLives) throw invalid_grant("the code's time is over");
  if (parameter_of(form, "redirect_uri") != grant.request.at("redirect_uri")) {
    throw invalid_grant("redirect_uri is not the one of the authorization request");
  }
  const std::string& verifier = parameter_of(form, "code_verifier");
  const std::string challenge = base64url(sha256(verifier));
  const bool fits =
      verifier.size() >= kShortestVerifier && verifier.size() <= kLongestVerifier &&
      keys::same(bytes_of(challenge), bytes_of(grant.request.at("challenge").get<std::string>()));
  if (!fits) throw invalid_grant("code_verifier does not fit the code_challenge");
}

Json OpenId::exchange(const Parameters& form, std::string_view authorization, Millis now) {
  const std::string& type = needed(form, "grant_type");
  const Client client = authenticated(form, authorization);
  if (type != "authorization_code") {
    throw OAuthError{400, "unsupported_grant_type", "the bank takes codes: grant_type=authorization_code"};
  }
  const std::string& code = needed(form, "code");
  needed(form, "redirect_uri");
  needed(form, "code_verifier");
  return bank_.with_tables([&](Database& database) {
    const Grant grant = take_grant(database, code, now);
    check_grant(grant, client, form, now);
    const auto user = find_user(database, grant.user);
    if (!user) throw invalid_grant("there is no such user");
    const bool profile = grant.request.at("profile"), email = grant.request.at("email");
    const std::string scope = std::string("openid") + (profile ? " profile" : "") + (email ? " email" : "");

    const Millis seconds = now / kSecond;
    Json claims{{"iss", issuer_},
                {"sub", subject(user->id)},
                {"aud", client.client_id},
                {"iat", seconds},
                {"exp", seconds + kTokenLives / kSecond}};
    claims.update(grant.claims);
    const std::string nonce = grant.request.at("nonce");
    if (!nonce.empty()) claims["nonce"] = nonce;
    add_claims(claims, *user, profile, email);
    const std::string id_token = signing_key(database, now).sign(claims.dump());

    const std::string token = random_text();
    const ByteString hash = sha256(token);
    Transaction writing(database);
    database.query("DELETE FROM access_tokens WHERE ends<=?").with(now).step();
    database.query("INSERT INTO access_tokens VALUES (?,?,?,?,?)")
        .with(Bytes(hash))
        .with(Bytes(grant.code))
        .with(user->id)
        .with(scope)
        .with(now + kTokenLives)
        .step();
    writing.commit();
    return Json{{"access_token", token},
                {"token_type", "Bearer"},
                {"expires_in", kTokenLives / kSecond},
                {"scope", scope},
                {"id_token", id_token}};
  });
}

Json OpenId::user_info(std::string_view authorization, Millis now) {
  const auto token = credentials(authorization, "bearer");
  if (!token) throw OAuthError{401, "", "this needs an access token: Authorization: Bearer TOKEN"};
  return bank_.with_tables([&](Database& database) {
    Id id = 0;
    std::string scope;
    {
      sqlite::Query found = database.query("SELECT user, scope FROM access_tokens WHERE token=? AND ends>?");
      const ByteString hash = sha256(*token);
      if (!found.with(Bytes(hash)).with(now).step()) {
        throw OAuthError{401, "invalid_token", "there is no such token, or its time is over"};
      }
      id = found.number(0);
      scope = found.text(1);
    }
    const auto user = find_user(database, id);
    if (!user) throw OAuthError{401, "invalid_token", "there is no such user"};
    const auto scopes = words(scope);
    const auto has_scope = [&](std::string_view one) {
      return std::find(scopes.begin(), scopes.end(), one) != scopes.end();
    };
    Json json{{"sub", subject(id)}};
    add_claims(json, *user, has_scope("profile"), has_scope("email"));
    return json;
  });
}

}  // namespace sesame::bank
