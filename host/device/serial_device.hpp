// A reader on a board, at a serial port of this machine. The card is in the board's own slot: a real card.
#pragma once

#include <string>

#include "host/device/panel_device.hpp"

namespace sesame {

// A terminal device at 115,200 baud, 8N1, raw, this process's alone. Failure(Exit::environment): it cannot be opened, is no
// terminal, or is in use.
posix::Descriptor open_serial(const std::string& path);

class SerialDevice final : public PanelDevice {
 public:
  // Returns when the reader has answered, and rests. Failure(Exit::environment): that of open_serial() and PanelDevice.
  SerialDevice(const std::string& path, const PanelLimits& limits);

 private:
  std::string why_closed() override { return path_ + ": the board is gone"; }

  std::string path_;
};

}  // namespace sesame
