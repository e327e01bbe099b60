// The historical bytes of an ATR: ISO 7816-4:2005, 8.1.1. In COMPACT-TLV, after a category indicator 00 or
// 80, they say what the card can do; else they are the manufacturer's own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::explain {

struct HistoricalObject {
  std::string name;                  // "card capabilities", or where it is none: what is wrong
  Bytes value;                       // points into what was explained
  std::vector<std::string> meaning;  // a line each
};

struct HistoricalBytes {
  std::string category;  // in words; empty where there are no bytes
  std::vector<HistoricalObject> objects;
};

HistoricalBytes explain_historical(Bytes bytes);

}  // namespace sesame::explain
