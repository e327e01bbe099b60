// A request out of the bytes of a connection, without a socket. What it takes is judged line by line:
// http_lines.hpp.
//
//   RequestParser parser;
//   std::string_view bytes = …;                        // all that has come and was not taken
//   switch (parser.take(bytes)) {…}                    // removes what it took
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/http/http_lines.hpp"
#include "sim/http/message.hpp"

namespace sesame::sim {

class RequestParser {
 public:
  enum class Progress {
    more,    // is needed
    head,    // has come, and a body follows: said once: what is refused need not be read
    whole,   // until next()
    refused  // mistake() says with which status; nothing else can be read on this connection
  };

  explicit RequestParser(HttpBounds bounds = {}) : bounds_(bounds) {}
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;
  ~RequestParser();

  Progress take(std::string_view& bytes);
  // Whose requests they are, from the next on.
  void come_from(std::optional<ClientCertificate> client) { request_.client = client_ = std::move(client); }
  // Overwrites the request, and is ready for the next one.
  void next();

  const Request& request() const { return request_; }
  int mistake() const { return mistake_; }
  // Something of a request has come.
  bool begun() const { return at_ != At::first_line || begun_; }
  // Of the body, so far.
  std::size_t held() const { return request_.body.size(); }

  // Once the head has come.
  bool is_http_1_1() const { return http_1_1_; }
  bool keeps_alive() const;       // RFC 9112, 9.3
  bool expects_continue() const;  // RFC 9110, 10.1.1

 private:
  enum class At { first_line, headers, body, whole };

  Progress step(std::string_view& bytes);
  void take_first_line(std::string_view line);
  void take_target(std::string_view target);
  Progress finish_head();

  const HttpBounds bounds_;
  At at_ = At::first_line;
  LineReader first_line_;
  HeaderReader headers_;
  BodyReader body_;
  std::optional<ClientCertificate> client_;
  Request request_;
  bool begun_ = false, http_1_1_ = false;
  int mistake_ = 0;
};

// As a path (RFC 3986, 2.1), or, with + for a space, as a name or a value in a query. %uXXXX is a character,
// as old clients write it; a % without its digits is itself.
std::string percent_decoded(std::string_view text, bool plus_is_space);

}  // namespace sesame::sim
