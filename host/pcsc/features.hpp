// What a reader can do beyond exchanging APDUs: PC/SC part 10 (version 2.02.09), 2.2.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <winscard.h>

#include "firmware/core/bytes.hpp"
#include "host/pcsc/connection.hpp"

namespace sesame::pcsc {

struct Feature {
  std::uint8_t tag = 0;       // FEATURE_*, as FEATURE_VERIFY_PIN_DIRECT = 06
  std::uint32_t control = 0;  // the code for SCardControl
};
using Features = std::vector<Feature>;

// The name in part 10 without FEATURE_, as "VERIFY_PIN_DIRECT"; "feature 7F" for one that it does not define.
std::string feature_name(std::uint8_t tag);
// Can take a PIN on its own keys and send it to the card.
bool has_pinpad(const Features& features);
std::optional<std::uint32_t> control_code(const Features& features, std::uint8_t tag);

// The answer to CM_IOCTL_GET_FEATURE_REQUEST: objects of tag, length 04 and a big-endian control code. Ends
// at the first that is not of that shape.
Features parse_features(Bytes answer);

// Of a card or reader that is connected. A reader that knows no features has none.
Features features_of(const Context& context, SCARDHANDLE connection);
// Of a reader by its name, without touching its card. Nothing where another program has the reader for
// itself, alone or in a transaction, for as long as `patience`: the context may be lost then. Failure
// (environment): the reader, or the PC/SC service, is gone or does not answer.
std::optional<Features> features_of(const Context& context, const std::string& reader,
                                    std::chrono::milliseconds patience = kPatienceWithOthers);

}  // namespace sesame::pcsc
