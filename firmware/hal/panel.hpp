// The bytes of the panel link (firmware/panel/protocol.hpp), on a UART of 115,200 baud, 8N1.
#pragma once

#include <cstdint>
#include <optional>

namespace sesame::hal::panel {

void init();
// Whether the strap pin was low at reset. Boards pull it up; QEMU reads 0.
bool on();

std::optional<std::uint8_t> receive();  // received in an interrupt, and queued
bool ready();                           // the transmitter has room for a byte
void send(std::uint8_t byte);           // waits until it has; a bounded time

}  // namespace sesame::hal::panel
