#include "sim/issuer/api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

#include "host/base/failure.hpp"
#include "sim/http/json_body.hpp"
#include "sim/http/query.hpp"
#include "sim/http/responses.hpp"
#include "sim/http/routes.hpp"
#include "sim/issuer/card_json.hpp"
#include "sim/issuer/openapi.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr auto kLast = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
constexpr const char* kServer = "issuer";

ApiError no_card() { return {404, "unknown_card", "there is no such card", "GET /v1/cards"}; }

ApiError error_of_failure(const Failure& failure) {
  switch (failure.kind()) {
    case Failure::invalid: return {400, "bad_card", failure.what(), "correct it"};
    case Failure::refused: return {409, "refused", failure.what(), "look at the card"};
    default:
      return {503,
              "environment",
              "the store cannot be used now: nothing was accepted",
              "try again",
              {{"Retry-After", "2"}}};
  }
}

JsonBody body_of(const Request& request) {
  check_query(request, {});
  return JsonBody(request.body);
}

}  // namespace

std::span<const IssuerApi::Route> IssuerApi::routes() {
  using enum Whose;
  static constexpr std::array<Route, 12> kRoutes{{
      {"GET", "/healthz", "healthz", anybody, &IssuerApi::healthz},
      {"GET", "/metrics", "metrics", desk, &IssuerApi::metrics},
      {"GET", "/openapi.json", "openapi", anybody, &IssuerApi::openapi},
      {"GET", "/v1", "instance", relying_party, &IssuerApi::instance},
      {"POST", "/v1/verifications", "verify", relying_party, &IssuerApi::verify},
      {"POST", "/v1/resynchronizations", "resynchronize", desk, &IssuerApi::resynchronize},
      {"GET", "/v1/cards", "listCards", desk, &IssuerApi::list_cards},
      {"POST", "/v1/cards", "addCard", desk, &IssuerApi::add_card},
      {"GET", "/v1/cards/{id}", "getCard", desk, &IssuerApi::get_card},
      {"PATCH", "/v1/cards/{id}", "changeCard", desk, &IssuerApi::change_card},
      {"GET", "/v1/audit", "readAudit", desk, &IssuerApi::read_audit},
      {"GET", "/v1/audit/verification", "verifyAudit", desk, &IssuerApi::verify_audit},
  }};
  return kRoutes;
}

IssuerApi::IssuerApi(issuer::Registry& registry, Doors doors, std::function<issuer::Millis()> now,
                     std::function<void(const std::string&)> trouble, Instance instance)
    : registry_(registry),
      doors_(std::move(doors)),
      now_(std::move(now)),
      trouble_(std::move(trouble)),
      instance_(std::move(instance)),
      inquiries_(registry, now_) {}

template <class Make>
Response IssuerApi::answer(const std::string_view& operation, Clock::time_point began, Make make) {
  Response response;
  try {
    response = make();
  } catch (const ApiError& error) {
    response = response_of(error);
  } catch (const Failure& failure) {
    if (failure.kind() == Failure::environment && trouble_) trouble_(failure.what());
    response = response_of(error_of_failure(failure));
  } catch (const std::bad_alloc&) {
    response = response_of(ApiError{503, "environment", "out of memory", "try again"});
  } catch (const std::exception&) {
    response = response_of(ApiError{500, "internal", "this should not happen", "please report it"});
  }
  add_safeguards(response);
  metrics_.count_request(std::string(operation), response.status, Clock::now() - began);
  return response;
}

const IssuerApi::Route& IssuerApi::admit(const Request& request, std::vector<std::string>& parameters) const {
  doors_.desk.check_source(request);
  const Route& route = find_route(routes(), request, parameters);
  if (route.whose == Whose::anybody || doors_.desk.knows(request)) return route;
  const bool relying_party = doors_.relying_party && doors_.relying_party->knows(request);
  if (relying_party && route.whose == Whose::relying_party) return route;
  if (relying_party) {
    throw ApiError{403, "not_yours", "a relying party may verify codes, and nothing else",
                   "this needs the token of the issuer's desk"};
  }
  throw ApiError{401,
                 "unauthorized",
                 "this needs the token with which sesame issuer serve was started, or which it printed",
                 "Authorization: Bearer TOKEN",
                 {{"WWW-Authenticate", "Bearer"}}};
}

Response IssuerApi::begin(const Request& request) {
  std::string_view operation = "none";
  return answer(operation, Clock::now(), [&] {
    std::vector<std::string> parameters;
    const Route& route = admit(request, parameters);
    operation = route.operation;
    if (request.body.size() > kLargestBody) throw error_of(413, kLargestBody, kServer);
    return (this->*route.handler)({request, std::move(parameters)});
  });
}

std::optional<Response> IssuerApi::judge(const Request& head) {
  try {
    std::vector<std::string> parameters;
    admit(head, parameters);
    return std::nullopt;
  } catch (const ApiError& error) {
    return answer("none", Clock::now(), [&] { return response_of(error); });
  }
}

Response IssuerApi::refuse(int status) {
  return answer("none", Clock::now(), [&] { return response_of(error_of(status, kLargestBody, kServer)); });
}

// Nothing waits here.
void IssuerApi::on_news(std::function<void(const std::string& topic)>) {}

// ---- the server itself

Response IssuerApi::healthz(const Call& call) {
  check_query(call.request, {});
  return json_response({{"status", "ok"}});
}

Response IssuerApi::metrics(const Call& call) {
  check_query(call.request, {});
  return typed("text/plain; version=0.0.4; charset=utf-8",
               metric("sesame_issuer_accepted_total", "counter", "Codes accepted.", accepted_.load()) +
                   metric("sesame_issuer_refused_total", "counter", "Codes refused.", refused_.load()) +
                   metric("sesame_issuer_inquiries_waiting", "gauge",
                          "Refusals whose cause is not in the audit yet.", inquiries_.waiting()) +
                   metric("sesame_issuer_inquiries_dropped_total", "counter",
                          "Refusals whose cause will not be in the audit: there were too many.",
                          inquiries_.dropped()) +
                   metrics_.text());
}

Response IssuerApi::openapi(const Call& call) {
  check_query(call.request, {});
  return typed("application/json", std::string(issuer_openapi()));
}

Response IssuerApi::instance(const Call& call) {
  check_query(call.request, {});
  return instance_response("issuer", instance_);
}

// ---- codes

// 0, which is no card, where there is none: it is refused as a wrong code is.
issuer::CardId IssuerApi::find(const WhichCard& which) {
  if (which.id) return *which.id;
  const auto found =
      which.customer.empty() ? registry_.find(which.pan, which.psn) : registry_.find_customer(which.customer);
  if (found.size() > 1) {
    throw ApiError{409, "several_cards",
                   fmt::format("this may be any of the cards {}", fmt::join(found, ", ")), "say which: card"};
  }
  return found.empty() ? 0 : found.front();
}

Response IssuerApi::told(const issuer::Decision& decision) {
  ++(decision.accepted ? accepted_ : refused_);
  return json_response({{"accepted", decision.accepted}, {"last_try", decision.last_try}});
}

Response IssuerApi::verify(const Call& call) {
  VerificationRequest asked = verification_request(body_of(call.request).root());
  const issuer::CardId card = find(asked.which);
  const issuer::Decision decision = registry_.verify(card, asked.submission, now_());
  Response response = told(decision);
  // Also where nothing is found out of it: what is done after the response can be seen in the next one.
  if (!decision.accepted) inquiries_.take(card, std::move(asked.submission), decision);
  return response;
}

Response IssuerApi::resynchronize(const Call& call) {
  const ResynchronizationRequest asked = resynchronization_request(body_of(call.request).root());
  return told(registry_.resynchronize(find(asked.which), asked.first, asked.second, now_()));
}

// ---- cards

issuer::CardInfo IssuerApi::card_of(const Call& call) {
  const auto id = whole_number(call.parameters.front());
  if (!id || *id > kLast) throw no_card();
  try {
    return registry_.show(static_cast<issuer::CardId>(*id));
  } catch (const Failure& failure) {
    if (failure.kind() == Failure::refused) throw no_card();
    throw;
  }
}

Response IssuerApi::list_cards(const Call& call) {
  check_query(call.request, {"from", "limit"});
  const std::uint64_t from = number_parameter(call.request, "from", 1, kLast);
  const std::uint64_t limit = number_parameter(call.request, "limit", kMostListed, kMostListed);
  Json cards = Json::array(), next = nullptr;
  for (const issuer::CardInfo& card : registry_.list(static_cast<issuer::CardId>(from), limit + 1)) {
    if (cards.size() == limit) {
      next = card.id;
    } else {
      cards.push_back(issued_card_json(card));
    }
  }
  return json_response({{"cards", cards}, {"next", next}});
}

Response IssuerApi::add_card(const Call& call) {
  const issuer::NewCard card = new_card(body_of(call.request).root());
  const issuer::CardId id = registry_.add({&card, 1}, now_()).at(0);
  Response response = json_response(issued_card_json(registry_.show(id)), 201);
  response.headers.emplace_back("Location", fmt::format("/v1/cards/{}", id));
  return response;
}

Response IssuerApi::get_card(const Call& call) {
  check_query(call.request, {});
  return json_response(issued_card_json(card_of(call)));
}

Response IssuerApi::change_card(const Call& call) {
  const CardPatch patch = card_patch(body_of(call.request).root());
  const issuer::CardId card = card_of(call).id;
  if (patch.last_atc) registry_.set_last_atc(card, *patch.last_atc, now_());
  if (!patch.policy.is_none()) registry_.change_policy(card, patch.policy, now_());
  if (patch.action) {
    switch (*patch.action) {
      case CardAction::suspend: registry_.suspend(card, now_()); break;
      case CardAction::resume: registry_.resume(card, now_()); break;
      case CardAction::report_lost: registry_.report_lost(card, now_()); break;
      case CardAction::unblock: registry_.unblock(card, now_()); break;
    }
  }
  return json_response(issued_card_json(registry_.show(card)));
}

// ---- the audit

Response IssuerApi::read_audit(const Call& call) {
  check_query(call.request, {"from", "limit"});
  const std::uint64_t from = number_parameter(call.request, "from", 1, kLast);
  const std::uint64_t limit = number_parameter(call.request, "limit", kMostListed, kMostListed);
  Json rows = Json::array(), next = nullptr;
  for (const issuer::AuditRow& row : registry_.audit(static_cast<std::int64_t>(from), limit + 1)) {
    if (rows.size() == limit) {
      next = row.number;
    } else {
      rows.push_back(audit_row_json(row));
    }
  }
  return json_response({{"rows", rows}, {"next", next}});
}

Response IssuerApi::verify_audit(const Call& call) {
  check_query(call.request, {});
  const issuer::AuditCheck check = registry_.verify_audit();
  return json_response(audit_check_json(check, registry_.head()));
}

}  // namespace sesame::sim
