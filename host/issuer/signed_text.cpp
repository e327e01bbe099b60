#include "host/issuer/signed_text.hpp"

#include <fmt/format.h>

#include "host/keys/openssl.hpp"

namespace sesame::issuer {

std::vector<std::string> numbers_of_text(std::string_view text) {
  const auto digest = keys::sha256(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  std::vector<std::string> numbers;
  for (std::size_t at = 0; at < digest.size(); at += 4) {
    const std::uint32_t word = std::uint32_t{digest[at]} << 24 | std::uint32_t{digest[at + 1]} << 16 |
                               std::uint32_t{digest[at + 2]} << 8 | digest[at + 3];
    numbers.push_back(fmt::format("{:010}", word));
  }
  return numbers;
}

}  // namespace sesame::issuer
