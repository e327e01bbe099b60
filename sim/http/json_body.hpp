// The body of a request as a document (host/document/value.hpp): what is not understood is refused, never
// ignored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/document/value.hpp"

namespace sesame::sim {

// The value that a text of JSON is; an empty text is {}. Its strings are overwritten in the end, for a PIN
// may be among them. ApiError malformed_json: it is not JSON, is nested deeper than 16, has more than 10,000
// values, or a name twice.
document::Node parse_json(std::string_view text);

// Mistakes as ApiError: wrong_type, out_of_range, missing_field, unknown_field. Paths are as in
// "faults[2].at".
const document::Reporter& json_reporter();

class JsonBody {
 public:
  explicit JsonBody(std::string_view text) : root_(parse_json(text)) {}
  JsonBody(const JsonBody&) = delete;
  JsonBody& operator=(const JsonBody&) = delete;

  document::Value root() const { return {root_, json_reporter(), {}}; }

 private:
  document::Node root_;
};

// A string of exactly so many hexadecimal digits, in either case.
std::uint32_t hex_digits(const document::Value& value, std::size_t digits);

}  // namespace sesame::sim
