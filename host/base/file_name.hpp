// What a file is, by its name.
#pragma once

#include <algorithm>
#include <string_view>

namespace sesame {

// `extension` with its point, in small letters. The name's may be in capitals, as in CARD.APDU.
inline bool has_extension(std::string_view file, std::string_view extension) {
  if (file.size() < extension.size()) return false;
  file.remove_prefix(file.size() - extension.size());
  return std::equal(file.begin(), file.end(), extension.begin(), [](char has, char wanted) {
    return (has >= 'A' && has <= 'Z' ? static_cast<char>(has - 'A' + 'a') : has) == wanted;
  });
}

}  // namespace sesame
