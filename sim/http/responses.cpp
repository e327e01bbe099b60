#include "sim/http/responses.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace sesame::sim {

std::string dump(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Response json_response(const nlohmann::ordered_json& json, int status) {
  Response response;
  response.status = status;
  response.body = dump(json);
  return response;
}

Response typed(std::string_view type, std::string body) {
  Response response;
  response.type = type;
  response.body = std::move(body);
  return response;
}

ApiError error_of(int status, std::size_t largest_body, std::string_view server) {
  switch (status) {
    case 408:
      return {408, "request_timeout", "the request did not come in time", "send it within half a minute"};
    case 413:
      return {413, "body_too_large", "the body is too large", fmt::format("at most {} bytes", largest_body)};
    case 414: return {414, "path_too_long", "the path is too long", "at most 2048 bytes"};
    case 431:
      return {431, "headers_too_large", "the headers are too many or too long",
              "at most 100, of 32 KiB in all"};
    case 503:
      return {
          503, "ending", fmt::format("the {} is ending", server), "start it again", {{"Retry-After", "2"}}};
    default: return {400, "bad_request", "this is no request that HTTP knows", "see RFC 9112"};
  }
}

void add_safeguards(Response& response) {
  response.headers.insert(
      response.headers.end(),
      {{"Cache-Control", "no-store"},
       {"X-Content-Type-Options", "nosniff"},
       {"X-Frame-Options", "DENY"},
       {"Referrer-Policy", "no-referrer"},
       {"Cross-Origin-Resource-Policy", "same-origin"},
       {"Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}});
}

}  // namespace sesame::sim
