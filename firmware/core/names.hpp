// Enumerators by name. Beside an enumeration stand its names, in its order, and a function that finds them:
//
//   enum class Place : std::uint8_t { before_pin, after_pin };
//   inline constexpr std::string_view kPlaceNames[] = {"before-pin", "after-pin"};
//   constexpr std::span<const std::string_view> names(Place) { return kPlaceNames; }
//
// Then name_of(Place::after_pin) is "after-pin", and named<Place>("after-pin") the enumerator.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace sesame {

template <class Enum>
constexpr std::string_view name_of(Enum enumerator) {
  return names(enumerator)[static_cast<std::size_t>(enumerator)];
}

template <class Enum>
constexpr std::optional<Enum> named(std::string_view name) {
  const std::span<const std::string_view> all = names(Enum{});
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace sesame
