// Keys under a local master key (LMK), as payShield HSMs have them: a pair of DES keys, changed by a variant
// for each kind of key, and for each half of a key of scheme U by another.
//
//     const Key imk = open_key(variant(test_lmk(28), 1), encrypted);
//
// The test LMK is public: it is in the manual. What is encrypted under it is no secret.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "host/keys/key.hpp"

namespace sesame::keys {

// The pair that begins with LMK `number`: 18 or 28. Anything else is a std::invalid_argument.
Key test_lmk(unsigned number);

// 1 to 9; anything else is a std::invalid_argument.
Key variant(Key lmk, unsigned number);

// Scheme U: a key of two halves, each under the pair with its own change.
using EncryptedKey = std::array<std::uint8_t, Key::size>;
EncryptedKey close_key(const Key& lmk, const Key& key);
Key open_key(const Key& lmk, const EncryptedKey& key);

}  // namespace sesame::keys
