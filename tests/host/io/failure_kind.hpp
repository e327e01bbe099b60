// What kind of Failure something ends with.
#pragma once

#include <catch2/catch.hpp>

#include <optional>
#include <string>

#include "host/base/failure.hpp"

namespace sesame::test {

// None where it does not fail.
template <class Call>
std::optional<Failure::Kind> failure_kind(Call call) {
  try {
    call();
  } catch (const Failure& failure) {
    CHECK(std::string(failure.what()).find('\n') == std::string::npos);
    return failure.kind();
  }
  return std::nullopt;
}

}  // namespace sesame::test
