// Any requests to the API, one after the other, in virtual time: whatever they ask, openapi.json describes
// the response, a trace is a transcript, and no response holds the PIN.
//
// A line is a request, METHOD TARGET BODY; or what is beside requests:
//
//   + NAME: VALUE     a header of the next request; the first is Host, unless it says another
//   ~ MILLISECONDS    time passes, for the readers with a real clock and those that end
//   * READER          the PIN is typed there, where it is asked for
//
// $P in a body is the PIN, but only after "pin": or pin =, where one belongs; $C as a header's value the
// cookie that was set last; and {} the reader that was created last. A first line `token`: the API needs one,
// and that is it.
#include "sim/server/api.hpp"

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "host/base/failure.hpp"
#include "host/transcript/transcript.hpp"
#include "tests/fuzz/lines.hpp"
#include "tests/sim/server/described.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

using nlohmann::json;

// So long that no code and no cryptogram holds ten digits of it by chance.
constexpr std::string_view kPin = "907215536481";
constexpr std::size_t kPart = 10;

constexpr const char* kCard = R"(title = "A card with a long PIN"
pan = "5413330000000019"
psn = "00"
pin = "907215536481"
atr = "3B6500002063CB6A00"
protocol = "T=0"
[[applications]]
aid = "A0000000048002"
aip = "1000"
cdol1 = "9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704"
cdol2 = "8A02 9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704"
iaf = "00"
ipb = "00001F00000000000FFFFF00000000008000"
records = [ { sfi = 1, record = 1, tags = ["5A", "5F34", "8C", "8D", "9F55", "9F56"] } ]
[applications.cryptogram]
scheme = "cvn18"
mk = "154F349D8585CB7F6B0798E9839B10C1"
iad = "060112{cvr}"
cvr = { format = "visa", template = "03A48000" }
)";

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

// What stands before the first blank; both are taken off.
std::string_view word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

// What takes long to make serves many clients; but the readers of one are not there for the next.
struct Served {
  explicit Served(std::optional<std::string> token)
      : api(simulator, sim::Gate("127.0.0.1", 8035, std::move(token)),
            {.cards = {{{CardSpec::Kind::toml, kCard, "mine"}, "mine", "mine"}}}) {}

  Millis now = 1'000;
  sim::Simulator simulator{{.max_readers = 8, .kept_events = 16, .clock = [this] { return now; }}};
  sim::Api api;
};

class Client {
 public:
  explicit Client(Served& served) : served_(served), simulator_(served.simulator) {}
  ~Client() {
    for (const sim::ReaderListed& reader : simulator_.list(100)) simulator_.remove(reader.id);
  }

  void take(std::string_view line) {
    if (line.empty()) return;
    const char first = line.front();
    if (first == '+') return add_header(line.substr(1));
    if (first == '~') return pass(line.substr(1));
    if (first == '*') return type_pin(line.substr(1));
    const std::string method(word(line));
    const std::string target(word(line));
    std::string body(line);
    replace_all(body, R"("pin":"$P")", R"("pin":")" + std::string(kPin) + '"');
    replace_all(body, R"(pin = \"$P\")", R"(pin = \")" + std::string(kPin) + R"(\")");
    send(method, target, body);
    headers_.clear();
  }

 private:
  void add_header(std::string_view line) {
    const std::size_t colon = std::min(line.find(':'), line.size());
    std::string name(line.substr(0, colon));
    name.erase(0, name.find_first_not_of(' '));
    std::string_view value = line.substr(std::min(colon + 1, line.size()));
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    headers_[name] = value == "$C" ? cookie_ : std::string(value);
  }

  void pass(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::uint32_t millis = 0;
    std::from_chars(text.data(), text.data() + text.size(), millis);
    served_.now += millis;
    simulator_.tick(served_.now);
  }

  // Elsewhere its digits are a challenge, which is shown.
  void type_pin(std::string_view reader) {
    reader.remove_prefix(std::min(reader.find_first_not_of(' '), reader.size()));
    const std::string id = named(std::string(reader));
    if (!simulator_.exists(id)) return;
    const bool asked = simulator_.with(id, [](sim::LiveReader& live) {
      return live.reader().state() == State::pin && live.faults().empty();
    });
    if (!asked) return;
    json keys = json::array();
    for (const char digit : kPin) keys.push_back(std::string(1, digit));
    keys.push_back("OK");
    send("POST", "/v1/readers/" + id + "/keys", json{{"keys", keys}}.dump());
  }

  std::string named(std::string id) const {
    replace_all(id, "{}", reader_);
    return id;
  }

  void send(const std::string& method, const std::string& written, const std::string& body) {
    sim::Request request;
    request.method = method;
    request.headers = {{"host", "127.0.0.1:8035"}};
    for (const auto& [name, value] : headers_) request.headers[name] = value;
    const std::string target = named(written);
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    read_query(std::string_view(target).substr(std::min(mark + 1, target.size())), request);
    request.body = body;
    const auto answered = response_to(request);
    if (!answered) return;
    const sim::Response& response = *answered;
    check(request, response);
    if (response.feed) feeds_.push_back(response.feed);
    listen();
    if (response.status == 201) reader_ = json::parse(response.body)["id"].get<std::string>();
    for (const auto& [name, value] : response.headers) {
      if (name == "Set-Cookie") cookie_ = value.substr(0, value.find(';'));
    }
  }

  // No client waits for a screen here. A code in one call, of a reader with a real clock, takes its time,
  // which passes; but not forever.
  std::optional<sim::Response> response_to(const sim::Request& request) {
    sim::Response response = served_.api.begin(request);
    if (!response.wait) return response;
    for (int i = 0; i < 20; ++i) {
      if (auto done = response.wait->ask(true)) return done;
      served_.now += 10'000;
      simulator_.tick(served_.now);
    }
    return std::nullopt;
  }

  static void read_query(std::string_view text, sim::Request& request) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('&'), text.size());
      const std::string_view pair = text.substr(0, end);
      const std::size_t equals = std::min(pair.find('='), pair.size());
      request.query[std::string(pair.substr(0, equals))] = pair.substr(std::min(equals + 1, pair.size()));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void check(const sim::Request& request, const sim::Response& response) {
    keep_pin(response.body);
    for (const auto& [name, value] : response.headers) {
      keep_pin(value);
      require(value.find_first_of("\r\n") == std::string::npos, "a header is one line");
    }
    require(response.status != 500, "nothing happens that should not");
    require(response.status != 204 || (response.body.empty() && !response.feed), "204 has no body");
    // The schema says the rest, at a price: a page as large as the simulator's is read once.
    if (response.body.size() > 10'000) return;
    const std::string wrong =
        sim::undescribed(request.method, request.path, response.status, response.type, response.body);
    if (!wrong.empty()) broken((request.method + " " + request.path + ": " + wrong).c_str());
    if (request.path.ends_with("/trace") && response.type.starts_with("text/plain"))
      check_trace(response.body);
  }

  static void check_trace(const std::string& text) {
    try {
      static_cast<void>(transcript::Transcript::parse(text, "trace"));
    } catch (const Failure& failure) {
      require(std::string_view(failure.what()).starts_with("trace: there is no command"),
              "a trace is a transcript, if there is a command in it");
    }
  }

  // What every stream that is open tells; two of them, as what they tell is long.
  void listen() {
    std::erase_if(feeds_, [](const std::shared_ptr<sim::Feed>& feed) {
      const std::optional<std::string> text = feed->next();
      if (text) check_events(*text);
      return !text;
    });
    if (feeds_.size() > 2) feeds_.erase(feeds_.begin());
  }

  static void check_events(const std::string& text) {
    keep_pin(text);
    constexpr std::string_view kData = "data: ";
    for (const std::string_view line : lines_of(text)) {
      if (!line.starts_with(kData)) continue;
      const std::string wrong = sim::undescribed_event(std::string(line.substr(kData.size())));
      if (!wrong.empty()) broken(wrong.c_str());
    }
  }

  static void keep_pin(std::string_view text) {
    for (std::size_t at = 0; at + kPart <= kPin.size(); ++at)
      require(text.find(kPin.substr(at, kPart)) == std::string_view::npos, "no response holds the PIN");
  }

  Served& served_;
  sim::Simulator& simulator_;
  std::map<std::string, std::string> headers_;
  std::vector<std::shared_ptr<sim::Feed>> feeds_;
  std::string reader_ = "none", cookie_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Served open(std::nullopt), with_token("token");
  const std::string_view text = text_of(data, size);
  Client client(text.starts_with("token\n") ? with_token : open);
  for (const std::string_view line : lines_of(text)) client.take(line);
  return 0;
}
