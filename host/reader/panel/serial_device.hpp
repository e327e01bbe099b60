// A reader on a board, at a serial port of this machine. The card is in the board's own slot: a real card.
#pragma once

#include <termios.h>

#include <optional>
#include <string>

#include "host/io/terminal_guard.hpp"
#include "host/reader/panel/panel_device.hpp"

namespace sesame {

// A terminal device at 115,200 baud, 8N1, raw, this process's alone; after that it is as it was, also where a
// signal ends the program.
class SerialPort {
 public:
  // Failure(Failure::environment): it cannot be opened, is no terminal, or is in use.
  // Failure(Failure::invalid): it is the terminal at it, as it is the terminal of this process.
  explicit SerialPort(const std::string& path);
  SerialPort(const SerialPort&) = delete;
  SerialPort& operator=(const SerialPort&) = delete;
  ~SerialPort();

  const std::string& path() const { return path_; }
  // Does not block; to be closed before this ends.
  io::Descriptor descriptor() const;

 private:
  std::string path_;
  io::Descriptor port_;
  termios before_{};
  std::optional<io::TerminalGuard> guard_;
};

class SerialDevice final : private SerialPort, public PanelDevice {
 public:
  // Returns when the reader has answered, and rests. Failure: that of SerialPort and PanelDevice.
  SerialDevice(const std::string& path, const PanelLimits& limits);

 private:
  std::string why_closed() override { return path() + ": the board is gone"; }
};

}  // namespace sesame
