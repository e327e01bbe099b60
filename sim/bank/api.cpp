#include "sim/bank/api.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <utility>

#include "host/base/failure.hpp"
#include "sim/bank/assets.hpp"
#include "sim/bank/requests.hpp"
#include "sim/http/content_type.hpp"
#include "sim/http/json_body.hpp"
#include "sim/http/query.hpp"
#include "sim/http/responses.hpp"
#include "sim/http/routes.hpp"

namespace sesame::bank {

using sim::ApiError;
using sim::check_query;
using sim::json_response;
using sim::JsonBody;
using sim::Request;
using sim::Response;

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kServer = "bank";
constexpr std::chrono::minutes kTicket{2};
constexpr std::size_t kMostTickets = 10'000;

struct Said {
  int status;
  const char *message, *hint;
};
Said said(Why why) {
  switch (why) {
    case Why::refused:
      return {403, "this is not accepted; which part of it is not said",
              "check what was typed; a code is good once"};
    case Why::disabled:
      return {403, "disabled after too many failures", "ask for a letter, or use another means"};
    case Why::no_session: return {401, "there is no session, or its time is over", "log in"};
    case Why::not_now: return {403, "this session may not do that", "authenticate strongly"};
    case Why::not_yours: return {403, "this needs another role or entitlement", "ask the main user"};
    case Why::unknown: return {404, "there is none", "look at the list"};
    case Why::over: return {409, "this operation is over", "begin it again"};
    case Why::not_possible: return {422, "this cannot be done", "see reason"};
    case Why::rule: return {422, "the new secret breaks a rule", "see rule"};
  }
  return {500, "this should not happen", "please report it"};
}

ApiError error_of(const Refused& refused) {
  const Said what = said(refused.why);
  ApiError error{what.status, std::string(to_string(refused.why)), what.message, what.hint};
  switch (refused.why) {
    case Why::refused: error.more = fmt::format(R"("last_try":{})", refused.last_try); break;
    case Why::not_now: error.more = fmt::format(R"("access":"{}")", to_string(refused.access)); break;
    case Why::not_possible: error.more = fmt::format(R"("reason":"{}")", refused.reason); break;
    case Why::rule: error.more = fmt::format(R"("rule":"{}")", to_string(refused.fault)); break;
    default: break;
  }
  return error;
}

ApiError error_of(const Failure& failure) {
  switch (failure.kind()) {
    case Failure::invalid: return {400, "invalid", failure.what(), "correct it"};
    case Failure::refused: return {409, "refused", failure.what(), "see what is there"};
    default:
      return {503,
              "environment",
              "the bank cannot write now: nothing was done",
              "try again",
              {{"Retry-After", "2"}}};
  }
}

JsonBody body_of(const Request& request) {
  check_query(request, {});
  return JsonBody(request.body);
}
void check_no_body(const Request& request) { document::Table(JsonBody(request.body).root()).done(); }

std::optional<std::string> cookie_of(const Request& request, std::string_view name) {
  std::string_view cookies = request.header("cookie");
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    std::string_view one = cookies.substr(0, end);
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    if (one.starts_with(name) && one.substr(name.size()).starts_with('=')) {
      return std::string(one.substr(name.size() + 1));
    }
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
  }
  return std::nullopt;
}

Id id_of(const std::string& text) {
  const auto id = sim::whole_number(text);
  if (!id || *id > static_cast<std::uint64_t>(std::numeric_limits<Id>::max())) throw Refused(Why::unknown);
  return static_cast<Id>(*id);
}

std::string_view asset_or_404(std::string_view name) {
  const auto found = bank::asset(name);
  if (!found) throw ApiError{404, "not_found", "there is no such file", "see the page"};
  return *found;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3), '=');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return text;
}

// Without what may be secret in it.
Request bare(const Request& request) {
  Request out;
  out.method = request.method;
  out.path = request.path;
  return out;
}

Response empty(int status) {
  Response response;
  response.status = status;
  response.body = status == 204 ? "" : "{}";
  return response;
}

template <class List, class ToJson>
Json all_of(const List& list, ToJson to_json) {
  Json all = Json::array();
  for (const auto& one : list) all.push_back(to_json(one));
  return all;
}

}  // namespace

std::span<const Api::Route> Api::routes() {
  using enum Door;
  static constexpr std::array<Route, 54> kRoutes{{
      {"GET", "/", "page", open, &Api::page},
      {"GET", "/outbox", "outboxPage", open, &Api::outbox_page},
      {"GET", "/assets/{name}", "asset", open, &Api::asset},
      {"GET", "/healthz", "healthz", open, &Api::healthz},
      {"GET", "/metrics", "metrics", tests, &Api::metrics},
      {"GET", "/openapi.json", "openapi", open, &Api::openapi},

      {"GET", "/api/session", "getSession", page, &Api::get_session},
      {"POST", "/api/login/code", "logInByCode", page, &Api::log_in_by_code},
      {"POST", "/api/login/confidential", "logInByConfidentialCode", page, &Api::log_in_by_confidential_code},
      {"POST", "/api/login/password", "logInByPassword", page, &Api::log_in_by_password},
      {"POST", "/api/login/certificate", "logInByCertificate", page, &Api::log_in_by_certificate},
      {"POST", "/api/logout", "logOut", page, &Api::log_out},
      {"POST", "/api/forgotten/identifier", "forgotIdentifier", page, &Api::forgot_identifier},
      {"POST", "/api/forgotten/secret", "forgotSecret", page, &Api::forgot_secret},
      {"POST", "/api/reactivation", "reactivate", page, &Api::reactivate},
      {"POST", "/api/secret", "changeSecret", page, &Api::change_secret},
      {"GET", "/api/accounts", "listAccounts", page, &Api::accounts},
      {"GET", "/api/accounts/{id}/transactions", "listTransactions", page, &Api::movements},
      {"GET", "/api/history", "getHistory", page, &Api::history},
      {"GET", "/api/beneficiaries", "listBeneficiaries", page, &Api::beneficiaries},
      {"GET", "/api/orders", "listOrders", page, &Api::orders},
      {"POST", "/api/batches", "enterBatch", page, &Api::enter_batch},
      {"DELETE", "/api/batches/{id}", "removeBatch", page, &Api::remove_batch},
      {"GET", "/api/users", "listUsers", page, &Api::users},
      {"POST", "/api/users/{number}/confidential-code", "resetConfidentialCode", page,
       &Api::reset_confidential_code},
      {"POST", "/api/operations", "beginOperation", page, &Api::begin_operation},
      {"POST", "/api/operations/{id}", "finishOperation", page, &Api::finish_operation},
      {"GET", "/api/outbox", "readOutboxOfPage", open, &Api::read_outbox_of_page},
      {"POST", "/api/authorization", "completeAuthorization", page, &Api::complete_authorization},
      {"DELETE", "/api/authorization", "declineAuthorization", page, &Api::decline_authorization},

      {"GET", "/.well-known/openid-configuration", "oidcDiscovery", open, &Api::oidc_discovery},
      {"GET", "/oidc/jwks", "oidcJwks", open, &Api::oidc_jwks},
      {"GET", "/oidc/authorize", "oidcAuthorize", open, &Api::oidc_authorize},
      {"POST", "/oidc/authorize", "oidcAuthorizeByPost", open, &Api::oidc_by_get},
      {"POST", "/oidc/token", "oidcToken", open, &Api::oidc_token},
      {"OPTIONS", "/oidc/token", "oidcTokenPreflight", open, &Api::oidc_preflight},
      {"GET", "/oidc/userinfo", "oidcUserInfo", open, &Api::oidc_user_info},
      {"POST", "/oidc/userinfo", "oidcUserInfoByPost", open, &Api::oidc_user_info},
      {"OPTIONS", "/oidc/userinfo", "oidcUserInfoPreflight", open, &Api::oidc_preflight},
      {"GET", "/oidc/logout", "oidcLogout", open, &Api::oidc_logout},
      {"POST", "/oidc/logout", "oidcLogoutByPost", open, &Api::oidc_by_get},

      {"GET", "/v1", "instance", tests, &Api::instance},
      {"POST", "/v1/tenants", "addTenant", tests, &Api::add_tenant},
      {"GET", "/v1/tenants", "listTenants", tests, &Api::list_tenants},
      {"GET", "/v1/tenants/{id}", "getTenant", tests, &Api::get_tenant},
      {"DELETE", "/v1/tenants/{id}", "removeTenant", tests, &Api::remove_tenant},
      {"POST", "/v1/tenants/{id}/clock", "moveClock", tests, &Api::move_clock},
      {"GET", "/v1/tenants/{id}/outbox", "readOutbox", tests, &Api::read_outbox},
      {"GET", "/v1/tenants/{id}/audit", "readAudit", tests, &Api::read_audit},
      {"GET", "/v1/tenants/{id}/state", "exportState", tests, &Api::export_state},
      {"POST", "/v1/tenants/{id}/customers", "addCustomers", tests, &Api::add_customers},
      {"POST", "/v1/tenants/{id}/clients", "addClient", tests, &Api::add_client},
      {"GET", "/v1/tenants/{id}/clients", "listClients", tests, &Api::list_clients},
      {"DELETE", "/v1/tenants/{id}/clients/{client}", "removeClient", tests, &Api::remove_client},
  }};
  return kRoutes;
}

// ---- what takes its time

// A job on a thread for scrypt, and its answer.
class Api::Hashing final : public sim::Wait {
 public:
  Hashing(Api& api, std::string topic) : api_(api), topic_(std::move(topic)) {}

  const std::string& topic() const override { return topic_; }
  Clock::time_point again() const override { return Clock::now() + std::chrono::minutes(1); }
  std::optional<Response> ask(bool) override {
    const std::lock_guard lock(mutex_);
    return std::exchange(response_, std::nullopt);
  }
  void done(Response response) {
    {
      const std::lock_guard lock(mutex_);
      response_ = std::move(response);
    }
    api_.news(topic_);
  }

 private:
  Api& api_;
  std::string topic_;
  std::mutex mutex_;
  std::optional<Response> response_;
};

Api::Api(Tenants& tenants, sim::Gate gate, SiteOptions options,
         std::function<void(const std::string&)> trouble)
    : tenants_(tenants),
      gate_(std::move(gate)),
      options_(std::move(options)),
      trouble_(std::move(trouble)),
      hashing_(std::make_unique<sim::Workers>(options_.hashing)) {}

Api::~Api() { hashing_.reset(); }

void Api::on_news(std::function<void(const std::string& topic)> news) {
  const std::lock_guard lock(news_mutex_);
  news_ = std::move(news);
}

void Api::news(const std::string& topic) {
  const std::lock_guard lock(news_mutex_);
  if (news_) news_(topic);
}

Response Api::hashed(const Call& call, std::function<Response(const Call&)> work) {
  if (hashing_now_.fetch_add(1) >= kMostHashing) {
    --hashing_now_;
    throw ApiError{503, "busy", "too many are logging in at once", "try again", {{"Retry-After", "2"}}};
  }
  const auto wait = std::make_shared<Hashing>(*this, fmt::format("job {}", ++jobs_));
  // The request ends before the work does; what was secret in it is read by now.
  hashing_->run([this, wait, work = std::move(work), began = Clock::now(), request = bare(call.request),
                 tenant = call.tenant, token = call.token, parameters = call.parameters, now = call.now] {
    const Call again{request, tenant, token, parameters, now};
    Response response = answer("hashed", began, [&] { return work(again); });
    --hashing_now_;
    wait->done(std::move(response));
    if (tenant) news("outbox " + tenant->id());
  });
  Response response;
  response.wait = wait;
  return response;
}

Response Api::answer(std::string_view operation, Clock::time_point began,
                     const std::function<Response()>& make) {
  Response response;
  try {
    response = make();
  } catch (const ApiError& error) {
    response = response_of(error);
  } catch (const Refused& refused) {
    response = response_of(error_of(refused));
  } catch (const Failure& failure) {
    if (failure.kind() == Failure::environment && trouble_) trouble_(failure.what());
    response = response_of(error_of(failure));
  } catch (const std::bad_alloc&) {
    response = response_of(ApiError{503, "environment", "out of memory", "try again"});
  } catch (const std::exception&) {
    response = response_of(ApiError{500, "internal", "this should not happen", "please report it"});
  }
  if (response.wait) return response;
  sim::add_safeguards(response);
  response.headers.emplace_back("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  if (options_.strict_transport)
    response.headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  metrics_.count_request(std::string(operation), response.status, Clock::now() - began);
  return response;
}

// ---- who asks, and for what

// Takes BASE off the path.
std::shared_ptr<Tenant> Api::tenant_of(std::string& path) const {
  constexpr std::string_view kPrefix = "/t/";
  if (!path.starts_with(kPrefix)) return tenants_.find(Tenants::kDefault);
  const std::size_t end = path.find('/', kPrefix.size());
  const std::string id = path.substr(kPrefix.size(), end == std::string::npos ? end : end - kPrefix.size());
  auto tenant = tenants_.find(id);
  path = end == std::string::npos ? "" : path.substr(end);
  return tenant;
}

void Api::check_token(const Request& request) const {
  if (gate_.knows(request)) return;
  throw ApiError{401,
                 "unauthorized",
                 "this needs the token with which the server was started, or which it printed",
                 "Authorization: Bearer TOKEN",
                 {{"WWW-Authenticate", "Bearer"}}};
}

// Other applications' pages come to what is for them: what they may read is said there (share()).
void Api::check_source(const Request& request, const std::string& path) const {
  if (!path.starts_with("/oidc/") && !path.starts_with("/.well-known/")) return gate_.check_source(request);
  Request without_origin;
  without_origin.headers["host"] = request.header("host");
  gate_.check_source(without_origin);
}

const Api::Route& Api::admit(const Request& request, Call& call) const {
  std::string path = request.path;
  call.tenant = tenant_of(path);
  check_source(request, path);
  Request of_tenant;
  of_tenant.method = request.method;
  of_tenant.path = path;
  const Route& route = sim::find_route(routes(), of_tenant, call.parameters);
  if (!call.tenant && route.door != Door::tests) {
    throw ApiError{404, "not_found", "there is no such bank", "GET /v1/tenants"};
  }
  if (route.door == Door::tests) {
    if (path != request.path) throw ApiError{404, "not_found", "there is nothing at this path", "/v1"};
    check_token(request);
    return route;
  }
  call.token = cookie_of(request, cookie_name(*call.tenant)).value_or("");
  const bool changes = request.method != "GET" && request.method != "HEAD";
  if (route.door == Door::page && changes &&
      !call.tenant->bank().knows_csrf(call.token, request.header("x-csrf-token"))) {
    throw ApiError{403, "bad_csrf_token", "the request does not come from a page of this session",
                   "X-CSRF-Token: the csrf of GET api/session"};
  }
  return route;
}

Response Api::begin(const Request& request) {
  std::string_view operation = "none";
  std::shared_ptr<Tenant> tenant;
  Response response = answer(operation, Clock::now(), [&]() -> Response {
    if (request.body.size() > kLargestBody) throw sim::error_of(413, kLargestBody, kServer);
    std::string rest = request.path;
    if (options_.simulator != nullptr && rest.starts_with("/reader")) {
      gate_.check_source(request);
      return to_simulator(request, rest.substr(std::string_view("/reader").size()));
    }
    if (rest.starts_with("/t/") && rest.find('/', 3) == std::string::npos) {
      gate_.check_source(request);
      Response moved = empty(301);
      moved.headers.emplace_back("Location", rest + "/");
      return moved;
    }
    Call call{request, nullptr, {}, {}, 0};
    const Route& route = admit(request, call);
    operation = route.operation;
    tenant = call.tenant;
    if (tenant) call.now = tenant->now();
    return (this->*route.handler)(call);
  });
  if (tenant && request.method != "GET" && !response.wait) news("outbox " + tenant->id());
  return response;
}

std::optional<Response> Api::judge(const Request& head) {
  try {
    if (options_.simulator != nullptr && head.path.starts_with("/reader")) return std::nullopt;
    if (head.path.starts_with("/t/") && head.path.find('/', 3) == std::string::npos) return std::nullopt;
    Call call{head, nullptr, {}, {}, 0};
    admit(head, call);
    return std::nullopt;
  } catch (const ApiError& error) {
    return answer("none", Clock::now(), [&] { return response_of(error); });
  }
}

Response Api::refuse(int status) {
  return answer("none", Clock::now(),
                [&] { return response_of(sim::error_of(status, kLargestBody, kServer)); });
}

// A reader beside the login page is the simulator's.
Response Api::to_simulator(const Request& request, std::string_view rest) {
  Request there = request;
  there.path = "/v1/readers/" + options_.reader + std::string(rest);
  there.query.erase("revision");  // by which the page asks for the picture anew
  there.headers["host"] = options_.simulator_host;
  there.headers.erase("origin");
  there.headers.erase("cookie");
  Response response = options_.simulator->begin(there);
  sim::wipe_request(there);
  if (response.wait || response.feed) {
    throw ApiError{404, "not_found", "the reader beside the page has no waits and streams",
                   "ask the simulator"};
  }
  response.headers.clear();  // they are this site's
  return response;
}

std::string Api::cookie_name(const Tenant& tenant) const {
  return tenant.base().empty() ? "sesame_bank" : "sesame_bank_" + tenant.id();
}

std::string Api::cookie(const Tenant& tenant, std::string_view token) const {
  return fmt::format("{}={}; Path={}/; HttpOnly; SameSite=Lax{}", cookie_name(tenant), token, tenant.base(),
                     options_.secure ? "; Secure" : "");
}

Response Api::session(const Call& call, const View& view, Json more) {
  Tenant& tenant = *call.tenant;
  const std::string& token = view.token.empty() ? call.token : view.token;
  SessionExtras extras;
  extras.csrf = tenant.bank().csrf(token);
  extras.certificates = !options_.certificate_url.empty();
  if (options_.simulator != nullptr && tenant.base().empty()) extras.demo = options_.demo;
  extras.authorization = authorization_of(tenant, view, call.now);
  const Millis ends = tenant.bank().ends(view.session);
  Json json = session_json(view, tenant.bank(), call.now, ends, extras);
  if (!more.is_null()) {
    more["session"] = std::move(json);
    json = std::move(more);
  }
  Response response = json_response(json);
  if (!view.token.empty()) response.headers.emplace_back("Set-Cookie", cookie(tenant, view.token));
  return response;
}

// ---- the server itself

Response Api::page(const Call& call) {
  check_query(call.request, {"authorize"});
  return sim::typed("text/html; charset=utf-8", std::string(asset_or_404("index.html")));
}

Response Api::outbox_page(const Call& call) {
  check_query(call.request, {});
  return sim::typed("text/html; charset=utf-8", std::string(asset_or_404("outbox.html")));
}

Response Api::asset(const Call& call) {
  check_query(call.request, {});
  const std::string& name = call.parameters.front();
  return sim::typed(sim::content_type(name), std::string(asset_or_404(name)));
}

Response Api::healthz(const Call& call) {
  check_query(call.request, {});
  return json_response({{"status", "ok"}});
}

Response Api::metrics(const Call& call) {
  check_query(call.request, {});
  return sim::typed("text/plain; version=0.0.4; charset=utf-8",
                    sim::metric("sesame_bank_tenants", "gauge", "Banks in this process.",
                                static_cast<std::uint64_t>(tenants_.all().size())) +
                        metrics_.text());
}

Response Api::openapi(const Call& call) {
  check_query(call.request, {});
  return sim::typed("application/json", std::string(asset_or_404("openapi.json")));
}

Response Api::instance(const Call& call) {
  check_query(call.request, {});
  return sim::instance_response("bank", options_.instance);
}

// ---- logging in

Response Api::get_session(const Call& call) {
  check_query(call.request, {});
  View view = call.tenant->bank().view(call.token, call.now);
  if (call.token.empty()) view.token = call.tenant->bank().new_token();
  return session(call, view);
}

Response Api::log_in_by_code(const Call& call) {
  const CodeLogin login = code_login(body_of(call.request).root());
  if (login.who.site == Site::savings) {
    throw ApiError{400, "malformed_request", "the savings site has no reader", "POST api/login/password"};
  }
  return session(call, call.tenant->bank().log_in_by_code(call.token, login.who, login.code.view(),
                                                          login.card, call.now));
}

Response Api::log_in_by_confidential_code(const Call& call) {
  const auto login = std::make_shared<SecretLogin>(confidential_login(body_of(call.request).root()));
  return hashed(call, [this, login](const Call& again) {
    return session(again,
                   again.tenant->bank().log_in_by_secret(again.token, login->who, login->secret, again.now));
  });
}

Response Api::log_in_by_password(const Call& call) {
  const auto login = std::make_shared<SecretLogin>(password_login(body_of(call.request).root()));
  return hashed(call, [this, login](const Call& again) {
    return session(again,
                   again.tenant->bank().log_in_by_secret(again.token, login->who, login->secret, again.now));
  });
}

Response Api::log_in_by_certificate(const Call& call) {
  const Identifier who = certificate_login(body_of(call.request).root());
  if (options_.certificate_url.empty()) throw Refused(Why::not_possible, "certificate");
  const std::string ticket = call.tenant->bank().new_token();
  const std::lock_guard lock(tickets_mutex_);
  std::erase_if(tickets_, [now = Clock::now()](const auto& one) { return one.second.ends <= now; });
  if (tickets_.size() >= kMostTickets) throw ApiError{503, "busy", "too many are logging in", "try again"};
  tickets_[ticket] = {call.tenant->id(), call.token, who, Clock::now() + kTicket};
  // Below BASE, as the session's cookie, which a browser sends there alone.
  return json_response(
      {{"url", options_.certificate_url + call.tenant->base() + "/certificate?ticket=" + ticket}});
}

Response Api::certificate_shown(const Request& request, Bytes fingerprint) {
  return answer("certificateShown", Clock::now(), [&] {
    check_query(request, {"ticket"});
    const std::string ticket(request.parameter("ticket").value_or(""));
    Ticket found;
    {
      const std::lock_guard lock(tickets_mutex_);
      const auto at = tickets_.find(ticket);
      if (at == tickets_.end() || at->second.ends <= Clock::now()) {
        throw ApiError{403, "over", "this login is over", "begin it again on the page"};
      }
      found = std::move(at->second);
      tickets_.erase(at);
    }
    const auto tenant = tenants_.find(found.tenant);
    if (!tenant) throw ApiError{404, "not_found", "there is no such bank", "GET /v1/tenants"};
    // Of the browser that began it: who was sent the address by somebody else logs nobody in.
    if (cookie_of(request, cookie_name(*tenant)) != found.token) throw Refused(Why::no_session);
    Response back = empty(303);
    try {
      const View view =
          tenant->bank().log_in_by_certificate(found.token, found.who, fingerprint, tenant->now());
      back.headers.emplace_back("Set-Cookie", cookie(*tenant, view.token));
      back.headers.emplace_back("Location", options_.site_url + tenant->base() + "/");
    } catch (const Refused&) {
      back.headers.emplace_back("Location", options_.site_url + tenant->base() + "/#/certificate-refused");
    }
    return back;
  });
}

Response Api::log_out(const Call& call) {
  check_no_body(call.request);
  call.tenant->bank().log_out(call.token, call.now);
  return empty(204);
}

Response Api::forgot_identifier(const Call& call) {
  const ForgottenIdentifier asked = forgotten_identifier(body_of(call.request).root());
  call.tenant->bank().forgot_identifier(asked.name, asked.born, call.now);
  return empty(202);
}

Response Api::forgot_secret(const Call& call) {
  const ForgottenSecret asked = forgotten_secret(body_of(call.request).root());
  return hashed(call, [asked](const Call& again) {
    again.tenant->bank().forgot_secret(asked.who, asked.method, again.now);
    return empty(202);
  });
}

Response Api::reactivate(const Call& call) {
  const auto asked = std::make_shared<SecretLogin>(reactivation(body_of(call.request).root()));
  return hashed(call, [asked](const Call& again) {
    again.tenant->bank().reactivate(asked->who, asked->secret, again.now);
    return empty(204);
  });
}

Response Api::change_secret(const Call& call) {
  const auto asked = std::make_shared<SecretChange>(secret_change(body_of(call.request).root()));
  return hashed(call, [this, asked](const Call& again) {
    return session(again,
                   again.tenant->bank().change_secret(again.token, asked->old, asked->secret, again.now));
  });
}

// ---- what a session shows

Response Api::accounts(const Call& call) {
  check_query(call.request, {});
  return json_response(
      {{"accounts", all_of(call.tenant->bank().accounts(call.token, call.now), account_json)}});
}

Response Api::movements(const Call& call) {
  check_query(call.request, {"days"});
  const int days = static_cast<int>(sim::number_parameter(call.request, "days", 90, 3'650));
  const auto movements =
      call.tenant->bank().movements(call.token, id_of(call.parameters.front()), days, call.now);
  return json_response({{"transactions", all_of(movements, movement_json)}});
}

Response Api::history(const Call& call) {
  check_query(call.request, {});
  return json_response({{"events", all_of(call.tenant->bank().history(call.token, call.now), event_json)}});
}

Response Api::beneficiaries(const Call& call) {
  check_query(call.request, {});
  return json_response(
      {{"beneficiaries", all_of(call.tenant->bank().beneficiaries(call.token, call.now), beneficiary_json)}});
}

Response Api::orders(const Call& call) {
  check_query(call.request, {});
  const auto batches = call.tenant->bank().batches(call.token, call.now);
  const auto names = call.tenant->bank().colleagues(call.token, call.now);
  return json_response(
      {{"batches", all_of(batches, [&](const Batch& batch) { return batch_json(batch, names); })}});
}

Response Api::enter_batch(const Call& call) {
  const Id id = call.tenant->bank().enter_batch(call.token, batch(body_of(call.request).root()), call.now);
  return json_response({{"id", id}}, 201);
}

Response Api::remove_batch(const Call& call) {
  check_no_body(call.request);
  call.tenant->bank().remove_batch(call.token, id_of(call.parameters.front()), call.now);
  return empty(204);
}

Response Api::users(const Call& call) {
  check_query(call.request, {});
  return json_response({{"users", all_of(call.tenant->bank().users(call.token, call.now), managed_json)}});
}

Response Api::reset_confidential_code(const Call& call) {
  check_no_body(call.request);
  return hashed(call, [](const Call& again) {
    again.tenant->bank().reset_confidential_code(again.token, again.parameters.front(), again.now);
    return empty(202);
  });
}

// ---- what it does

Response Api::begin_operation(const Call& call) {
  const Begun begun = call.tenant->bank().begin(call.token, wish(body_of(call.request).root()), call.now);
  return json_response(operation_json(begun), 201);
}

Response Api::finish_operation(const Call& call) {
  const SecretString code = operation_code(body_of(call.request).root());
  const Done done = call.tenant->bank().finish(call.token, call.parameters.front(), code.view(), call.now);
  Json result = Json::object();
  if (done.certificate) {
    result = {{"pkcs12", base64(done.certificate->pkcs12)}, {"pin", done.certificate->pin}};
  }
  return session(call, done.view, {{"done", true}, {"result", result}});
}

}  // namespace sesame::bank
