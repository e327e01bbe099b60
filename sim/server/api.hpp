// The API of `sesame sim`: requests in, responses out, for any number of threads. openapi.json describes it,
// and is served.
//
// Nothing in here knows sockets. A response may be a feed, which goes on; and a request for a screen may
// wait: both take one of Options::waits, and beyond those there is a 503.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/fleet/simulator.hpp"
#include "sim/http/connection_limit.hpp"
#include "sim/http/gate.hpp"
#include "sim/http/http_service.hpp"
#include "sim/http/instance.hpp"
#include "sim/http/message.hpp"
#include "sim/http/metrics.hpp"

namespace sesame::sim {

// A card beside the shipped ones, which clients may ask for by its name: the one that --card names, and those
// of --cards. The first of a name counts, and before a shipped one.
struct OfferedCard {
  CardSpec spec;
  std::string name, title;
};
// A reader model of --profiles.
struct OfferedProfile {
  std::string path, name, title;
};

class Api final : public HttpService {
 public:
  static constexpr int kMostWaits = 4'096;
  static constexpr std::size_t kLargestBody = 1u << 20;

  struct Options {
    std::vector<OfferedCard> cards = {};
    std::vector<OfferedProfile> profiles = {};
    int waits = kMostWaits;
    Instance instance = {};
  };
  // The simulator outlives it.
  Api(Simulator& simulator, Gate gate) : Api(simulator, std::move(gate), Options()) {}
  Api(Simulator& simulator, Gate gate, Options options);

  // Never throws. Whatever PIN is in the request stays there alone: the caller wipes its body. Waits as long
  // as the request wants it to.
  Response handle(const Request& request);

  // The same without waiting, and what else HttpServer asks.
  Response begin(const Request& request) override;
  std::optional<Response> judge(const Request& head) override;
  Response refuse(int status) override;
  void on_news(std::function<void(const std::string& topic)> news) override;

  struct Call {
    const Request& request;
    std::vector<std::string> parameters;  // what stands for {…} in the pattern
    std::string id() const { return parameters.front(); }
  };
  struct Route {
    std::string_view method, pattern;
    std::string_view operation;  // operationId in openapi.json
    bool open;                   // needs no token
    Response (Api::*handler)(const Call&);
  };
  static std::span<const Route> routes();

 private:
  class Waiting;

  template <class Make>
  Response answer(const std::string& operation, std::chrono::steady_clock::time_point began, Make make);

  Response page(const Call&);
  Response docs(const Call&);
  Response page_asset(const Call&);
  Response healthz(const Call&);
  Response metrics(const Call&);
  Response openapi(const Call&);
  Response instance(const Call&);
  Response create_session(const Call&);
  Response profiles(const Call&);
  Response cards(const Call&);
  Response list_faults(const Call&);
  Response create_reader(const Call&);
  Response list_readers(const Call&);
  Response get_reader(const Call&);
  Response change_reader(const Call&);
  Response delete_reader(const Call&);
  Response reset_reader(const Call&);
  Response insert_card(const Call&);
  Response remove_card(const Call&);
  Response get_card_state(const Call&);
  Response set_card_state(const Call&);
  Response press_keys(const Call&);
  Response command_reader(const Call&);
  Response make_otp(const Call&);
  Response get_screen(const Call&);
  Response get_screen_svg(const Call&);
  Response get_screen_png(const Call&);
  Response move_clock(const Call&);
  Response set_faults(const Call&);
  Response get_trace(const Call&);
  Response list_codes(const Call&);
  Response all_events(const Call&);
  Response reader_events(const Call&);

  Response reader(const std::string& id, int status = 200);
  Response feed(const Call& call, std::optional<std::string> reader);
  ConnectionLimit::Permit permit();
  CardSpec offered(const CardSpec& spec) const;

  Simulator& simulator_;
  Gate gate_;
  std::vector<OfferedCard> own_cards_;
  std::vector<OfferedProfile> own_profiles_;
  Instance instance_;
  ConnectionLimit limit_;
  Metrics metrics_;
  std::atomic<std::uint64_t> codes_ = 0;
  std::string profiles_, cards_, faults_, openapi_;  // they do not change
};

}  // namespace sesame::sim
