#include "sim/http/response_head.hpp"

#include <fmt/format.h>

namespace sesame::sim {

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
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
  const auto line = [&](std::string_view name, std::string_view value) {
    head += fmt::format("{}: {}\r\n", name, value);
  };
  for (const auto& [name, value] : response.headers) line(name, value);
  if (response.feed) {
    line("Content-Type", response.type);
    if (carriage.http_1_1) line("Transfer-Encoding", "chunked");
  } else if (response.status != 204) {  // RFC 9110, 8.6
    line("Content-Type", response.type);
    line("Content-Length", fmt::format("{}", response.body.size()));
  }
  if (!carriage.keep_alive) {
    line("Connection", "close");
  } else {
    if (!carriage.http_1_1) line("Connection", "keep-alive");
    line("Keep-Alive",
         fmt::format("timeout={}", std::chrono::floor<std::chrono::seconds>(carriage.idle).count()));
  }
  return head + "\r\n";
}

std::string chunk_of(std::string_view text) {
  return text.empty() ? "0\r\n\r\n" : fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

}  // namespace sesame::sim
