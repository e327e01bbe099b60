// A response as the bytes before its body.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sim/http/message.hpp"

namespace sesame::sim {

// What the head of a response says besides what is in it.
struct Carriage {
  bool http_1_1 = true;  // what the client speaks
  bool keep_alive = true;
  std::chrono::milliseconds idle{5'000};  // for how long, then
};

// A body that goes on is chunked for a client of HTTP/1.1, and ends with the connection for another.
std::string head_of(const Response& response, const Carriage& carriage);

std::string_view reason(int status);  // RFC 9110, 15

// A part of a chunked body (RFC 9112, 7.1); of an empty text: its end.
std::string chunk_of(std::string_view text);

}  // namespace sesame::sim
