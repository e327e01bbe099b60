// The lines and bodies of HTTP/1.1 (RFC 9112), taken out of bytes as they come: what a request and a response
// have in common. Strict, since what can be read in two ways is how a request is smuggled (RFC 9112, 11.2): a
// line ends with CRLF and holds no other control character; no obsolete line folding (5.2); a length is
// digits, once. Nothing is kept of a line that is too long, nor of one header too many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sesame::sim {

// What one message may cost before what it says is examined.
struct HttpBounds {
  std::size_t first_line = 8'192;  // bytes, without CRLF; so the others
  std::size_t header_line = 8'192;
  std::size_t headers = 100;  // lines
  std::size_t all_headers = 32'768;
  std::size_t chunk_line = 1'024;
  std::size_t extensions = 8'192;  // of all chunks together
  std::size_t trailers = 8'192;    // all lines together
  std::size_t body = 1u << 20;
};

// The one way in which it fails: the status that says so (RFC 9110, 15.5; RFC 6585, 5).
struct HttpMistake {
  int status;
};

// A line that is whole goes out of `bytes`, without its CRLF. HttpMistake 400: a control character;
// `too_long`: more than `most` bytes without an end.
class LineReader {
 public:
  std::optional<std::string_view> take(std::string_view& bytes, std::size_t most, int too_long);

 private:
  std::size_t looked_at_ = 0;  // of the line that is not whole yet
};

// Names in lower case; several of one name joined with ", " (RFC 9110, 5.3).
using Headers = std::map<std::string, std::string>;

// The headers of a message, or its trailers, line by line until the empty one.
class HeaderReader {
 public:
  // True: the empty line has come. HttpMistake 400 or 431. Without `into` they are checked, and dropped.
  bool take(std::string_view& bytes, const HttpBounds& bounds, std::size_t most_in_all, Headers* into);

 private:
  LineReader lines_;
  std::size_t count_ = 0, size_ = 0;
};

// How long the body is (RFC 9112, 6).
struct Framing {
  bool chunked = false;
  std::optional<std::uint64_t> length;
};
// HttpMistake 400: it can be read in two ways.
Framing framing_of(const Headers& headers);

// A body, appended to a text as it comes.
class BodyReader {
 public:
  BodyReader() = default;
  // HttpMistake 413: more than bounds.body is announced.
  BodyReader(const Framing& framing, const HttpBounds& bounds);

  // True: it is whole. HttpMistake 400, 413 or 431.
  bool take(std::string_view& bytes, const HttpBounds& bounds, std::string& into);

 private:
  enum class At { data, chunk_size, chunk_data, chunk_end, trailers, over };
  bool step(std::string_view& bytes, const HttpBounds& bounds, std::string& into);
  bool take_chunk_size(std::string_view& bytes, const HttpBounds& bounds, std::size_t so_far);
  bool take_data(std::string_view& bytes, std::string& into);

  At at_ = At::over;
  std::uint64_t left_ = 0;  // of the body, or of a chunk
  std::size_t extensions_ = 0;
  LineReader lines_;
  HeaderReader trailers_;
};

bool is_token(std::string_view text);  // RFC 9110, 5.6.2
std::string lower(std::string_view text);

}  // namespace sesame::sim
