// Pages of other origins that --allow-origin names: they may read what is answered, and ask for it with a
// token (the CORS protocol of the Fetch standard). No cookie has a part in it, and none is allowed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sim/http/gate.hpp"
#include "sim/http/http_service.hpp"

namespace sesame::sim {

// A service, with the headers that let those pages read its responses.
class CrossOrigin final : public HttpService {
 public:
  // `gate`: the service's own. The service outlives it.
  CrossOrigin(HttpService& service, Gate gate) : service_(service), gate_(std::move(gate)) {}

  std::optional<Response> judge(const Request& head) override;
  Response begin(const Request& request) override;
  Response refuse(int status) override { return service_.refuse(status); }
  void on_news(std::function<void(const std::string& topic)> news) override {
    service_.on_news(std::move(news));
  }

 private:
  HttpService& service_;
  Gate gate_;
};

}  // namespace sesame::sim
