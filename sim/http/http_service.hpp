// What answers the requests that HttpServer carries.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sim/http/message.hpp"

namespace sesame::sim {

// For any number of threads. None of its functions throws.
class HttpService {
 public:
  virtual ~HttpService() = default;

  // Of a request whose body has not come: the response, where none is needed to refuse it. Does not wait, for
  // anything.
  virtual std::optional<Response> judge(const Request& head) = 0;
  // May have a feed, or a wait, which has been asked once and is not over.
  virtual Response begin(const Request& request) = 0;
  // To a request that could not be understood, or was not whole in time, or is not answered any more: 400,
  // 408, 413, 414, 431, 503.
  virtual Response refuse(int status) = 0;
  // Whom to tell that there is news of a topic, from any thread; empty: nothing is told any more, once this
  // returns. What it is given does not wait.
  virtual void on_news(std::function<void(const std::string& topic)> news) = 0;
};

}  // namespace sesame::sim
