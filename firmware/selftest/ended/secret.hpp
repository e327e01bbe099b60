// What the run that ends has in memory, and what it leaves beside the record.
#pragma once

#include <cstdint>

namespace sesame::selftest {

extern volatile std::uint32_t secret;

struct Kept {
  std::uint32_t contacts_off, secret;  // how often; what was left of it then
};
extern Kept kept;

}  // namespace sesame::selftest
