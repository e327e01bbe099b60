// Who a card is, in the place of what its file says: one of the many cards that an issuer makes of one file.
#pragma once

#include <optional>
#include <string>

#include "host/keys/key.hpp"

namespace sesame::card {

struct Issued {
  std::optional<std::string> pan, psn;  // 12 to 19 digits; two digits
  // The issuer's master key, from which the key of every application comes, by the option of the file or of
  // the scheme. Without one, a file that has `mk` is of its own PAN and PSN alone.
  std::optional<keys::Key> imk;
  std::optional<keys::Key> mk;  // or the card's own, of every application

  bool as_in_the_file() const { return !pan && !psn && !imk && !mk; }
};

}  // namespace sesame::card
