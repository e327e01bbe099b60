#include "host/keys/fingerprint.hpp"

#include <algorithm>
#include <vector>

#include "host/keys/openssl.hpp"

namespace sesame::keys {

std::array<std::uint8_t, 8> fingerprint(std::span<const Key* const> keys) {
  std::vector<std::uint8_t> all;
  all.reserve(keys.size() * Key::size);  // or growing would leave copies
  for (const Key* key : keys) all.insert(all.end(), key->bytes().begin(), key->bytes().end());
  const auto digest = sha1(all);
  wipe(all.data(), all.size());
  std::array<std::uint8_t, 8> out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

}  // namespace sesame::keys
