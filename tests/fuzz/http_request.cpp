// Any bytes as requests of one connection, cut anywhere: what comes of them does not depend on the cuts; a
// request that is whole keeps the bounds and holds nothing that could be read in two ways; and one that is
// refused says with which status.
#include "sim/http/request_parser.hpp"

#include "tests/fuzz/lines.hpp"

using namespace sesame;
using namespace sesame::fuzz;

namespace {

using Progress = sim::RequestParser::Progress;

// Small, so that inputs reach them.
constexpr sim::HttpBounds kBounds{.first_line = 200,
                                  .header_line = 100,
                                  .headers = 8,
                                  .all_headers = 300,
                                  .chunk_line = 20,
                                  .extensions = 30,
                                  .trailers = 50,
                                  .body = 200};

void check(const sim::Request& request) {
  require(sim::is_token(request.method), "a method is a token");
  require(!request.path.empty() && request.path[0] == '/', "a path begins with /");
  require(request.path.find_first_of("\r\n") == std::string::npos, "and is one line");
  require(request.body.size() <= kBounds.body, "a body is not larger than it may be");
  require(request.headers.size() <= kBounds.headers, "there are not more headers than there may be");
  for (const auto& [name, value] : request.headers) {
    require(sim::is_token(name) && sim::lower(name) == name, "a name is a token, in lower case");
    require(value.find_first_of("\r\n") == std::string::npos && value.find('\0') == std::string::npos,
            "a value is one line");
  }
  const auto length = request.headers.find("content-length");
  const bool chunked = request.headers.count("transfer-encoding") != 0;
  require(!chunked || length == request.headers.end(), "a body has one length");
  if (length != request.headers.end())
    require(std::to_string(request.body.size()).size() <= length->second.size() &&
                std::stoull(length->second) == request.body.size(),
            "which is what was said");
}

// What it makes of the bytes, so many at once: the requests in a row, and the status that ends them, or 0.
struct Made {
  std::vector<std::string> requests;
  int mistake = 0;
  friend bool operator==(const Made&, const Made&) = default;
};

std::string told(const sim::Request& request) {
  std::string text = request.method + ' ' + request.path + '\n' + request.body + '\n';
  for (const auto& [name, value] : request.query) text += name + '=' + value + '\n';
  for (const auto& [name, value] : request.headers) text += name + ':' + value + '\n';
  return text;
}

Made parsed(std::string_view bytes, std::size_t at_once) {
  sim::RequestParser parser(kBounds);
  Made made;
  std::string waiting;
  for (;;) {
    std::string_view view = waiting;
    const Progress progress = parser.take(view);
    require(view.size() <= waiting.size(), "only what has come is taken");
    waiting.erase(0, waiting.size() - view.size());
    if (progress == Progress::head) continue;
    if (progress == Progress::whole) {
      check(parser.request());
      made.requests.push_back(told(parser.request()));
      parser.next();
      require(parser.request().body.empty() && !parser.begun(), "nothing of it is left for the next");
      continue;
    }
    if (progress == Progress::refused) {
      made.mistake = parser.mistake();
      return made;
    }
    if (bytes.empty()) return made;
    waiting += bytes.substr(0, at_once);
    bytes.remove_prefix(std::min(at_once, bytes.size()));
  }
}

}  // namespace

// The first byte says how the others are cut; a line ends with CR LF where it ends with LF.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string bytes;
  for (const char c : text_of(data + 1, size - 1)) {
    if (c == '\n' && (data[0] & 0x80) == 0) bytes += '\r';
    bytes += c;
  }
  const Made whole = parsed(bytes, bytes.size() + 1);
  const Made cut = parsed(bytes, 1 + data[0] % 16);
  require(whole == cut, "it does not matter how the bytes come");
  for (const int status : {0, 400, 413, 414, 431}) {
    if (whole.mistake == status) return 0;
  }
  broken("a refusal has a status of its own");
}
