#include "sim/bank/oidc/form.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/http/request_parser.hpp"

namespace sesame::bank {

namespace {

constexpr std::size_t kMostParameters = 64;

// Unreserved characters (RFC 3986, 2.3) stay as they are.
std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

}  // namespace

std::optional<Parameters> read_form(std::string_view body) {
  Parameters parameters;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
    if (pair.empty()) continue;
    const std::string_view name = pair.substr(0, pair.find('='));
    const std::string_view value = pair.substr(std::min(name.size() + 1, pair.size()));
    const bool first =
        parameters.emplace(sim::percent_decoded(name, true), sim::percent_decoded(value, true)).second;
    if (!first || parameters.size() > kMostParameters) return std::nullopt;
  }
  return parameters;
}

const std::string& parameter_of(const Parameters& parameters, const std::string& name) {
  static const std::string none;
  const auto found = parameters.find(name);
  return found == parameters.end() ? none : found->second;
}

std::string with_query(std::string url, const std::vector<std::pair<std::string, std::string>>& parameters) {
  char mark = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    url += mark + name + "=" + percent_encoded(value);
    mark = '&';
  }
  return url;
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> all;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!word.empty()) all.push_back(word);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return all;
}

}  // namespace sesame::bank
