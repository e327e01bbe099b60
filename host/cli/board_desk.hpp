// A board at the end of its panel link, for commands about the board itself. In QEMU the card is the
// demonstration card.
#pragma once

#include <memory>
#include <string>

#include "host/card/file/card_file.hpp"
#include "host/card/virtual_card.hpp"
#include "host/reader/panel/panel_device.hpp"
#include "host/reader/panel/slot_line.hpp"
#include "host/state/counters.hpp"

namespace sesame::cli {

class BoardDesk {
 public:
  // `serial:PATH` or `qemu:IMAGE`: anything else is a Failure (Failure::invalid); that of the device.
  explicit BoardDesk(const std::string& where);

  PanelDevice& device() { return *device_; }

 private:
  card::Personalization personalization_ = card::load_card("sesame-card");
  state::EphemeralStore store_;
  card::VirtualCard card_{personalization_, store_};
  SlotLine line_{card_};
  std::unique_ptr<PanelDevice> device_;
};

}  // namespace sesame::cli
