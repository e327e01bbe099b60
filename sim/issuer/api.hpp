// The API of `sesame issuer serve`: requests in, responses out, for any number of threads. openapi.json
// describes it, and is served. Nothing in here knows sockets.
//
// A relying party, which has the code and wants to know whether it is good, learns that and nothing else:
// accepted or not, with the same status, the same body and in the same time whether the code is wrong, was
// used before, or the card is none at all (registry.hpp). Why, the audit knows (inquiries.hpp). The issuer's
// desk may do everything; each has a token of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/issuer/store/registry.hpp"
#include "sim/http/gate.hpp"
#include "sim/http/http_service.hpp"
#include "sim/http/instance.hpp"
#include "sim/http/message.hpp"
#include "sim/http/metrics.hpp"
#include "sim/issuer/inquiries.hpp"
#include "sim/issuer/requests.hpp"

namespace sesame::sim {

class IssuerApi final : public HttpService {
 public:
  static constexpr std::size_t kLargestBody = 1u << 20;
  static constexpr std::size_t kMostListed = 1'000;

  struct Doors {
    Gate desk;                          // with its token
    std::optional<Gate> relying_party;  // whose token opens POST /v1/verifications alone
  };
  // The registry outlives it. `trouble` gets what the store says where it fails, which clients do not get.
  IssuerApi(issuer::Registry& registry, Doors doors, std::function<issuer::Millis()> now,
            std::function<void(const std::string&)> trouble = {}, Instance instance = {});

  // None of these throws. Whatever code or key is in the request stays there alone: the caller wipes its
  // body.
  Response begin(const Request& request) override;
  std::optional<Response> judge(const Request& head) override;
  Response refuse(int status) override;
  void on_news(std::function<void(const std::string& topic)> news) override;

  Inquiries& inquiries() { return inquiries_; }

  enum class Whose : std::uint8_t { anybody, relying_party, desk };
  struct Call {
    const Request& request;
    std::vector<std::string> parameters;  // what stands for {…} in the pattern
  };
  struct Route {
    std::string_view method, pattern;
    std::string_view operation;  // operationId in openapi.json
    Whose whose;
    Response (IssuerApi::*handler)(const Call&);
  };
  static std::span<const Route> routes();

 private:
  template <class Make>
  Response answer(const std::string_view& operation, std::chrono::steady_clock::time_point began, Make make);
  const Route& admit(const Request& request, std::vector<std::string>& parameters) const;

  Response healthz(const Call&);
  Response metrics(const Call&);
  Response openapi(const Call&);
  Response instance(const Call&);
  Response verify(const Call&);
  Response resynchronize(const Call&);
  Response list_cards(const Call&);
  Response add_card(const Call&);
  Response get_card(const Call&);
  Response change_card(const Call&);
  Response read_audit(const Call&);
  Response verify_audit(const Call&);

  issuer::CardId find(const WhichCard& which);
  issuer::CardInfo card_of(const Call& call);
  Response told(const issuer::Decision& decision);

  issuer::Registry& registry_;
  Doors doors_;
  std::function<issuer::Millis()> now_;
  std::function<void(const std::string&)> trouble_;
  Instance instance_;
  Metrics metrics_;
  std::atomic<std::uint64_t> accepted_ = 0, refused_ = 0;
  Inquiries inquiries_;
};

}  // namespace sesame::sim
