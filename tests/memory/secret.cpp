#include "tests/memory/secret.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <functional>

namespace sesame::memory {

namespace {

constexpr std::size_t kFarthest = 64;

std::string as_numbers(std::string_view digits) {
  std::string numbers;
  for (const char digit : digits) numbers += static_cast<char>(digit - '0');
  return numbers;
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string in_pairs(std::string_view hex) {
  std::string text;
  for (std::size_t i = 0; i < hex.size(); i += 2) text.append(i == 0 ? "" : " ").append(hex.substr(i, 2));
  return text;
}

std::string in_case(std::string_view text, int (*to)(int)) {
  std::string out;
  for (const char c : text) out += static_cast<char>(to(static_cast<unsigned char>(c)));
  return out;
}

// Where `characters` stand at this distance from each other, somewhere in the memory. Looked for by the one
// that is rarest: zeros are everywhere.
void find_spread(Bytes memory, std::string_view characters, std::size_t farthest,
                 const std::function<void(std::size_t offset, std::size_t distance)>& found) {
  const auto unsigned_less = [](char a, char b) {
    return static_cast<unsigned char>(a) < static_cast<unsigned char>(b);
  };
  const auto rarest = std::max_element(characters.begin(), characters.end(), unsigned_less);
  const auto number = static_cast<std::size_t>(rarest - characters.begin());
  const auto all_at = [&](std::size_t offset, std::size_t distance) {
    for (std::size_t i = 0; i < characters.size(); ++i) {
      if (memory[offset + i * distance] != static_cast<std::uint8_t>(characters[i])) return false;
    }
    return true;
  };
  for (std::size_t at = 0; at < memory.size(); ++at) {
    const void* const next =
        std::memchr(memory.data() + at, static_cast<unsigned char>(*rarest), memory.size() - at);
    if (next == nullptr) return;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(next) - memory.data());
    for (std::size_t distance = 1; distance <= farthest; ++distance) {
      const std::size_t before = number * distance, length = (characters.size() - 1) * distance + 1;
      if (at < before || at - before + length > memory.size()) break;
      if (all_at(at - before, distance)) found(at - before, distance);
    }
  }
}

}  // namespace

Secret Secret::digits(std::string name, std::string_view digits) {
  Secret secret(std::move(name));
  const std::size_t part = digits.size() > 8 ? 8 : std::min<std::size_t>(digits.size(), 7);
  for (std::size_t i = 0; i + part <= digits.size(); ++i) {
    const std::string some(digits.substr(i, part));
    secret.add("digits", some, kFarthest);
    secret.add("numbers", as_numbers(some), kFarthest);
  }
  if (digits.size() < 8) return secret;
  const std::size_t middle = digits.size() / 2;
  secret.add("digits of a display", std::string(digits).insert(middle, " "), 4);
  // Ten digits of a PIN: four bytes are too few not to be there by chance.
  const std::size_t packed = std::min<std::size_t>(digits.size(), 10);
  for (std::size_t i = 0; i + packed <= digits.size(); i += 2) {
    const std::string_view some = digits.substr(i, packed);
    secret.add("packed digits", from_hex(some));
    secret.add("packed digits in hex", in_pairs(some));
  }
  return secret;
}

Secret Secret::key(std::string name, std::string_view hex) {
  Secret secret(std::move(name));
  for (const std::string_view half : {hex.substr(0, hex.size() / 2), hex.substr(hex.size() / 2)}) {
    secret.add("bytes", from_hex(half));
    for (const auto to : {::tolower, ::toupper}) {
      const std::string text = in_case(half, to);
      secret.add("hex", text, 2);
      secret.add("hex", in_pairs(text), 2);
    }
  }
  return secret;
}

std::vector<Secret::Place> Secret::find_in(Bytes memory) const {
  std::vector<Place> all;
  for (const Form& form : forms_) {
    find_spread(memory, form.characters, form.farthest, [&](std::size_t offset, std::size_t distance) {
      const std::string apart = distance == 1 ? "" : ", each " + std::to_string(distance) + " bytes";
      all.push_back({offset, form.name + apart});
    });
  }
  std::sort(all.begin(), all.end(), [](const Place& a, const Place& b) { return a.offset < b.offset; });
  std::vector<Place> apart;
  std::size_t last = 0;
  for (Place& place : all) {
    const bool same = !apart.empty() && place.offset - last <= kFarthest;
    last = place.offset;
    if (!same) apart.push_back(std::move(place));
  }
  return apart;
}

}  // namespace sesame::memory
