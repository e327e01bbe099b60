#include "tests/firmware/pixels/port_log.hpp"

#include <charconv>
#include <optional>
#include <stdexcept>

namespace sesame::test {

namespace {

constexpr std::uint32_t kOutputs = 0x14, kSetAndReset = 0x18;  // ODR, BSRR (RM0090, 8.4.6 and 8.4.7)

// The number after `name`, in the base of its notation.
std::optional<std::uint32_t> number(std::string_view line, std::string_view name) {
  const std::size_t at = line.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view digits = line.substr(at + name.size());
  const bool hexadecimal = digits.substr(0, 2) == "0x";
  if (hexadecimal) digits.remove_prefix(2);
  std::uint32_t value = 0;
  const auto end =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
  if (end.ec != std::errc()) return std::nullopt;
  return value;
}

}  // namespace

void PortLog::feed(std::string_view text) {
  rest_ += text;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    line(std::string_view(rest_).substr(begin, end - begin));
  }
  rest_.erase(0, begin);
}

void PortLog::line(std::string_view line) {
  constexpr std::string_view kPort = "GPIO", kWrite = ": unimplemented device write (size ";
  if (line.substr(0, kPort.size()) != kPort || line.substr(kPort.size() + 1, kWrite.size()) != kWrite) return;
  const auto size = number(line, "(size "), offset = number(line, "offset "), value = number(line, "value ");
  if (!size || !offset || !value) throw std::runtime_error("not a line of QEMU's log: " + std::string(line));
  if (*offset < kOutputs || *offset >= kSetAndReset + 4) return;  // how pins are configured
  if (*offset != kSetAndReset || *size != 4) {
    throw std::runtime_error("a pin is set otherwise than by BSRR: " + std::string(line));
  }
  const auto port = static_cast<std::uint8_t>(line[kPort.size()] - 'A');
  for (std::uint8_t pin = 0; pin < 16; ++pin) {
    const bool set = (*value >> pin & 1) != 0, reset = (*value >> (pin + 16) & 1) != 0;
    if (set || reset) take_({port, pin, set});
  }
}

}  // namespace sesame::test
