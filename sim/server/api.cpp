#include "sim/server/api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "host/profile/reader_file.hpp"
#include "host/profile/shipped.hpp"
#include "sim/http/content_type.hpp"
#include "sim/http/json_body.hpp"
#include "sim/http/query.hpp"
#include "sim/http/responses.hpp"
#include "sim/http/routes.hpp"
#include "sim/lcd/pattern.hpp"
#include "sim/lcd/picture.hpp"
#include "sim/lcd/rows.hpp"
#include "sim/reader/refusal.hpp"
#include "sim/reader/trace.hpp"
#include "sim/server/assets.hpp"
#include "sim/server/event_feed.hpp"
#include "sim/server/fault_json.hpp"
#include "sim/server/openapi.hpp"
#include "sim/server/reader_json.hpp"
#include "sim/server/requests.hpp"

namespace sesame::sim {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLongestPoll = 60'000;  // ms
constexpr std::chrono::milliseconds kSoon{1};   // at the least, between two looks at what is due

// ---- responses

Response nothing() {
  Response response;
  response.status = 204;
  return response;
}

int status_of(Why why) {
  switch (why) {
    case Why::unknown_reader: return 404;
    case Why::real_cards_off: return 403;
    case Why::too_many_readers: return 503;
    case Why::reader_exists:
    case Why::reader_stays:
    case Why::card_in_use:
    case Why::no_card:
    case Why::no_cable:
    case Why::virtual_clock:
    case Why::real_clock:
    case Why::no_state:
    case Why::not_rewindable: return 409;
    case Why::unknown_profile:
    case Why::bad_profile:
    case Why::unknown_function:
    case Why::unknown_card:
    case Why::bad_card:
    case Why::bad_state:
    case Why::bad_fault:
    case Why::bad_input: return 400;
  }
  return 400;
}

ApiError error_of(const Refusal& refusal) {
  return {status_of(refusal.why()), std::string(to_string(refusal.why())), refusal.message(), refusal.hint()};
}

ApiError error_of(const Failure& failure) {
  switch (failure.kind()) {
    case Failure::invalid: return {400, "bad_card", failure.what(), "correct it"};
    case Failure::refused: return {409, "refused", failure.what(), ""};
    default: return {503, "environment", failure.what(), "see to it, and try again"};
  }
}

// What cannot be understood, or is not answered any more.
ApiError error_of(int status) { return sim::error_of(status, Api::kLargestBody, "simulator"); }

Response later(std::shared_ptr<Wait> wait) {
  Response response;
  response.wait = std::move(wait);
  return response;
}

// ---- requests

// The type that Accept names first, of these; the first of these where it names none.
bool prefers(const Request& request, std::string_view type, std::string_view other) {
  const std::string_view accept = request.header("accept");
  return accept.find(type) < accept.find(other);
}

JsonBody body_of(const Request& request) {
  check_query(request, {});
  return JsonBody(request.body);
}

void check_no_body(const Request& request) { document::Table(JsonBody(request.body).root()).done(); }

// ---- lists

// The first of a name.
template <class Offered>
const Offered* find_offered(const std::vector<Offered>& all, std::string_view name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Offered& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

// Those of one's own, and the shipped ones that have another name.
template <class Offered>
std::string names_of(const std::vector<Offered>& own, profile::ProfileKind kind) {
  auto all = Json::array();
  for (const Offered& one : own) {
    if (find_offered(own, one.name) == &one) all.push_back({{"name", one.name}, {"title", one.title}});
  }
  for (const profile::Listed& one : profile::list_shipped(kind)) {
    if (find_offered(own, one.name) == nullptr) all.push_back({{"name", one.name}, {"title", one.title}});
  }
  return dump(all);
}

}  // namespace

std::span<const Api::Route> Api::routes() {
  static constexpr std::array<Route, 33> kRoutes{{
      {"GET", "/", "page", true, &Api::page},
      {"GET", "/docs", "docs", true, &Api::docs},
      {"GET", "/assets/{name}", "asset", true, &Api::page_asset},
      {"GET", "/healthz", "healthz", true, &Api::healthz},
      {"GET", "/metrics", "metrics", false, &Api::metrics},
      {"GET", "/openapi.json", "openapi", true, &Api::openapi},
      {"GET", "/v1", "instance", false, &Api::instance},
      {"POST", "/v1/session", "createSession", true, &Api::create_session},
      {"GET", "/v1/profiles", "listProfiles", false, &Api::profiles},
      {"GET", "/v1/cards", "listCards", false, &Api::cards},
      {"GET", "/v1/faults", "listFaults", false, &Api::list_faults},
      {"POST", "/v1/readers", "createReader", false, &Api::create_reader},
      {"GET", "/v1/readers", "listReaders", false, &Api::list_readers},
      {"GET", "/v1/readers/{id}", "getReader", false, &Api::get_reader},
      {"PATCH", "/v1/readers/{id}", "changeReader", false, &Api::change_reader},
      {"DELETE", "/v1/readers/{id}", "deleteReader", false, &Api::delete_reader},
      {"POST", "/v1/readers/{id}/reset", "resetReader", false, &Api::reset_reader},
      {"PUT", "/v1/readers/{id}/card", "insertCard", false, &Api::insert_card},
      {"DELETE", "/v1/readers/{id}/card", "removeCard", false, &Api::remove_card},
      {"GET", "/v1/readers/{id}/card/state", "getCardState", false, &Api::get_card_state},
      {"PATCH", "/v1/readers/{id}/card/state", "setCardState", false, &Api::set_card_state},
      {"POST", "/v1/readers/{id}/keys", "pressKeys", false, &Api::press_keys},
      {"POST", "/v1/readers/{id}/computer", "commandReader", false, &Api::command_reader},
      {"POST", "/v1/readers/{id}/otp", "otp", false, &Api::make_otp},
      {"GET", "/v1/readers/{id}/screen", "getScreen", false, &Api::get_screen},
      {"GET", "/v1/readers/{id}/screen.svg", "getScreenSvg", false, &Api::get_screen_svg},
      {"GET", "/v1/readers/{id}/screen.png", "getScreenPng", false, &Api::get_screen_png},
      {"POST", "/v1/readers/{id}/clock", "moveClock", false, &Api::move_clock},
      {"PUT", "/v1/readers/{id}/faults", "setFaults", false, &Api::set_faults},
      {"GET", "/v1/readers/{id}/trace", "getTrace", false, &Api::get_trace},
      {"GET", "/v1/readers/{id}/codes", "listCodes", false, &Api::list_codes},
      {"GET", "/v1/events", "allEvents", false, &Api::all_events},
      {"GET", "/v1/readers/{id}/events", "readerEvents", false, &Api::reader_events},
  }};
  return kRoutes;
}

// What is counted and answered as its request was begun.
class Api::Waiting final : public Wait {
 public:
  Waiting(Api& api, std::string operation, Clock::time_point began, std::shared_ptr<Wait> wait)
      : api_(api), operation_(std::move(operation)), began_(began), wait_(std::move(wait)) {}

  const std::string& topic() const override { return wait_->topic(); }
  Clock::time_point again() const override { return wait_->again(); }
  std::optional<Response> ask(bool gone) override {
    Response response = api_.answer(operation_, began_, [&] {
      Response still;
      still.wait = wait_;
      return wait_->ask(gone).value_or(std::move(still));
    });
    if (response.wait) return std::nullopt;
    return response;
  }

 private:
  Api& api_;
  std::string operation_;
  Clock::time_point began_;
  std::shared_ptr<Wait> wait_;
};

Api::Api(Simulator& simulator, Gate gate, Options options)
    : simulator_(simulator),
      gate_(std::move(gate)),
      own_cards_(std::move(options.cards)),
      own_profiles_(std::move(options.profiles)),
      instance_(std::move(options.instance)),
      limit_(options.waits),
      profiles_(names_of(own_profiles_, profile::ProfileKind::readers)),
      cards_(names_of(own_cards_, profile::ProfileKind::cards)),
      faults_(dump(fault_shapes_json())),
      openapi_(openapi_text()) {}

template <class Make>
Response Api::answer(const std::string& operation, Clock::time_point began, Make make) {
  Response response;
  try {
    response = make();
  } catch (const ApiError& error) {
    response = response_of(error);
  } catch (const Refusal& refusal) {
    response = response_of(error_of(refusal));
  } catch (const Failure& failure) {
    response = response_of(error_of(failure));
  } catch (const std::bad_alloc&) {
    response = response_of(ApiError{503, "environment", "out of memory", "delete readers, and try again"});
  } catch (const std::exception&) {
    response = response_of(ApiError{500, "internal", "this should not happen", "please report it"});
  }
  if (response.wait) return response;
  add_safeguards(response);
  metrics_.count_request(operation, response.status, Clock::now() - began);
  return response;
}

Response Api::handle(const Request& request) {
  Response response = begin(request);
  bool closed = false;
  while (const std::shared_ptr<Wait> wait = response.wait) {
    const std::uint64_t seen = simulator_.events().last();
    if (auto done = wait->ask(closed)) return std::move(*done);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(wait->again() - Clock::now());
    closed = simulator_.events().wait(seen, wait->topic(), std::max(left, left.zero())).closed;
  }
  return response;
}

Response Api::begin(const Request& request) {
  const auto began = Clock::now();
  std::string operation = "none";
  Response response = answer(operation, began, [&] {
    gate_.check_source(request);
    if (request.body.size() > kLargestBody) throw error_of(413);
    std::vector<std::string> parameters;
    const Route& route = find_route(routes(), request, parameters);
    operation = route.operation;
    if (!route.open) gate_.check_token(request);
    return (this->*route.handler)({request, std::move(parameters)});
  });
  if (response.wait) {
    response.wait = std::make_shared<Waiting>(*this, std::move(operation), began, std::move(response.wait));
  }
  return response;
}

std::optional<Response> Api::judge(const Request& head) {
  try {
    gate_.check_source(head);
    std::vector<std::string> parameters;
    if (!find_route(routes(), head, parameters).open) gate_.check_token(head);
    return std::nullopt;
  } catch (const ApiError& error) {
    return answer("none", Clock::now(), [&] { return response_of(error); });
  }
}

Response Api::refuse(int status) {
  return answer("none", Clock::now(), [&] { return response_of(error_of(status)); });
}

void Api::on_news(std::function<void(const std::string& topic)> news) {
  simulator_.events().on_news(std::move(news));
}

// ---- the server itself

Response Api::page(const Call&) {
  return typed(content_type("index.html"), std::string(content_of(assets(), "index.html").value_or("")));
}

Response Api::docs(const Call&) {
  return typed(content_type("docs.html"), std::string(content_of(assets(), "docs.html").value_or("")));
}

Response Api::page_asset(const Call& call) {
  const auto content = content_of(assets(), call.parameters.front());
  if (!content) throw ApiError{404, "not_found", "the page has no such file", "see /"};
  return typed(content_type(call.parameters.front()), std::string(*content));
}

Response Api::healthz(const Call& call) {
  check_query(call.request, {});
  return json_response({{"status", "ok"}});
}

Response Api::metrics(const Call& call) {
  check_query(call.request, {});
  return typed(
      "text/plain; version=0.0.4; charset=utf-8",
      metric("sesame_readers", "gauge", "Live readers.", simulator_.size()) +
          metric("sesame_readers_created_total", "counter", "Readers ever created.", simulator_.created()) +
          metric("sesame_waiting", "gauge", "Event streams and long polls.",
                 static_cast<std::uint64_t>(limit_.taken())) +
          metric("sesame_events_total", "counter", "Events in all readers.",
                 simulator_.events().published()) +
          metric("sesame_codes_total", "counter", "Codes given by one call.", codes_.load()) +
          metrics_.text());
}

Response Api::openapi(const Call&) { return typed("application/json", openapi_); }

Response Api::instance(const Call& call) {
  check_query(call.request, {});
  return instance_response("sim", instance_);
}

Response Api::create_session(const Call& call) {
  std::string token = session_token(body_of(call.request).root());
  Response response = nothing();
  response.headers.emplace_back("Set-Cookie", gate_.open_session(token));
  return response;
}

Response Api::profiles(const Call& call) {
  check_query(call.request, {});
  return typed("application/json", profiles_);
}

Response Api::cards(const Call& call) {
  check_query(call.request, {});
  return typed("application/json", cards_);
}

Response Api::list_faults(const Call& call) {
  check_query(call.request, {});
  return typed("application/json", faults_);
}

// ---- readers

Response Api::reader(const std::string& id, int status) {
  const std::optional<Millis> end = simulator_.expires(id);
  const Millis now = simulator_.now();
  const std::optional<Millis> left = end ? std::optional(*end > now ? *end - now : Millis{0}) : std::nullopt;
  const ReaderFacts facts{id, simulator_.label(id), left};
  return json_response(simulator_.with(id, [&](LiveReader& live) { return reader_json(facts, live); }),
                       status);
}

CardSpec Api::offered(const CardSpec& spec) const {
  const OfferedCard* own =
      spec.kind == CardSpec::Kind::shipped ? find_offered(own_cards_, spec.text) : nullptr;
  if (own == nullptr) return spec;
  CardSpec meant = own->spec;
  meant.changes = spec.changes;
  return meant;
}

Response Api::create_reader(const Call& call) {
  ReaderSpec spec = reader_spec(body_of(call.request).root());
  if (spec.card) spec.card = offered(*spec.card);
  const OfferedProfile* const own = spec.profile_text ? nullptr : find_offered(own_profiles_, spec.profile);
  if (own != nullptr) {
    spec.profile = own->path;
    spec.profile_may_be_path = true;
  }
  const std::string id = simulator_.create(spec);
  Response response = reader(id, 201);
  response.headers.emplace_back("Location", "/v1/readers/" + id);
  return response;
}

Response Api::list_readers(const Call& call) {
  check_query(call.request, {"limit", "after"});
  const std::uint64_t limit = number_parameter(call.request, "limit", 1'000, 20'000);
  auto readers = Json::array();
  for (const ReaderListed& one :
       simulator_.list(limit, std::string(call.request.parameter("after").value_or("")))) {
    readers.push_back({{"id", one.id},
                       {"label", one.label},
                       {"profile", one.profile},
                       {"state", one.state},
                       {"revision", one.revision},
                       {"card", one.card.empty() ? Json(nullptr) : Json(one.card)}});
  }
  return json_response({{"readers", readers}});
}

Response Api::get_reader(const Call& call) {
  check_query(call.request, {});
  return reader(call.id());
}

Response Api::change_reader(const Call& call) {
  const ReaderPatch patch = reader_patch(body_of(call.request).root());
  simulator_.change(call.id(), patch.label, patch.ttl_s);
  return reader(call.id());
}

Response Api::delete_reader(const Call& call) {
  check_no_body(call.request);
  simulator_.remove(call.id());
  return nothing();
}

Response Api::reset_reader(const Call& call) {
  check_no_body(call.request);
  simulator_.with(call.id(), [](LiveReader& live) { live.reset(); });
  return reader(call.id());
}

Response Api::insert_card(const Call& call) {
  simulator_.insert(call.id(), offered(card_spec(body_of(call.request).root())));
  return reader(call.id());
}

Response Api::remove_card(const Call& call) {
  check_no_body(call.request);
  const auto card = simulator_.with(call.id(), [](LiveReader& live) { return live.pull(); });
  if (!card) throw ApiError{409, "no_card", "there is no card in the reader", "PUT one"};
  return reader(call.id());
}

namespace {

Json card_state(LiveReader& live) {
  if (live.card() == nullptr) throw Refusal(Why::no_card, "there is no card in the reader", "PUT one");
  const auto state = live.card()->state();
  if (!state) throw Refusal(Why::no_state, "this card does not show its counters", "a virtual card does");
  Json json = state_json(*state);
  json["revision"] = live.revision();
  return json;
}

}  // namespace

Response Api::get_card_state(const Call& call) {
  check_query(call.request, {});
  return json_response(simulator_.with(call.id(), card_state));
}

Response Api::set_card_state(const Call& call) {
  const StatePatch patch = state_patch(body_of(call.request).root());
  return json_response(simulator_.with(call.id(), [&](LiveReader& live) {
    if (live.card() == nullptr) throw Refusal(Why::no_card, "there is no card in the reader", "PUT one");
    live.card()->set_state(patch.last_atc, patch.tries_left);
    return card_state(live);
  }));
}

Response Api::press_keys(const Call& call) {
  const std::vector<Stroke> wanted = strokes(body_of(call.request).root());
  simulator_.with(call.id(), [&](LiveReader& live) {
    std::vector<Key> keys;
    for (const Stroke& stroke : wanted) {
      const std::optional<Key> key = live.key_named(stroke.key);
      if (!key) {
        throw ApiError{400, "unknown_key", fmt::format("the reader has no key at keys[{}]", keys.size()),
                       "nothing was pressed; the reader's keys are in its object"};
      }
      keys.push_back(*key);
    }
    for (std::size_t i = 0; i < keys.size(); ++i) wanted[i].hold ? live.hold(keys[i]) : live.press(keys[i]);
  });
  return reader(call.id());
}

Response Api::command_reader(const Call& call) {
  const CableCommand wanted = cable_command(body_of(call.request).root());
  simulator_.with(call.id(), [&](LiveReader& live) { live.command(wanted.kind, wanted.text); });
  return reader(call.id());
}

namespace {

class OtpWait final : public Wait {
 public:
  OtpWait(Simulator& simulator, std::atomic<std::uint64_t>& codes, const std::string& id, OtpRequest request)
      : codes_(codes), id_(id), hold_(simulator.hold(id)), call_(simulator, id, std::move(request)) {}

  const std::string& topic() const override { return id_; }
  Clock::time_point again() const override { return Clock::now() + std::max(call_.again(), kSoon); }
  // What was begun is not broken off: the card's counters go on as if a user stood there.
  std::optional<Response> ask(bool) override {
    const std::optional<OtpResult> result = call_.go_on();
    if (!result) return std::nullopt;
    if (result->code) ++codes_;
    return json_response(otp_json(*result));
  }

 private:
  std::atomic<std::uint64_t>& codes_;
  std::string id_;
  Simulator::Hold hold_;
  Simulator::OtpCall call_;
};

}  // namespace

Response Api::make_otp(const Call& call) {
  OtpRequest request = otp_request(body_of(call.request).root());
  const auto wait = std::make_shared<OtpWait>(simulator_, codes_, call.id(), std::move(request));
  auto response = wait->ask(false);
  return response ? std::move(*response) : later(wait);
}

// ---- the screen

namespace {

// Nothing for "", which is on any screen.
std::optional<Pattern> wanted(std::string_view pattern) {
  if (pattern.empty()) return std::nullopt;
  if (const auto mistake = Pattern::mistake(pattern)) {
    throw ApiError{400, "bad_regex", "match is no regular expression: " + *mistake,
                   "the syntax is RE2's; percent-encode it"};
  }
  return Pattern(pattern);
}

class ScreenWait final : public Wait {
 public:
  ScreenWait(Simulator& simulator, const Api::Call& call)
      : simulator_(simulator),
        id_(call.id()),
        hold_(simulator.hold(id_)),
        plain_(prefers(call.request, "text/plain", "application/json")) {
    check_query(call.request, {"after", "match", "timeout_ms"});
    end_ = Clock::now() +
           std::chrono::milliseconds(number_parameter(call.request, "timeout_ms", 0, kLongestPoll));
    if (call.request.parameter("after"))
      after_ = number_parameter(call.request, "after", 0, ~std::uint64_t{0});
    match_ = wanted(call.request.parameter("match").value_or(""));
  }

  const std::string& topic() const override { return id_; }
  Clock::time_point again() const override { return again_; }
  void hold(ConnectionLimit::Permit permit) { permit_ = std::move(permit); }
  std::optional<Response> ask(bool gone) override {
    Json screen;
    const bool is_over = gone || Clock::now() >= end_;
    const bool found = simulator_.wait(id_, std::chrono::milliseconds(0), [&](LiveReader& live) {
      again_ = due(live);
      const bool wanted = is_wanted(live);
      if (wanted || is_over) screen = screen_json(live);
      return wanted;
    });
    if (!found && !is_over) return std::nullopt;
    if (!found) {
      throw ApiError{408,
                     "screen_timeout",
                     "the screen did not come in time",
                     "look at the screen that is here instead",
                     {},
                     "\"screen\":" + dump(screen)};
    }
    if (plain_) return typed("text/plain; charset=utf-8", screen["text"].get<std::string>());
    return json_response(screen);
  }

 private:
  bool is_wanted(const LiveReader& live) const {
    return (!after_ || live.revision() > *after_) && (!match_ || match_->matches(to_text(live.screen())));
  }
  // A real clock goes by itself.
  Clock::time_point due(const LiveReader& live) const {
    if (live.clock() != ClockKind::real || !live.deadline()) return end_;
    const Millis now = simulator_.now(), deadline = *live.deadline();
    const std::chrono::milliseconds left(deadline > now ? std::min(deadline - now, Millis{kLongestPoll}) : 0);
    return std::min(end_, Clock::now() + std::max(left, kSoon));
  }

  Simulator& simulator_;
  std::string id_;
  Simulator::Hold hold_;
  bool plain_;
  Clock::time_point end_, again_;
  std::optional<std::uint64_t> after_;
  std::optional<Pattern> match_;
  ConnectionLimit::Permit permit_;
};

}  // namespace

Response Api::get_screen(const Call& call) {
  const auto wait = std::make_shared<ScreenWait>(simulator_, call);
  if (auto response = wait->ask(false)) return std::move(*response);
  wait->hold(permit());
  return later(wait);
}

Response Api::get_screen_svg(const Call& call) {
  check_query(call.request, {});
  const Screen screen = simulator_.with(call.id(), [](LiveReader& live) { return live.screen(); });
  return typed("image/svg+xml", to_svg(screen));
}

Response Api::get_screen_png(const Call& call) {
  check_query(call.request, {});
  const Screen screen = simulator_.with(call.id(), [](LiveReader& live) { return live.screen(); });
  const std::vector<std::uint8_t> png = to_png(screen);
  return typed("image/png", std::string(png.begin(), png.end()));
}

// ---- time, faults, what happened

Response Api::move_clock(const Call& call) {
  const std::optional<Millis> advance = clock_advance(body_of(call.request).root());
  simulator_.with(call.id(), [&](LiveReader& live) {
    if (advance) {
      live.advance(*advance);
    } else {
      live.to_next_deadline();
    }
  });
  return reader(call.id());
}

Response Api::set_faults(const Call& call) {
  Faults wanted = faults(body_of(call.request).root());
  simulator_.with(call.id(), [&](LiveReader& live) { live.set_faults(std::move(wanted)); });
  return reader(call.id());
}

Response Api::get_trace(const Call& call) {
  check_query(call.request, {});
  if (prefers(call.request, "application/json", "text/plain")) {
    return json_response(simulator_.with(call.id(), trace_json));
  }
  return typed("text/plain; charset=utf-8", simulator_.with(call.id(), [](LiveReader& live) {
    return to_transcript(live.log(), live.forgotten());
  }));
}

Response Api::list_codes(const Call& call) {
  check_query(call.request, {});
  return json_response(simulator_.with(call.id(), codes_json));
}

ConnectionLimit::Permit Api::permit() {
  ConnectionLimit::Permit permit = limit_.take();
  if (permit) return permit;
  throw ApiError{503,
                 "too_many_streams",
                 fmt::format("{} event streams and long polls are open", limit_.count()),
                 "close one, or use one stream of /v1/events for all readers",
                 {{"Retry-After", "2"}}};
}

Response Api::feed(const Call& call, std::optional<std::string> reader) {
  check_query(call.request, {});
  std::uint64_t after = simulator_.events().last();
  if (const std::string_view last = call.request.header("last-event-id"); !last.empty()) {
    const auto value = whole_number(last);
    if (!value)
      throw ApiError{400, "wrong_type", "Last-Event-ID must be a whole number", "the id of an event"};
    after = *value;
  }
  Response response = typed("text/event-stream", "");
  response.feed = std::make_shared<EventFeed>(simulator_, std::move(reader), after, permit());
  return response;
}

Response Api::all_events(const Call& call) { return feed(call, std::nullopt); }

Response Api::reader_events(const Call& call) {
  if (!simulator_.exists(call.id()))
    throw Refusal(Why::unknown_reader, "there is no such reader", "POST /v1/readers");
  return feed(call, call.id());
}

}  // namespace sesame::sim
