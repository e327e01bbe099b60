#include "sim/http/request_parser.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "host/base/utf8.hpp"

namespace sesame::sim {

namespace {

constexpr std::size_t kLongestPath = 2'048;

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char character) {
    return static_cast<unsigned char>(character) < 0x20 || character == 0x7F;
  });
}

// What stands before the mark goes out of `text`, and the mark.
std::string_view take_until(std::string_view& text, char mark) {
  const std::size_t end = std::min(text.find(mark), text.size());
  const std::string_view before = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return before;
}

// The first of two that have one name counts.
std::map<std::string, std::string> parameters_of(std::string_view query) {
  std::map<std::string, std::string> parameters;
  while (!query.empty()) {
    std::string_view value = take_until(query, '&');
    if (value.empty()) continue;
    const std::string_view name = take_until(value, '=');
    parameters.emplace(percent_decoded(name, true), percent_decoded(value, true));
  }
  return parameters;
}

bool may_have_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

// Among the elements of a list (RFC 9110, 5.6.1).
bool names(std::string_view list, std::string_view wanted) {
  const std::string all = lower(list);
  std::string_view rest = all;
  while (!rest.empty()) {
    std::string_view one = take_until(rest, ',');
    while (!one.empty() && (one.front() == ' ' || one.front() == '\t')) one.remove_prefix(1);
    while (!one.empty() && (one.back() == ' ' || one.back() == '\t')) one.remove_suffix(1);
    if (one == wanted) return true;
  }
  return false;
}

}  // namespace

RequestParser::~RequestParser() { wipe_request(request_); }

RequestParser::Progress RequestParser::take(std::string_view& bytes) {
  if (mistake_ != 0) return Progress::refused;
  if (!bytes.empty()) begun_ = true;
  try {
    return step(bytes);
  } catch (const HttpMistake& mistake) {
    mistake_ = mistake.status;
    return Progress::refused;
  }
}

void RequestParser::next() {
  wipe_request(request_);
  request_ = Request{};
  request_.client = client_;
  at_ = At::first_line;
  begun_ = false;
  headers_ = {};
}

RequestParser::Progress RequestParser::step(std::string_view& bytes) {
  if (at_ == At::first_line) {
    const auto line = first_line_.take(bytes, bounds_.first_line, 414);
    if (!line) return Progress::more;
    take_first_line(*line);
    at_ = At::headers;
  }
  if (at_ == At::headers) {
    if (!headers_.take(bytes, bounds_, bounds_.all_headers, &request_.headers)) return Progress::more;
    return finish_head();
  }
  if (at_ == At::body) {
    if (!body_.take(bytes, bounds_, request_.body)) return Progress::more;
    at_ = At::whole;
  }
  return Progress::whole;
}

// RFC 9112, 3: method SP request-target SP HTTP-version
void RequestParser::take_first_line(std::string_view line) {
  const std::string_view method = take_until(line, ' '), target = take_until(line, ' ');
  if (!is_token(method) || (line != "HTTP/1.1" && line != "HTTP/1.0") || has_control(target))
    throw HttpMistake{400};
  request_.method = method;
  http_1_1_ = line == "HTTP/1.1";
  take_target(target);
}

// The origin form alone (RFC 9112, 3.2.1): there is no proxy here.
void RequestParser::take_target(std::string_view target) {
  std::string_view rest = take_until(target, '#');
  request_.path = percent_decoded(take_until(rest, '?'), false);
  if (request_.path.size() > kLongestPath) throw HttpMistake{414};
  if (request_.path.empty() || request_.path[0] != '/' || has_control(request_.path)) throw HttpMistake{400};
  request_.query = parameters_of(rest);
}

RequestParser::Progress RequestParser::finish_head() {
  const Framing framing = framing_of(request_.headers);
  const bool has_body = framing.chunked || framing.length.value_or(0) > 0;
  if (has_body && !may_have_body(request_.method)) throw HttpMistake{400};
  body_ = BodyReader(framing, bounds_);
  at_ = has_body ? At::body : At::whole;
  if (!has_body) return Progress::whole;
  // Never grown: what it held would stay in memory. Memory that nothing was written to costs nothing.
  request_.body.reserve(framing.chunked ? bounds_.body : static_cast<std::size_t>(*framing.length));
  return Progress::head;
}

bool RequestParser::keeps_alive() const {
  const std::string_view connection = request_.header("connection");
  return http_1_1_ ? !names(connection, "close")
                   : names(connection, "keep-alive") && !names(connection, "close");
}

bool RequestParser::expects_continue() const {
  return http_1_1_ && lower(request_.header("expect")) == "100-continue";
}

namespace {

// So many hexadecimal digits at the front.
std::optional<unsigned> hex_at(std::string_view text, std::size_t digits) {
  unsigned value = 0;
  const std::string_view some = text.substr(0, digits);
  const auto [end, error] = std::from_chars(some.data(), some.data() + some.size(), value, 16);
  if (error != std::errc() || some.size() != digits || end != some.data() + digits) return std::nullopt;
  return value;
}

}  // namespace

std::string percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const bool escape = text[0] == '%', wide = escape && text.substr(1, 1) == "u";
    const auto code = !escape ? std::nullopt : wide ? hex_at(text.substr(2), 4) : hex_at(text.substr(1), 2);
    if (!code) {
      out += text[0] == '+' && plus_is_space ? ' ' : text[0];
    } else if (wide) {
      const bool half_a_pair = *code >= 0xD800 && *code < 0xE000;
      if (!half_a_pair) utf8::append(out, *code);
    } else {
      out += static_cast<char>(*code);
    }
    text.remove_prefix(!code ? 1 : wide ? 6 : 3);
  }
  return out;
}

}  // namespace sesame::sim
