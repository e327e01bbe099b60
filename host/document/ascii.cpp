#include "host/document/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "host/base/utf8.hpp"
#include "host/document/toml.hpp"

namespace sesame::document {

namespace {

using utf8::Character;
using utf8::first_character;

// Follows the quotes and comments of TOML 1.0. Strings in '' come out in "".
class Transcriber {
 public:
  Transcriber(std::string_view toml, std::string_view file) : rest_(toml), file_(file) {
    out_.reserve(5 * toml.size());  // \U000000E9 for two bytes; growing would leave copies behind
  }

  std::string run() {
    while (!rest_.empty()) {
      const Character c = first_character(rest_);
      if (c.length == 0) refuse(file_, line_, "not UTF-8; the file must be UTF-8 throughout");
      step(c);
    }
    return std::move(out_);
  }

 private:
  enum class Where { plain, comment, string, lines };  // lines: a string between three quotes

  void step(const Character& c) {
    switch (where_) {
      case Where::plain: return step_plain(c);
      case Where::comment: return take(c, c.length == 1 ? "" : "?");
      case Where::string:
      case Where::lines: return step_string(c);
    }
  }

  void step_plain(const Character& c) {
    if (c.length > 1) refuse(file_, line_, "not TOML: a sign outside ASCII; allowed in quotes and comments");
    if (c.code == '#') where_ = Where::comment;
    if (c.code != '"' && c.code != '\'') return take(c);
    quote_ = rest_[0];
    where_ = quotes() >= 3 ? Where::lines : Where::string;
    const std::size_t count = where_ == Where::lines ? 3 : 1;
    out_.append(count, '"');
    skip(count);
  }

  void step_string(const Character& c) {
    const bool escapes = quote_ == '"';
    if (c.code == '\\' && escapes) return take_escape(c);
    if (rest_[0] == quote_) return take_quotes();
    if (c.code == '\\' || c.code == '"') out_ += '\\';
    if (c.length == 1) return take(c);
    take(c, fmt::format("\\U{:08X}", static_cast<std::uint32_t>(c.code)));
  }

  // With what is escaped, unless a line ends there. No escape goes with a character outside ASCII.
  void take_escape(const Character& c) {
    take(c);
    if (rest_.empty() || rest_[0] == '\n') return;
    const Character escaped = first_character(rest_);
    if (escaped.length == 1) return take(escaped);
    if (escaped.length > 1) take(escaped, "?");
  }

  // One ends a string; three end one of several lines, and up to two in front of them belong to it.
  void take_quotes() {
    const std::size_t count = where_ == Where::string ? 1 : std::min<std::size_t>(quotes(), 5);
    const std::size_t ending = where_ == Where::string ? 1 : count >= 3 ? 3 : 0;
    out_.append(count - ending, quote_);
    out_.append(ending, '"');
    if (ending > 0) where_ = Where::plain;
    skip(count);
  }

  std::size_t quotes() const { return std::min(rest_.find_first_not_of(quote_), rest_.size()); }

  // The character, or what stands for it.
  void take(const Character& c, std::string_view instead = {}) {
    out_ += instead.empty() ? rest_.substr(0, c.length) : instead;
    const bool end_of_line = c.code == '\n';
    skip(c.length);
    if (!end_of_line) return;
    if (where_ != Where::lines) where_ = Where::plain;
    ++line_;
    line_size_ = 0;
  }

  void skip(std::size_t bytes) {
    rest_.remove_prefix(bytes);
    line_size_ += bytes;
    if (line_size_ > kMaxLineSize + 1) {  // with the line feed
      refuse(file_, line_, fmt::format("the line is too long; at most {} bytes", kMaxLineSize));
    }
  }

  std::string_view rest_, file_;
  std::string out_;
  std::size_t line_ = 1, line_size_ = 0;
  Where where_ = Where::plain;
  char quote_ = '"';
};

}  // namespace

std::string to_ascii(std::string_view toml, std::string_view file) { return Transcriber(toml, file).run(); }

}  // namespace sesame::document
