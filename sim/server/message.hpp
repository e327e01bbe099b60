// A request and a response of the API as values: what HTTP carries, without its sockets.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sesame::sim {

struct Request {
  std::string method = "GET";                  // upper case
  std::string path;                            // percent-decoded, from its first /
  std::map<std::string, std::string> query;    // percent-decoded
  std::map<std::string, std::string> headers;  // names in lower case; several of one name joined with ", "
  std::string body;                            // may hold a PIN: whoever made the request wipes it
  std::function<bool()> gone;                  // whether nobody waits for the response any more; may be empty

  // Empty where there is none.
  std::string_view header(const std::string& name) const;
  std::optional<std::string_view> parameter(const std::string& name) const;
};

// The body of a response that goes on: server-sent events.
class Feed {
 public:
  virtual ~Feed() = default;
  // Waits for at most about a second. What to send now, which may be nothing; no value: the feed is over.
  virtual std::optional<std::string> next() = 0;
};

struct Response {
  int status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<Feed> feed;  // instead of a body
};

// Why a request gets no 2xx: thrown where the reason is found, and made a response {code, message, hint} in one place.
struct ApiError {
  int status = 400;
  std::string code;  // snake_case; what a program looks at
  std::string message;
  std::string hint;  // what to do
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string more = {};  // members of the body beside those, as the inside of a JSON object
};

Response response_of(const ApiError& error);

}  // namespace sesame::sim
