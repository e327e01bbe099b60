#include "sim/reader/made_code.hpp"

namespace sesame::sim {

cap::TokenInput token_input(const MadeCode& code) {
  cap::TokenInput input;
  input.psn = code.psn;
  input.cid = code.cid;
  input.atc = code.atc;
  input.ac = code.ac;
  input.iad = code.iad;
  return input;
}

void make_digits(const MadeCode& code, cap::Digits& digits) {
  const cap::TokenInput input = token_input(code);
  if (code.belgian) {
    cap::token_belgian(input, digits);
  } else {
    static_cast<void>(cap::token_by_ipb(cap::token_data(input), code.ipb, digits));
  }
  static_cast<void>(cap::pad_with_zeros(digits, code.size));
}

}  // namespace sesame::sim
