// A PIN_VERIFY_STRUCTURE (PC/SC part 10, 2.5.2) in hex, field by field.
#pragma once

#include <string>

#include "tests/firmware/core/hex.hpp"

namespace sesame::test {

struct PinOrder {
  std::string timeouts = "1E0A";  // bTimeOut, bTimeOut2
  std::string format = "894704";  // bmFormatString, bmPINBlockString, bmPINLengthFormat
  std::string digits = "0C04";    // most, least
  std::string condition = "02";   // bEntryValidationCondition
  std::string language = "0000";  // wLangId, little-endian
  std::string command = "0020008008 20FFFFFFFFFFFFFF";

  std::string hex() const {
    const auto length = static_cast<std::uint8_t>(bytes(command).size());
    return timeouts + format + digits + condition + "FF" + language + "00000000" +
           test::hex(Bytes(&length, 1)) + "000000" + command;
  }
};

}  // namespace sesame::test
