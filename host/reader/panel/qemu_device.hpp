// A reader whose firmware runs in QEMU: the image that is flashed on an STM32F405, on the machine
// netduinoplus2. Its first UART is the panel link, its second the contacts' I/O.
//
//   QemuDevice reader({"firmware/sesame--stm32f407g-disc1.elf", {}, {}}, card, {});
//   reader.insert();
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "host/reader/panel/panel_device.hpp"

namespace sesame {

struct QemuOptions {
  std::string image;  // an ELF file
  // Gets every access to a port that QEMU does not model, displays among them.
  std::optional<std::string> port_log;
  std::vector<std::string> arguments = {};  // more of QEMU's own, as -qmp
};

// The process. It ends with this, and when the thread ends that made this.
class Qemu {
 public:
  // Failure(Failure::environment): the image cannot be read, or QEMU is not installed or cannot be started.
  explicit Qemu(const QemuOptions& options);
  Qemu(const Qemu&) = delete;
  Qemu& operator=(const Qemu&) = delete;
  ~Qemu();

  // The other ends of its two UARTS; to be taken once.
  io::Descriptor take_panel() { return std::move(panel_); }
  io::Descriptor take_characters() { return std::move(characters_); }
  // What it said at its end, on one line; waits a second for that.
  std::string last_words();

 private:
  pid_t process_ = 0;
  io::Descriptor panel_, characters_, errors_;
};

class QemuDevice final : private Qemu, public PanelDevice {
 public:
  // Returns when the reader runs, and rests. The card outlives it. Failure(Failure::environment): that of
  // Qemu, and of PanelDevice.
  QemuDevice(const QemuOptions& options, CardLine& card, const PanelLimits& limits);

 private:
  std::string why_closed() override;
};

}  // namespace sesame
