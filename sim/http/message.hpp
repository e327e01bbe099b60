// A request and a response of the API as values: what HTTP carries, without its sockets.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sesame::sim {

// What is known of a client that has proved by TLS that it owns a certificate.
struct ClientCertificate {
  std::string sha256;       // of its DER, 64 upper-case hex digits
  std::string common_name;  // the subject's, in UTF-8; empty where it has none or several
  std::string serial;       // upper-case hex digits
};

struct Request {
  std::string method = "GET";                  // upper case
  std::string path;                            // percent-decoded, from its first /
  std::map<std::string, std::string> query;    // percent-decoded
  std::map<std::string, std::string> headers;  // names in lower case; several of one name joined with ", "
  std::string body;                            // may hold a PIN: the maker of the request wipes it
  std::optional<ClientCertificate> client;     // where the server asks for certificates; verified

  // Empty where there is none.
  std::string_view header(const std::string& name) const;
  std::optional<std::string_view> parameter(const std::string& name) const;
};

struct Response;

// What goes on once its request was handled. It never waits itself: it is asked again when there is news of
// its topic, and at again() at the latest. For one thread at a time.
class Ongoing {
 public:
  virtual ~Ongoing() = default;
  // Whose news concern it, a reader's id; empty: all.
  virtual const std::string& topic() const = 0;
  virtual std::chrono::steady_clock::time_point again() const = 0;
};

// The body of a response that goes on: server-sent events.
class Feed : public Ongoing {
 public:
  // What to send now, which may be nothing; no value: the feed is over.
  virtual std::optional<std::string> next() = 0;
};

// A response that is not there yet.
class Wait : public Ongoing {
 public:
  // The response, once it is there. `gone`: the client will send nothing more, and has probably left; then a
  // wait for its own sake is over.
  virtual std::optional<Response> ask(bool gone) = 0;
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<Feed> feed;  // instead of a body
  std::shared_ptr<Wait> wait;  // instead of everything else
};

// Why a request gets no 2xx: thrown where the reason is found, and made a response {code, message, hint} in
// one place.
struct ApiError {
  int status = 400;
  std::string code;  // snake_case; what a program looks at
  std::string message;
  std::string hint;  // what to do
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string more = {};  // members of the body beside those, as the inside of a JSON object
};

Response response_of(const ApiError& error);

// Overwrites what a client said, and where: it may be a PIN.
void wipe_request(Request& request);

}  // namespace sesame::sim
