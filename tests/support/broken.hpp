// Files with one mistake, and what is said about them.
#pragma once

#include <catch2/catch.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/failure.hpp"

namespace sesame::test {

// The line of the Failure that `load` must end with.
template <class Load>
std::string failure_of(Load load) {
  try {
    static_cast<void>(load());
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::invalid);
    return failure.what();
  }
  FAIL("it was accepted");
  return "";
}

// A good file with `good` in it replaced. In `bad`, ¶ marks the line that the message must name.
struct Broken {
  std::string_view good;
  std::string bad;
  std::vector<std::string_view> words;  // that the message must have
};

struct Marked {
  std::string text;
  std::size_t line = 0;
};

inline Marked replace(std::string_view base, std::string_view good, std::string_view bad) {
  constexpr std::string_view mark = "¶";
  Marked marked{std::string(base), 0};
  const std::size_t at = marked.text.find(good);
  REQUIRE(at != std::string::npos);
  marked.text.replace(at, good.size(), bad);
  INFO("bad must have a mark, ¶, in the line that the message names");
  const std::size_t where = marked.text.find(mark);
  REQUIRE(where != std::string::npos);
  marked.text.erase(where, mark.size());
  const auto end = marked.text.begin() + static_cast<std::ptrdiff_t>(where);
  marked.line = static_cast<std::size_t>(std::count(marked.text.begin(), end, '\n')) + 1;
  return marked;
}

// Every row: refused, in one line that begins with file and line, and has the words.
template <class Read>
void check_refused(std::string_view base, const std::vector<Broken>& rows, Read read) {
  for (const Broken& row : rows) {
    CAPTURE(row.bad);
    const Marked marked = replace(base, row.good, row.bad);
    const std::string message = failure_of([&] { return read(marked.text, "my/file.toml"); });
    CAPTURE(message);
    CHECK(message.rfind("my/file.toml:" + std::to_string(marked.line) + ": ", 0) == 0);
    CHECK(message.find('\n') == std::string::npos);
    for (const std::string_view word : row.words) {
      CAPTURE(word);
      CHECK(message.find(word) != std::string::npos);
    }
  }
}

// Whatever is cut off a good file: a file, or an error that names it. Never anything else.
template <class Read>
void check_every_truncation(std::string_view text, Read read) {
  for (std::size_t size = 0; size < text.size(); ++size) {
    try {
      static_cast<void>(read(text.substr(0, size), "cut.toml"));
    } catch (const Failure& failure) {
      if (std::string_view(failure.what()).rfind("cut.toml:", 0) == 0) continue;
      FAIL("cut at " << size << ": " << failure.what());
    }
  }
}

}  // namespace sesame::test
