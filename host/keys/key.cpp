#include "host/keys/key.hpp"

#include <bit>
#include <utility>

namespace sesame::keys {

Key odd_parity(Key key) {
  for (std::uint8_t& byte : key.bytes()) {
    if (std::popcount(byte) % 2 == 0) byte ^= 1;
  }
  return key;
}

}  // namespace sesame::keys
