// A K2 message by its parts, and the one whose values are published.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::issuer::test {

struct K2Message {
  std::string header = "0001", command = "K2", mode = "0", scheme = "00", option = "0", session = "1";
  // 9E15204313F7318ACB79B90BD986AD29, encrypted by another program.
  std::string key = "UA67981CE67F36A4BD2DE46BA17D6F596";
  std::string pan_length = "08";
  std::vector<std::uint8_t> pan{0x64, 0x14, 0x00, 0x00, 0x00, 0x03, 0x67, 0x01};
  std::string pan_end;
  std::vector<std::uint8_t> atc{0x00, 0x07}, un{0x53, 0x44, 0x65, 0x78};
  std::string data_length = "27";
  std::vector<std::uint8_t> data{0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                 0x00, 0x00, 0x00, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00,
                                 0x00, 0x00, 0x00, 0x00, 0x00, 0x53, 0x44, 0x65, 0x78, 0x00,
                                 0x00, 0x00, 0x07, 0x80, 0x00, 0x01, 0x24, 0x00, 0x00};
  std::string data_end = ";";
  std::vector<std::uint8_t> ac{0x1D, 0x8F, 0x14, 0x54, 0x9E, 0xDE, 0xD2, 0xD6},
      mask{0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, mask_mac{0, 0, 0, 0};

  std::vector<std::uint8_t> bytes() const {
    std::vector<std::uint8_t> out;
    const auto text = [&](const std::string& part) { out.insert(out.end(), part.begin(), part.end()); };
    const auto binary = [&](const std::vector<std::uint8_t>& part) {
      out.insert(out.end(), part.begin(), part.end());
    };
    for (const auto& part : {header, command, mode, scheme, option, session, key, pan_length}) text(part);
    binary(pan);
    text(pan_end);
    binary(atc);
    binary(un);
    text(data_length);
    binary(data);
    text(data_end);
    binary(ac);
    binary(mask);
    binary(mask_mac);
    return out;
  }
};

}  // namespace sesame::issuer::test
