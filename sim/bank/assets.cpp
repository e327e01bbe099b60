#include "sim/bank/assets.hpp"

namespace sesame::bank {

std::optional<std::string_view> asset(std::string_view name) {
  for (const Asset& one : assets()) {
    if (one.name == name) return one.content;
  }
  return std::nullopt;
}

}  // namespace sesame::bank
