// A board at the end of its panel link, for commands about the board itself. Whatever card is in it is not
// this program's business.
#pragma once

#include <memory>
#include <string>

#include "host/reader/panel/panel_device.hpp"

namespace sesame::cli {

class BoardDesk {
 public:
  // `serial:PATH` or `qemu:IMAGE`: anything else is a Failure (Failure::invalid); that of the device.
  explicit BoardDesk(const std::string& where);

  PanelDevice& device() { return *device_; }

 private:
  class NoCard final : public CardLine {
   public:
    bool present() const override { return false; }
    void contacts(bool, bool, bool, Micros) override {}
    void received(std::uint8_t, Micros) override {}
    std::optional<std::uint8_t> take(Micros) override { return std::nullopt; }
    std::optional<Micros> due() const override { return std::nullopt; }
  };

  NoCard card_;
  std::unique_ptr<PanelDevice> device_;
};

}  // namespace sesame::cli
