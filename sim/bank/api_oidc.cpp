// Api: the bank as an OpenID Provider, for other applications and their users.
//
// **Who may read what.** An application that runs in a browser asks for tokens from a page of its own: pages
// of the origins of registered redirect_uris may read what discovery, jwks, token and userinfo answer, and no
// others. No cookie has a part in it, and none is allowed (Access-Control-Allow-Credentials).
#include <fmt/format.h>

#include "sim/bank/api.hpp"
#include "sim/bank/oidc/openid.hpp"
#include "sim/http/http_lines.hpp"
#include "sim/http/json_body.hpp"
#include "sim/http/query.hpp"
#include "sim/http/responses.hpp"

namespace sesame::bank {

using sim::ApiError;
using sim::check_query;
using sim::json_response;
using sim::JsonBody;
using sim::Request;
using sim::Response;

namespace {

Response no_content(int status) {
  Response response;
  response.status = status;
  return response;
}

// RFC 9700, 4.12: what was posted is not posted again.
Response led_to(const std::string& url) {
  Response response = no_content(303);
  response.headers.emplace_back("Location", url);
  return response;
}

Parameters form_of(const Request& request) {
  const std::string type = sim::lower(request.header("content-type"));
  if (type.substr(0, type.find(';')) != "application/x-www-form-urlencoded") {
    throw OAuthError{400, "invalid_request", "the body must be application/x-www-form-urlencoded"};
  }
  auto form = read_form(request.body);
  if (!form) throw OAuthError{400, "invalid_request", "a parameter is given twice, or there are too many"};
  return std::move(*form);
}

Response response_of(const OAuthError& error, const char* scheme) {
  Response response =
      json_response({{"error", error.error}, {"error_description", error.description}}, error.status);
  if (error.status != 401) return response;
  const std::string why = error.error.empty() ? "" : fmt::format(", error=\"{}\"", error.error);
  response.headers.emplace_back("WWW-Authenticate", fmt::format("{} realm=\"bank\"{}", scheme, why));
  return response;
}

std::string request_id(const Request& request) {
  check_query(request, {});
  const JsonBody body(request.body);
  document::Table table(body.root());
  const auto id = table.find("id");
  table.done();
  return id ? std::string(id->text(64)) : std::string();
}

Json client_json(const Client& client) {
  return {{"client_id", client.client_id},
          {"name", client.name},
          {"redirect_uris", client.redirect_uris},
          {"post_logout_redirect_uris", client.post_logout_redirect_uris},
          {"public", client.is_public()}};
}

}  // namespace

OpenId Api::openid(Tenant& tenant) const {
  return {tenant.bank(), tenant.key(), tenants_.random(), options_.site_url + tenant.base()};
}

// For the page: who asks for this session's user, and what they have to do first.
Json Api::authorization_of(Tenant& tenant, const View& view, Millis now) const {
  const auto pending = openid(tenant).pending(view, now);
  if (!pending) return nullptr;
  const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  return {{"id", pending->id},
          {"client", pending->client},
          {"needs", pending->lack == Lack::nothing ? Json(nullptr) : Json(to_string(pending->lack))},
          {"login_hint", or_null(pending->request.login_hint)},
          {"locale", or_null(pending->request.locale)}};
}

// To an application's page, if it is one's.
void Api::share(const Call& call, Response& response) {
  response.headers.emplace_back("Vary", "Origin");
  const std::string origin(call.request.header("origin"));
  if (origin.empty() || !openid(*call.tenant).is_origin_of_client(origin)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back("Access-Control-Expose-Headers", "WWW-Authenticate");
}

Response Api::oidc_preflight(const Call& call) {
  Response response = no_content(204);
  share(call, response);
  response.headers.emplace_back("Access-Control-Allow-Methods", "GET, POST");
  response.headers.emplace_back("Access-Control-Allow-Headers", "Authorization, Content-Type");
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  return response;
}

Response Api::oidc_discovery(const Call& call) {
  check_query(call.request, {});
  Response response = json_response(openid(*call.tenant).discovery());
  share(call, response);
  return response;
}

Response Api::oidc_jwks(const Call& call) {
  check_query(call.request, {});
  Response response = sim::typed("application/jwk-set+json", openid(*call.tenant).jwks(call.now));
  share(call, response);
  return response;
}

Response Api::oidc_authorize(const Call& call) {
  const std::string fresh = call.token.empty() ? call.tenant->bank().new_token() : std::string();
  const std::string& token = fresh.empty() ? call.token : fresh;
  Response response = led_to(openid(*call.tenant).authorize(token, call.request.query, call.now));
  if (!fresh.empty()) response.headers.emplace_back("Set-Cookie", cookie(*call.tenant, fresh));
  return response;
}

// What another site posts comes without the cookie of a session (SameSite=Lax): it is asked for again.
Response Api::oidc_by_get(const Call& call) {
  try {
    const Parameters form = form_of(call.request);
    return led_to(with_query(options_.site_url + call.request.path, {form.begin(), form.end()}));
  } catch (const OAuthError& error) {
    return response_of(error, "Basic");
  }
}

Response Api::oidc_token(const Call& call) {
  Response response;
  try {
    response = json_response(
        openid(*call.tenant).exchange(form_of(call.request), call.request.header("authorization"), call.now));
  } catch (const OAuthError& error) {
    response = response_of(error, "Basic");
  }
  share(call, response);
  return response;
}

Response Api::oidc_user_info(const Call& call) {
  Response response;
  try {
    response = json_response(openid(*call.tenant).user_info(call.request.header("authorization"), call.now));
  } catch (const OAuthError& error) {
    response = response_of(error, "Bearer");
  }
  share(call, response);
  return response;
}

Response Api::oidc_logout(const Call& call) {
  return led_to(openid(*call.tenant).log_out(call.token, call.request.query, call.now));
}

// ---- the page of the bank

Response Api::complete_authorization(const Call& call) {
  const std::string id = request_id(call.request);
  Lack lack = Lack::nothing;
  const std::string url = openid(*call.tenant).complete(call.token, id, lack, call.now);
  if (lack == Lack::nothing) return json_response({{"url", url}});
  throw ApiError{403,
                 "not_now",
                 "the application asks for more",
                 "see needs, and then again",
                 {},
                 fmt::format(R"("needs":"{}")", to_string(lack))};
}

Response Api::decline_authorization(const Call& call) {
  const std::string id = request_id(call.request);
  return json_response({{"url", openid(*call.tenant).decline(call.token, id, call.now)}});
}

// ---- the bank's own people, and tests

Response Api::add_client(const Call& call) {
  check_query(call.request, {});
  const auto tenant = named(tenants_, call.parameters.front());
  const JsonBody body(call.request.body);
  const Client client = read_client(body.root(), tenants_.random());
  tenant->bank().with_tables([&](Database& database) { insert_client(database, client); });
  Json json = client_json(client);
  json["issuer"] = options_.site_url + tenant->base();
  return json_response(json, 201);
}

Response Api::list_clients(const Call& call) {
  check_query(call.request, {});
  const auto tenant = named(tenants_, call.parameters.front());
  Json all = Json::array();
  tenant->bank().with_tables([&](Database& database) {
    for (const Client& client : all_clients(database)) all.push_back(client_json(client));
  });
  return json_response({{"clients", all}});
}

Response Api::remove_client(const Call& call) {
  check_query(call.request, {});
  const auto tenant = named(tenants_, call.parameters.front());
  const bool removed = tenant->bank().with_tables(
      [&](Database& database) { return bank::remove_client(database, call.parameters.back()); });
  if (!removed) throw ApiError{404, "unknown", "there is no such client", "GET /v1/tenants/ID/clients"};
  return no_content(204);
}

}  // namespace sesame::bank
