#include "host/keys/tree_text.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "host/base/hex.hpp"

namespace sesame::keys {

namespace {

[[noreturn]] void refuse() {
  throw std::invalid_argument(
      "a tree is written B/H or B/H/IV: branch factor 2 to 65535, height 1 to 255, 16 bytes of "
      "hex or 0; as in 4/8");
}

template <class Number>
Number number(std::string_view text, Number least) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least) refuse();
  return value;
}

// Up to the next '/', taken off the text with it.
std::string_view take_part(std::string_view& text) {
  const std::size_t end = text.find('/');
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

keys::Tree::Iv parse_iv(std::string_view text) {
  if (text == "0") return {};
  const auto parsed = parse_hex(text);
  const auto* bytes = std::get_if<std::vector<std::uint8_t>>(&parsed);
  keys::Tree::Iv iv{};
  if (bytes == nullptr || bytes->size() != iv.size()) refuse();
  std::copy(bytes->begin(), bytes->end(), iv.begin());
  return iv;
}

}  // namespace

keys::Tree parse_tree(std::string_view text) {
  const auto slashes = std::count(text.begin(), text.end(), '/');
  if (slashes != 1 && slashes != 2) refuse();
  const auto branch = number<std::uint16_t>(take_part(text), 2);
  const auto height = number<std::uint8_t>(take_part(text), 1);
  return {branch, height, slashes == 2 ? parse_iv(text) : keys::Tree::Iv{}};
}

}  // namespace sesame::keys
