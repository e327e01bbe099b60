// The site as an API: requests in, responses out, for any number of threads. Nothing in here knows sockets.
//
// **Two doors.** BASE/api/… is for the pages, with a session's cookie and, for all that changes something,
// its CSRF token; BASE is empty, or /t/ID for the bank of a test. /v1/tenants… is for tests and for the
// bank's own people: it makes and moves banks, and reads their outboxes; where others can reach this server
// it needs a token.
//
// **No enumeration.** What is said of a login that fails is the same whether there is such a customer or not,
// and so is the work (bank.hpp).
//
// What takes scrypt waits for threads of its own, so many at a time; beyond those in the queue it is 503.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/bank/tenants.hpp"
#include "sim/bank/view_json.hpp"
#include "sim/http/gate.hpp"
#include "sim/http/http_service.hpp"
#include "sim/http/instance.hpp"
#include "sim/http/message.hpp"
#include "sim/http/metrics.hpp"
#include "sim/http/workers.hpp"

namespace sesame::bank {

class OpenId;

// NOLINTNEXTLINE(bugprone-exception-escape): a move of JSON allocates nothing
struct SiteOptions {
  bool secure = true;  // over TLS: cookies say so
  // Browsers are to use no plain HTTP here any more (RFC 6797). Not of a name that other servers have too:
  // "localhost".
  bool strict_transport = false;
  std::string site_url;  // "https://localhost:8037"
  // Where a browser is asked for its certificate: "https://localhost:8038"; empty: nowhere.
  std::string certificate_url;
  // A reader beside the login page: what answers for it, and its id there.
  sim::HttpService* simulator = nullptr;
  std::string simulator_host;  // its Host
  std::string reader;
  Json
      // who may log in with it, for the page: names of its fields as the API's, and pin, card, reader_url
      demo;
  std::size_t hashing = 2;  // threads for scrypt
  int waits = 256;          // for messages, at most; beyond those there is a 503
  sim::Instance instance = {};
};

class Api final : public sim::HttpService {
 public:
  static constexpr std::size_t kLargestBody = 1u << 20;
  static constexpr int kMostHashing = 64;
  static constexpr std::uint64_t kMostListed = 1'000, kLongestWait = 60'000;  // of rows; milliseconds

  // `gate`: who may ask, and whose token opens /v1. The tenants outlive it.
  Api(Tenants& tenants, sim::Gate gate, SiteOptions options,
      std::function<void(const std::string&)> trouble = {});
  ~Api() override;

  sim::Response begin(const sim::Request& request) override;
  std::optional<sim::Response> judge(const sim::Request& head) override;
  sim::Response refuse(int status) override;
  void on_news(std::function<void(const std::string& topic)> news) override;

  // What comes in at `certificate_url`: a browser that has shown a certificate. Leads back to the site.
  sim::Response certificate_shown(const sim::Request& request, Bytes fingerprint);

  enum class Door : std::uint8_t {
    open,   // a page, a picture
    page,   // for the pages: a session's cookie
    tests,  // the token, where there is one
  };
  struct Call {
    const sim::Request& request;
    std::shared_ptr<Tenant> tenant;
    std::string token;                    // of the session's cookie, which may be no session's
    std::vector<std::string> parameters;  // what stands for {…} in the pattern
    Millis now = 0;
  };
  struct Route {
    std::string_view method, pattern;  // of pages: without BASE
    std::string_view operation;
    Door door;
    sim::Response (Api::*handler)(const Call&);
  };
  static std::span<const Route> routes();

 private:
  class Hashing;
  class NextMessage;
  struct Ticket {
    std::string tenant, token;
    Identifier who;
    std::chrono::steady_clock::time_point ends;
  };

  sim::Response answer(std::string_view operation, std::chrono::steady_clock::time_point began,
                       const std::function<sim::Response()>& make);
  std::shared_ptr<Tenant> tenant_of(std::string& path) const;
  void check_token(const sim::Request& request) const;
  void check_source(const sim::Request& request, const std::string& path) const;
  const Route& admit(const sim::Request& request, Call& call) const;
  sim::Response to_simulator(const sim::Request& request, std::string_view rest);
  void news(const std::string& topic);
  // Of the session that `view` is now, with its cookie where it is new.
  sim::Response session(const Call& call, const View& view, Json more = {});
  std::string cookie(const Tenant& tenant, std::string_view token) const;
  std::string cookie_name(const Tenant& tenant) const;
  // Done on a thread of its own.
  sim::Response hashed(const Call& call, std::function<sim::Response(const Call&)> work);

  sim::Response page(const Call&);
  sim::Response outbox_page(const Call&);
  sim::Response asset(const Call&);
  sim::Response healthz(const Call&);
  sim::Response metrics(const Call&);
  sim::Response openapi(const Call&);
  sim::Response instance(const Call&);

  sim::Response get_session(const Call&);
  sim::Response log_in_by_code(const Call&);
  sim::Response log_in_by_confidential_code(const Call&);
  sim::Response log_in_by_password(const Call&);
  sim::Response log_in_by_certificate(const Call&);
  sim::Response log_out(const Call&);
  sim::Response forgot_identifier(const Call&);
  sim::Response forgot_secret(const Call&);
  sim::Response reactivate(const Call&);
  sim::Response change_secret(const Call&);
  sim::Response accounts(const Call&);
  sim::Response movements(const Call&);
  sim::Response history(const Call&);
  sim::Response beneficiaries(const Call&);
  sim::Response orders(const Call&);
  sim::Response enter_batch(const Call&);
  sim::Response remove_batch(const Call&);
  sim::Response users(const Call&);
  sim::Response reset_confidential_code(const Call&);
  sim::Response begin_operation(const Call&);
  sim::Response finish_operation(const Call&);

  OpenId openid(Tenant& tenant) const;
  Json authorization_of(Tenant& tenant, const View& view, Millis now) const;
  void share(const Call& call, sim::Response& response);
  sim::Response oidc_preflight(const Call&);
  sim::Response oidc_discovery(const Call&);
  sim::Response oidc_jwks(const Call&);
  sim::Response oidc_authorize(const Call&);
  sim::Response oidc_by_get(const Call&);
  sim::Response oidc_token(const Call&);
  sim::Response oidc_user_info(const Call&);
  sim::Response oidc_logout(const Call&);
  sim::Response complete_authorization(const Call&);
  sim::Response decline_authorization(const Call&);
  sim::Response add_client(const Call&);
  sim::Response list_clients(const Call&);
  sim::Response remove_client(const Call&);

  sim::Response add_tenant(const Call&);
  sim::Response list_tenants(const Call&);
  sim::Response get_tenant(const Call&);
  sim::Response remove_tenant(const Call&);
  sim::Response move_clock(const Call&);
  sim::Response read_outbox(const Call&);
  sim::Response read_audit(const Call&);
  sim::Response export_state(const Call&);
  sim::Response add_customers(const Call&);
  sim::Response read_outbox_of_page(const Call&);

  Tenants& tenants_;
  sim::Gate gate_;
  SiteOptions options_;
  std::function<void(const std::string&)> trouble_;
  sim::Metrics metrics_;
  std::mutex news_mutex_;
  std::function<void(const std::string&)> news_;
  std::mutex tickets_mutex_;
  std::map<std::string, Ticket> tickets_;
  std::atomic<std::uint64_t> jobs_ = 0;
  std::atomic<int> hashing_now_ = 0, waiting_now_ = 0;
  std::unique_ptr<sim::Workers> hashing_;
};

// The bank that /v1/tenants/{id}… is about. ApiError unknown, 404.
std::shared_ptr<Tenant> named(Tenants& tenants, const std::string& id);

}  // namespace sesame::bank
