// What a PC/SC pinpad reader says of itself: PC/SC part 10 (2.02.09), 2.2 to 2.6. Programs ask by control
// codes.
#pragma once

#include <cstdint>

#include "firmware/core/profile.hpp"
#include "host/ifd/wire.hpp"

namespace sesame::ifd {

// Which features there are, and the control code of each: CM_IOCTL_GET_FEATURE_REQUEST, SCARD_CTL_CODE(3400).
inline constexpr std::uint32_t kGetFeatures = 0x42000D48;

// FEATURE_VERIFY_PIN_DIRECT, FEATURE_IFD_PIN_PROPERTIES, FEATURE_GET_TLV_PROPERTIES. The codes are the
// reader's choice. The first is kVerifyPin (host/ifd/wire.hpp).
inline constexpr std::uint32_t kPinProperties = 0x4233000A, kTlvProperties = 0x42330012;

using Properties = Buffer<kMaxResponse>;

// For each feature its tag, 04 and its control code, big-endian.
Properties features();
// PIN_PROPERTIES_STRUCTURE: wLcdLayout (columns, then rows: it is little-endian), bEntryValidationCondition,
// bTimeOut2.
Properties pin_properties(const Display& display);
// Tag, length, value; numbers are little-endian.
Properties tlv_properties(const Display& display);

}  // namespace sesame::ifd
