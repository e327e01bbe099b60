// The Failure that something ends with.
#pragma once

#include <catch2/catch.hpp>

#include <optional>
#include <string>

#include "host/base/failure.hpp"

namespace sesame::test {

// Its kind; none where it does not fail.
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

// What is said of one that is of the environment; empty where it does not fail.
template <class Call>
std::string said_by(Call call) {
  try {
    call();
  } catch (const Failure& failure) {
    CHECK(failure.kind() == Failure::environment);
    return failure.what();
  }
  return "";
}

}  // namespace sesame::test
