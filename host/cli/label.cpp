#include "host/cli/label.hpp"

#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "host/base/utf8.hpp"

namespace sesame::cli {

namespace {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8::first_character(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

class Converter {
 public:
  explicit Converter(int part) : handle_(::iconv_open("UTF-8", fmt::format("ISO-8859-{}", part).c_str())) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (is_open()) ::iconv_close(handle_);
  }

  // Character by character: what the table has not is U+FFFD, and so is all but ASCII of a table that is not
  // there.
  std::string convert(std::string_view text) const {
    std::string out;
    for (char c : text) {
      std::array<char, 4> into{};
      char *from = &c, *to = into.data();
      std::size_t left = 1, room = into.size();
      const bool converted = is_open() && ::iconv(handle_, &from, &left, &to, &room) != kFailed;
      if (converted) {
        out.append(into.data(), into.size() - room);
      } else {
        utf8::append(out,
                     static_cast<unsigned char>(c) < 0x80 ? static_cast<char32_t>(c) : utf8::kReplacement);
      }
    }
    return out;
  }

 private:
  static constexpr std::size_t kFailed = static_cast<std::size_t>(-1);

  // NOLINTNEXTLINE(performance-no-int-to-ptr): iconv_open() says so
  bool is_open() const { return handle_ != iconv_t(-1); }

  iconv_t handle_;
};

}  // namespace

std::string label_text(Bytes label, std::optional<int> code_table) {
  const std::string text(label.begin(), label.end());
  if (code_table == 1) return utf8::from_latin1(text);
  if (code_table) return Converter(*code_table).convert(text);
  return is_utf8(text) ? text : utf8::from_latin1(text);
}

}  // namespace sesame::cli
