#include "firmware/core/iso7816/exchange.hpp"

namespace sesame::iso7816 {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(LinkError error) {
  switch (error) {
    case LinkError::none: return "no error"sv;
    case LinkError::mute: return "the card does not answer"sv;
    case LinkError::bad_atr: return "no answer to reset that can be used"sv;
    case LinkError::parity: return "a character came wrong, or was refused, too often"sv;
    case LinkError::protocol: return "the card does not keep to its protocol"sv;
    case LinkError::too_long: return "more bytes than an answer can have"sv;
  }
  return "unknown error"sv;
}

}  // namespace sesame::iso7816
