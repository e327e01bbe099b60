#include "sim/http/http_lines.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "firmware/core/bytes.hpp"

namespace sesame::sim {

namespace {

constexpr std::size_t kMostDigits = 18;  // of a length: no overflow

bool is_control(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return (byte < 0x20 && character != '\t') || byte == 0x7F;
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char character) { return character == ' ' || character == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What grows would leave its first half behind: a token may be in it.
void append(std::string& to, std::string_view more) {
  std::string joined;
  joined.reserve(to.size() + more.size());
  joined.append(to).append(more);
  wipe(to.data(), to.size());
  to = std::move(joined);
}

void keep_header(std::string_view line, Headers* into) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  // Also where it begins with a space: obsolete line folding.
  if (colon == line.size() || !is_token(name)) throw HttpMistake{400};
  if (into == nullptr) return;
  const std::string_view value = trimmed(line.substr(colon + 1));
  const auto [header, first] = into->try_emplace(lower(name), value);
  if (first) return;
  append(header->second, ", ");
  append(header->second, value);
}

}  // namespace

std::optional<std::string_view> LineReader::take(std::string_view& bytes, std::size_t most, int too_long) {
  for (; looked_at_ < bytes.size(); ++looked_at_) {
    const char character = bytes[looked_at_];
    const bool after_cr = looked_at_ > 0 && bytes[looked_at_ - 1] == '\r';
    if (after_cr != (character == '\n')) throw HttpMistake{400};
    if (after_cr) {
      const std::string_view line = bytes.substr(0, looked_at_ - 1);
      bytes.remove_prefix(std::exchange(looked_at_, 0) + 1);
      return line;
    }
    if (character == '\r') continue;
    if (is_control(character)) throw HttpMistake{400};
    if (looked_at_ >= most) throw HttpMistake{too_long};
  }
  return std::nullopt;
}

bool HeaderReader::take(std::string_view& bytes, const HttpBounds& bounds, std::size_t most_in_all,
                        Headers* into) {
  for (;;) {
    const std::size_t left = most_in_all - size_;
    const auto line = lines_.take(bytes, std::min(bounds.header_line, left), 431);
    if (!line) return false;
    if (line->empty()) return true;
    if (++count_ > bounds.headers) throw HttpMistake{431};
    size_ += std::min(left, line->size() + 2);
    keep_header(*line, into);
  }
}

Framing framing_of(const Headers& headers) {
  Framing framing;
  const auto encoding = headers.find("transfer-encoding"), length = headers.find("content-length");
  if (encoding != headers.end()) {
    if (length != headers.end() || lower(encoding->second) != "chunked") throw HttpMistake{400};
    framing.chunked = true;
  }
  if (length != headers.end()) {
    const std::string& digits = length->second;  // two of them are joined with a comma
    if (!all_digits(digits) || digits.size() > kMostDigits) throw HttpMistake{400};
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    framing.length = value;
  }
  return framing;
}

BodyReader::BodyReader(const Framing& framing, const HttpBounds& bounds)
    : at_(framing.chunked ? At::chunk_size : At::data), left_(framing.length.value_or(0)) {
  if (left_ > bounds.body) throw HttpMistake{413};
  if (at_ == At::data && left_ == 0) at_ = At::over;
}

bool BodyReader::take(std::string_view& bytes, const HttpBounds& bounds, std::string& into) {
  while (at_ != At::over) {
    if (!step(bytes, bounds, into)) return false;
  }
  return true;
}

// False: more bytes are needed.
bool BodyReader::step(std::string_view& bytes, const HttpBounds& bounds, std::string& into) {
  switch (at_) {
    case At::data:
      if (!take_data(bytes, into)) return false;
      at_ = At::over;
      return true;
    case At::chunk_size: return take_chunk_size(bytes, bounds, into.size());
    case At::chunk_data:
      if (!take_data(bytes, into)) return false;
      at_ = At::chunk_end;
      return true;
    case At::chunk_end: {
      const auto line = lines_.take(bytes, 0, 400);
      if (!line) return false;
      at_ = At::chunk_size;
      return true;
    }
    case At::trailers:
      if (!trailers_.take(bytes, bounds, bounds.trailers, nullptr)) return false;
      at_ = At::over;
      return true;
    case At::over: return true;
  }
  return false;
}

// RFC 9112, 7.1; what an extension (7.1.1) says is ignored.
bool BodyReader::take_chunk_size(std::string_view& bytes, const HttpBounds& bounds, std::size_t so_far) {
  const auto line = lines_.take(bytes, bounds.chunk_line, 400);
  if (!line) return false;
  const std::size_t semicolon = std::min(line->find(';'), line->size());
  extensions_ += line->size() - semicolon;
  if (extensions_ > bounds.extensions) throw HttpMistake{431};
  std::string_view digits = line->substr(0, semicolon);
  while (semicolon < line->size() && !digits.empty() && digits.back() == ' ') digits.remove_suffix(1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
  if (error == std::errc::result_out_of_range) throw HttpMistake{413};
  if (error != std::errc() || end != digits.data() + digits.size()) throw HttpMistake{400};
  if (left_ > bounds.body - so_far) throw HttpMistake{413};
  at_ = left_ == 0 ? At::trailers : At::chunk_data;
  return true;
}

bool BodyReader::take_data(std::string_view& bytes, std::string& into) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  into.append(bytes.substr(0, count));
  bytes.remove_prefix(count);
  left_ -= count;
  return left_ == 0;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOther.find(c) != std::string_view::npos;
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace sesame::sim
