// An IAD template as a card file has it, "060112{cvr}", and its pieces.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/hex.hpp"
#include "host/card/personalization.hpp"

namespace sesame::card::test {

inline std::vector<IadPiece> pieces(std::string_view text) {
  constexpr std::string_view kCvr = "{cvr}", kCounters = "{counters}";
  std::vector<IadPiece> out;
  while (!text.empty()) {
    std::size_t taken = std::min(text.find('{'), text.size());
    if (text.starts_with(kCvr)) {
      taken = kCvr.size();
      out.push_back({IadPiece::Kind::cvr, {}});
    } else if (text.starts_with(kCounters)) {
      taken = kCounters.size();
      out.push_back({IadPiece::Kind::counters, {}});
    } else {
      out.push_back({IadPiece::Kind::fixed, std::get<ByteString>(parse_hex(text.substr(0, taken)))});
    }
    text.remove_prefix(taken);
  }
  return out;
}

inline std::string text_of(const std::vector<IadPiece>& iad) {
  std::string out;
  for (const IadPiece& piece : iad) {
    if (piece.kind == IadPiece::Kind::fixed) out += to_hex(piece.bytes);
    if (piece.kind == IadPiece::Kind::cvr) out += "{cvr}";
    if (piece.kind == IadPiece::Kind::counters) out += "{counters}";
  }
  return out;
}

}  // namespace sesame::card::test
