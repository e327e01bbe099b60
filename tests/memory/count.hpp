// How often a secret is in a process.
#pragma once

#include <catch2/catch.hpp>

#include <cstddef>
#include <string>

#include "tests/memory/watched.hpp"

namespace sesame::memory {

// In how many places; and where, should that be wrong.
inline std::size_t count(const Watched& sesame, const Secret& secret) {
  const auto places = sesame.places(secret);
  for (const std::string& place : places) UNSCOPED_INFO(place);
  return places.size();
}

}  // namespace sesame::memory
