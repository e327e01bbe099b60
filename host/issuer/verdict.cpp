#include "host/issuer/verdict.hpp"

#include <fmt/format.h>

namespace sesame::issuer {

std::string to_string(const FormatFault& fault) {
  static constexpr std::string_view kFields[] = {"nothing",    "the code",     "the challenge",
                                                 "the amount", "the currency", "the numbers to sign"};
  static constexpr std::string_view kProblems[] = {"missing",
                                                   "malformed",
                                                   "zero",
                                                   "not taken by this function",
                                                   "not used by this card",
                                                   "no code of this card"};
  const bool many = fault.field == FormatFault::Field::tds;
  return fmt::format("{} {} {}", kFields[static_cast<std::size_t>(fault.field)], many ? "are" : "is",
                     kProblems[static_cast<std::size_t>(fault.problem)]);
}

}  // namespace sesame::issuer
