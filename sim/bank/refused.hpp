// Why the bank does not do what it was asked. It is thrown where the reason is found; the API says it.
#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>

#include "sim/bank/secrets.hpp"
#include "sim/bank/sessions.hpp"

namespace sesame::bank {

enum class Why : std::uint8_t {
  refused,       // who they say they are, or the code that they have: which of it is never said
  disabled,      // three failures: nothing is compared any more
  no_session,    // there is none, or its time is over
  not_now,       // the session's access does not allow it
  not_yours,     // the role or the entitlements do not allow it
  unknown,       // there is no such account, payee, batch, user, operation
  over,          // the operation's time is over, or it was used, or another was begun
  not_possible,  // `reason` says why: no money, no card
  rule,          // a new secret breaks one: `fault`
};
inline constexpr std::string_view kWhyNames[] = {
    "refused", "disabled", "no_session", "not_now", "not_yours", "unknown", "over", "not_possible", "rule"};
constexpr std::string_view to_string(Why why) { return kWhyNames[static_cast<std::size_t>(why)]; }

struct Refused : std::exception {
  explicit Refused(Why reason_, std::string_view detail = {}) : why(reason_), reason(detail) {}
  static Refused attempt(bool last) {
    Refused refused(Why::refused);
    refused.last_try = last;
    return refused;
  }
  static Refused secret(SecretFault fault) {
    Refused refused(Why::rule);
    refused.fault = fault;
    return refused;
  }
  static Refused not_now(Access access) {
    Refused refused(Why::not_now);
    refused.access = access;
    return refused;
  }

  const char* what() const noexcept override { return "refused by the bank"; }

  Why why;
  bool last_try = false;  // refused: one more failure disables
  SecretFault fault = SecretFault::none;
  Access access = Access::none;
  std::string reason;  // not_possible: "funds"
};

}  // namespace sesame::bank
