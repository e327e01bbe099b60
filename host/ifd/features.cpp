#include "host/ifd/features.hpp"

#include <string_view>

namespace sesame::ifd {

namespace {

constexpr std::uint8_t kAtMost = 0x01, kAtOk = 0x02, kAtTimeOut = 0x04;  // an entry may end so
constexpr std::uint8_t kValidation = kAtMost | kAtOk | kAtTimeOut;
constexpr std::uint8_t kTwoTimeOuts = 1;  // bTimeOut2 is used

// PC/SC part 10, 2.6.14.
enum class Tag : std::uint8_t {
  lcd_layout = 1,
  entry_validation = 2,
  time_out_2 = 3,
  min_pin_size = 6,
  max_pin_size = 7,
  firmware = 8,
  ppdu_support = 9,
  max_apdu_data = 10,
};

// Everything here is far shorter than its buffer.
void put(Properties& out, Bytes bytes) { static_cast<void>(out.append(bytes)); }
void put_byte(Properties& out, std::uint8_t byte) { put(out, Bytes(&byte, 1)); }

void put_feature(Properties& out, std::uint32_t code) {
  put_byte(out, static_cast<std::uint8_t>(code));  // the last byte of each code is the feature's tag
  put_byte(out, 4);
  put(out, big_endian(code));
}

void put_property(Properties& out, Tag tag, Bytes value) {
  put_byte(out, static_cast<std::uint8_t>(tag));
  put_byte(out, static_cast<std::uint8_t>(value.size()));
  put(out, value);
}
void put_property(Properties& out, Tag tag, std::uint8_t value) { put_property(out, tag, Bytes(&value, 1)); }

}  // namespace

Properties features() {
  Properties out;
  for (const std::uint32_t code : {kVerifyPin, kPinProperties, kTlvProperties}) put_feature(out, code);
  return out;
}

Properties pin_properties(const Display& display) {
  Properties out;
  for (const std::uint8_t byte : {display.columns, display.rows, kValidation, kTwoTimeOuts}) {
    put_byte(out, byte);
  }
  return out;
}

Properties tlv_properties(const Display& display) {
  constexpr std::string_view kFirmware = "Sésame " SESAME_VERSION;
  Properties out;
  put_property(out, Tag::lcd_layout, std::array{display.columns, display.rows});
  put_property(out, Tag::entry_validation, kValidation);
  put_property(out, Tag::time_out_2, kTwoTimeOuts);
  put_property(out, Tag::min_pin_size, cap::kMinPinDigits);
  put_property(out, Tag::max_pin_size, cap::kMaxPinDigits);
  std::array<std::uint8_t, kFirmware.size()> firmware{};
  std::copy(kFirmware.begin(), kFirmware.end(), firmware.begin());
  put_property(out, Tag::firmware, firmware);
  put_property(out, Tag::ppdu_support, 0);
  put_property(out, Tag::max_apdu_data, std::array<std::uint8_t, 4>{});  // short APDUs alone
  return out;
}

}  // namespace sesame::ifd
