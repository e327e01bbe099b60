// What the bank asks of its customers. The defaults are those of its documents; what a later rule of law asks
// instead is a setting.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sesame::bank {

using Millis = std::int64_t;  // since 1970, or a span

inline constexpr Millis kSecond = 1'000, kMinute = 60 * kSecond, kHour = 60 * kMinute, kDay = 24 * kHour;

struct Rules {
  // Of a session (RTS 2018/389, article 4(3)(d)).
  Millis idle = 5 * kMinute;
  Millis longest = kDay / 2;

  // "After three unsuccessful attempts to log in, your account is automatically disabled."
  std::uint8_t tries = 3;

  // "Lors de votre premier accès puis une fois tous les 90 jours"; the law says 180 since 2023. Between two
  // of them a simple authentication shows balances, and so many days of history.
  int strong_days = 90, history_days = 90;

  // "Gestion des habilitations, des destinataires, commande de chéquiers" are authenticated by a code of the
  // reader: its CODE, which is all that the Sésame reader has; or a response to a challenge of the site.
  bool challenge_for_functions = false;
  Millis challenge = 5 * kMinute;  // how long an operation waits for its code

  std::size_t confidential_min = 6, confidential_max = 10;  // characters
  std::size_t password_min = 8, password_max = 128;
  bool password_mixed = false;    // it has a letter, a digit, and another character
  std::size_t secrets_kept = 5;   // that may not be used again
  Millis letter = 30 * kDay;      // how long a code that came by post may be used
  Millis between_letters = kDay;  // of one customer: a stranger who asks for them sends no more

  // scrypt (RFC 7914) with N = 2^cost, r = 8, p = 1.
  std::uint8_t scrypt_cost = 15;
};

}  // namespace sesame::bank
