#include "sim/http/cross_origin.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "sim/http/responses.hpp"

namespace sesame::sim {

namespace {

// What the service says of its own stays (the bank's applications: sim/bank/api_oidc.cpp).
void share(Response& response, const std::string& origin) {
  const bool is_said = std::any_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
    return header.first == "Access-Control-Allow-Origin";
  });
  if (is_said) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back("Access-Control-Expose-Headers", "Location, Retry-After, WWW-Authenticate");
  response.headers.emplace_back("Vary", "Origin");
}

class SharedWait final : public Wait {
 public:
  SharedWait(std::shared_ptr<Wait> wait, std::string origin)
      : wait_(std::move(wait)), origin_(std::move(origin)) {}

  const std::string& topic() const override { return wait_->topic(); }
  std::chrono::steady_clock::time_point again() const override { return wait_->again(); }
  std::optional<Response> ask(bool gone) override {
    auto response = wait_->ask(gone);
    if (response) share(*response, origin_);
    return response;
  }

 private:
  std::shared_ptr<Wait> wait_;
  std::string origin_;
};

bool is_preflight(const Request& request) {
  return request.method == "OPTIONS" && !request.header("access-control-request-method").empty();
}

Response preflight(const Request& request, const std::string& origin) {
  Response response;
  response.status = 204;
  response.headers = {{"Access-Control-Allow-Origin", origin},
                      {"Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"},
                      {"Access-Control-Allow-Headers", "Authorization, Content-Type, Last-Event-ID"},
                      {"Access-Control-Max-Age", "600"},
                      {"Vary", "Origin"}};
  // A page of a public address that asks a private one (Private Network Access).
  if (!request.header("access-control-request-private-network").empty()) {
    response.headers.emplace_back("Access-Control-Allow-Private-Network", "true");
  }
  add_safeguards(response);
  return response;
}

}  // namespace

std::optional<Response> CrossOrigin::judge(const Request& head) {
  const auto origin = gate_.allowed_origin(head);
  if (!origin) return service_.judge(head);
  if (is_preflight(head)) {
    try {
      gate_.check_source(head);
      return std::nullopt;
    } catch (const ApiError& error) {
      return response_of(error);
    }
  }
  auto refused = service_.judge(head);
  if (refused) share(*refused, *origin);
  return refused;
}

Response CrossOrigin::begin(const Request& request) {
  const auto origin = gate_.allowed_origin(request);
  if (!origin) return service_.begin(request);
  if (is_preflight(request)) return preflight(request, *origin);
  Response response = service_.begin(request);
  if (response.wait) {
    response.wait = std::make_shared<SharedWait>(std::move(response.wait), *origin);
  } else {
    share(response, *origin);
  }
  return response;
}

}  // namespace sesame::sim
