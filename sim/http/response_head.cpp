#include "sim/http/response_head.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <iterator>

namespace sesame::sim {

namespace {

constexpr std::size_t kUsualHead = 512;  // bytes, and seldom more

}  // namespace

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "";
  }
}

std::string head_of(const Response& response, const Carriage& carriage) {
  std::string head;
  head.reserve(kUsualHead);
  const auto to = std::back_inserter(head);
  fmt::format_to(to, "HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
  const auto line = [&](std::string_view name, const auto& value) {
    fmt::format_to(to, "{}: {}\r\n", name, value);
  };
  for (const auto& [name, value] : response.headers) line(name, value);
  if (response.feed) {
    line("Content-Type", response.type);
    if (carriage.http_1_1) line("Transfer-Encoding", "chunked");
  } else if (response.status != 204) {  // RFC 9110, 8.6
    line("Content-Type", response.type);
    line("Content-Length", response.body.size());
  }
  if (!carriage.keep_alive) {
    line("Connection", "close");
  } else {
    if (!carriage.http_1_1) line("Connection", "keep-alive");
    line("Keep-Alive",
         fmt::format("timeout={}", std::chrono::floor<std::chrono::seconds>(carriage.idle).count()));
  }
  head += "\r\n";
  return head;
}

std::string chunk_of(std::string_view text) {
  return text.empty() ? "0\r\n\r\n" : fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

}  // namespace sesame::sim
