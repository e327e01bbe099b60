// Api: what tests and the bank's own people ask.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "sim/bank/api.hpp"
#include "sim/bank/assets.hpp"
#include "sim/bank/requests.hpp"
#include "sim/bank/state.hpp"
#include "sim/http/json_body.hpp"
#include "sim/http/query.hpp"
#include "sim/http/responses.hpp"

namespace sesame::bank {

using sim::ApiError;
using sim::check_query;
using sim::json_response;
using sim::JsonBody;
using sim::Response;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLast = std::numeric_limits<std::int64_t>::max();

Json tenant_json(Tenant& tenant) {
  return {{"id", tenant.id()},
          {"url", tenant.base() + "/"},
          {"clock", tenant.clock().is_virtual() ? "virtual" : "real"},
          {"now_ms", tenant.now()}};
}

Json customers_json(const std::vector<SeededUser>& users) {
  Json all = Json::array();
  for (const SeededUser& one : users) all.push_back(seeded_json(one));
  return all;
}

}  // namespace

std::shared_ptr<Tenant> named(Tenants& tenants, const std::string& id) {
  auto tenant = tenants.find(id);
  if (!tenant) throw ApiError{404, "unknown", "there is no such bank", "GET /v1/tenants"};
  return tenant;
}

// Until there is a message that is waited for, or for so long.
class Api::NextMessage final : public sim::Wait {
 public:
  using Read = std::function<std::optional<Response>(bool over)>;
  NextMessage(Api& api, std::string topic, Clock::time_point end, Read read)
      : api_(api), topic_(std::move(topic)), end_(end), read_(std::move(read)) {}
  ~NextMessage() override { --api_.waiting_now_; }

  const std::string& topic() const override { return topic_; }
  Clock::time_point again() const override { return end_; }
  std::optional<Response> ask(bool gone) override { return read_(gone || Clock::now() >= end_); }

 private:
  Api& api_;
  std::string topic_;
  Clock::time_point end_;
  Read read_;
};

Response Api::add_tenant(const Call& call) {
  check_query(call.request, {});
  const auto body = std::make_shared<JsonBody>(call.request.body);
  const auto asked = std::make_shared<NewTenant>(new_tenant(body->root()));
  const auto text = std::make_shared<std::string>(asked->has_state ? call.request.body : std::string());
  // Making secrets takes scrypt.
  return hashed(call, [this, body, asked, text](const Call&) {
    const auto tenant = tenants_.make(asked->rules, asked->is_virtual, asked->now);
    try {
      Json json = tenant_json(*tenant);
      if (asked->has_state) {
        load_state(*tenant, Json::parse(*text)["state"]);
        json["customers"] = customers_json(tenant->planted());
      } else if (asked->seed) {
        const Seed seed = read_seed(*asked->seed, asked->rules, tenants_.random(), tenant->now());
        json["customers"] = customers_json(tenant->plant(seed));
      } else {
        const JsonBody demo(bank::asset("demo.json").value_or("{}"));
        const Seed seed = read_seed(demo.root(), asked->rules, tenants_.random(), tenant->now());
        json["customers"] = customers_json(tenant->plant(seed));
      }
      Response response = json_response(json, 201);
      response.headers.emplace_back("Location", "/v1/tenants/" + tenant->id());
      return response;
    } catch (...) {
      tenants_.remove(tenant->id());
      throw;
    }
  });
}

Response Api::list_tenants(const Call& call) {
  check_query(call.request, {});
  Json all = Json::array();
  for (const auto& tenant : tenants_.all()) all.push_back(tenant_json(*tenant));
  return json_response({{"tenants", all}});
}

Response Api::get_tenant(const Call& call) {
  check_query(call.request, {});
  const auto tenant = named(tenants_, call.parameters.front());
  Json json = tenant_json(*tenant);
  json["customers"] = customers_json(tenant->planted());
  return json_response(json);
}

Response Api::remove_tenant(const Call& call) {
  check_query(call.request, {});
  document::Table(JsonBody(call.request.body).root()).done();
  if (!tenants_.remove(call.parameters.front())) {
    throw ApiError{404, "unknown", "there is no such bank, or it is the one that stays", "GET /v1/tenants"};
  }
  Response response;
  response.status = 204;
  return response;
}

Response Api::move_clock(const Call& call) {
  check_query(call.request, {});
  const ClockMove move = clock_move(JsonBody(call.request.body).root());
  const auto tenant = named(tenants_, call.parameters.front());
  const Millis by = move.advance ? *move.advance : *move.to - tenant->now();
  if (by < 0) throw ApiError{409, "refused", "a clock goes forward alone", "make another bank"};
  tenant->clock().advance(by);
  tenant->bank().sweep(tenant->now());
  return json_response(tenant_json(*tenant));
}

Response Api::read_outbox(const Call& call) {
  check_query(call.request, {"after", "wait_ms", "to", "kind", "limit"});
  const auto after = static_cast<std::int64_t>(sim::number_parameter(call.request, "after", 0, kLast));
  const std::uint64_t wait_ms = sim::number_parameter(call.request, "wait_ms", 0, kLongestWait);
  const std::uint64_t limit = sim::number_parameter(call.request, "limit", kMostListed, kMostListed);
  const std::string to(call.request.parameter("to").value_or(""));
  const std::string kind(call.request.parameter("kind").value_or(""));
  if (!kind.empty() && std::find(std::begin(kMessageKindNames), std::end(kMessageKindNames), kind) ==
                           std::end(kMessageKindNames)) {
    throw ApiError{400, "out_of_range", "there is no such kind of message", "post or sms"};
  }
  const auto tenant = named(tenants_, call.parameters.front());
  const auto read = [=](bool over) -> std::optional<Response> {
    Json messages = Json::array();
    for (const Message& message : tenant->bank().outbox(after, std::numeric_limits<std::int32_t>::max())) {
      if (!kind.empty() && to_string(message.kind) != kind) continue;
      if (!to.empty() && message.to.find(to) == std::string::npos) continue;
      if (messages.size() == limit) break;
      messages.push_back(message_json(message));
    }
    if (messages.empty() && !over) return std::nullopt;
    return json_response({{"messages", messages}});
  };
  if (auto now = read(wait_ms == 0)) return std::move(*now);
  if (waiting_now_.fetch_add(1) >= options_.waits) {
    --waiting_now_;
    throw ApiError{503, "busy", "too many wait for messages", "ask again", {{"Retry-After", "1"}}};
  }
  const auto began = std::chrono::steady_clock::now();
  Response response;
  response.wait = std::make_shared<NextMessage>(*this, "outbox " + tenant->id(),
                                                began + std::chrono::milliseconds(wait_ms),
                                                [this, read, began](bool over) -> std::optional<Response> {
                                                  std::optional<Response> found;
                                                  Response told = answer("readOutbox", began, [&] {
                                                    found = read(over);
                                                    return found ? std::move(*found) : Response{};
                                                  });
                                                  if (!found && told.status == 200) return std::nullopt;
                                                  return told;
                                                });
  return response;
}

// The outbox of the page, for who sits at this machine; with a token, for who has it: the codes of all
// customers are in it.
Response Api::read_outbox_of_page(const Call& call) {
  check_query(call.request, {});
  check_token(call.request);
  Json messages = Json::array();
  for (const Message& message : call.tenant->bank().outbox(0, kMostListed)) {
    messages.push_back(message_json(message));
  }
  return json_response({{"messages", messages}});
}

Response Api::export_state(const Call& call) {
  check_query(call.request, {});
  return json_response(state_json(*named(tenants_, call.parameters.front())));
}

Response Api::read_audit(const Call& call) {
  check_query(call.request, {"from", "limit"});
  const std::uint64_t from = sim::number_parameter(call.request, "from", 1, kLast);
  const std::uint64_t limit = sim::number_parameter(call.request, "limit", kMostListed, kMostListed);
  const auto tenant = named(tenants_, call.parameters.front());
  Json rows = Json::array(), next = nullptr;
  for (const Event& event : tenant->bank().audit(static_cast<std::int64_t>(from), limit + 1)) {
    if (rows.size() == limit) {
      next = event.number;
      break;
    }
    rows.push_back(event_json(event));
  }
  return json_response({{"rows", rows}, {"next", next}});
}

Response Api::add_customers(const Call& call) {
  check_query(call.request, {});
  const auto body = std::make_shared<JsonBody>(call.request.body);
  const auto tenant = named(tenants_, call.parameters.front());
  return hashed(call, [this, body, tenant](const Call&) {
    const Seed seed = read_seed(body->root(), tenant->bank().rules(), tenants_.random(), tenant->now());
    return json_response({{"customers", customers_json(tenant->plant(seed))}}, 201);
  });
}

}  // namespace sesame::bank
