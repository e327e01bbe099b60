#include "host/base/safe_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "host/base/safe_text.hpp"
#include "host/base/utf8.hpp"

namespace sesame::safe {

namespace {

// Outside its strings JSON has nothing but ASCII, and within them RFC 8259, 7, lets every character be
// escaped. C0 is escaped already; what else one_line() would not let through lies in the Basic Multilingual
// Plane.
std::string escaped(std::string_view dumped) {
  std::string out;
  out.reserve(dumped.size());
  while (!dumped.empty()) {
    const utf8::Character c = utf8::first_character(dumped);
    const std::string_view bytes = dumped.substr(0, c.length);
    if (c.code == '\n' || one_line(bytes) == bytes) {
      out += bytes;
    } else {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c.code));
    }
    dumped.remove_prefix(c.length);
  }
  return out;
}

template <class Json>
std::string written(const Json& value, int indent) {
  return escaped(value.dump(indent, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

std::string json(const nlohmann::ordered_json& value, int indent) { return written(value, indent); }
std::string json(const nlohmann::json& value, int indent) { return written(value, indent); }

}  // namespace sesame::safe
