#include "host/transcript/command_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "firmware/core/emv/apdu.hpp"
#include "host/base/hex.hpp"

namespace sesame::transcript {
namespace {

struct Name {
  bool proprietary;  // bit 8 of CLA: ISO 7816-4:2005, 5.1.1
  std::uint8_t ins;
  std::string_view name;
};

constexpr std::array<Name, 14> kNames{{
    {false, 0x20, "VERIFY"},
    {false, 0x24, "CHANGE REFERENCE DATA"},
    {false, 0x2C, "RESET RETRY COUNTER"},
    {false, 0x82, "EXTERNAL AUTHENTICATE"},
    {false, 0x84, "GET CHALLENGE"},
    {false, 0x88, "INTERNAL AUTHENTICATE"},
    {false, 0xA4, "SELECT"},
    {false, 0xB0, "READ BINARY"},
    {false, 0xB2, "READ RECORD"},
    {false, 0xC0, "GET RESPONSE"},
    {true, 0x24, "PIN CHANGE/UNBLOCK"},
    {true, 0xA8, "GET PROCESSING OPTIONS"},
    {true, 0xAE, "GENERATE AC"},
    {true, 0xCA, "GET DATA"},
}};

// EMV 4.3 Book 3, 6.5.5.2.
std::string_view cryptogram(std::uint8_t p1) {
  switch (p1 & 0xC0) {
    case 0x00: return " for an AAC";
    case 0x40: return " for a TC";
    case 0x80: return " for an ARQC";
    default: return "";
  }
}

// What P1 and P2 say, after the name.
std::string detail(const Name& name, std::uint8_t p1, std::uint8_t p2) {
  if (name.name == "READ RECORD" && (p2 & 0x07) == 4) return fmt::format(" {}, SFI {}", p1, p2 >> 3);
  if (name.name == "GET DATA" && p1 == 0) return fmt::format(" {:02X}", p2);
  if (name.name == "GET DATA") return fmt::format(" {:02X}{:02X}", p1, p2);
  if (name.name == "GENERATE AC") return std::string(cryptogram(p1));
  return {};
}

}  // namespace

bool carries_pin(Bytes command) {
  static constexpr std::array<std::uint8_t, 8> kInstructions{0x20, 0x21, 0x24, 0x25, 0x26, 0x28, 0x2C, 0x2D};
  return command.size() >= 2 &&
         std::find(kInstructions.begin(), kInstructions.end(), command[1]) != kInstructions.end();
}

namespace {

struct Part {
  std::size_t at = 0, size = 0;
};

Part pin_in(Bytes command) {
  if (!carries_pin(command) || command.size() <= 4) return {};
  const auto apdu = emv::parse_command(command);
  if (!apdu) return {4, command.size() - 4};
  return apdu->data.empty() ? Part{} : Part{5, apdu->data.size()};
}

}  // namespace

std::string masked_hex(Bytes command) {
  const Part pin = pin_in(command);
  return to_hex(command.first(pin.at)) + std::string(2 * pin.size, '*') +
         to_hex(command.subspan(pin.at + pin.size));
}

std::vector<std::uint8_t> without_pin(Bytes command) {
  const Part pin = pin_in(command);
  std::vector<std::uint8_t> out(command.begin(), command.end());
  std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(pin.at), pin.size, std::uint8_t{0xFF});
  return out;
}

std::string command_name(Bytes command) {
  if (command.size() >= 4) {
    const bool proprietary = (command[0] & 0x80) != 0;
    for (const Name& each : kNames) {
      if (each.proprietary == proprietary && each.ins == command[1]) {
        return std::string(each.name) + detail(each, command[2], command[3]);
      }
    }
  }
  return "the command";
}

}  // namespace sesame::transcript
