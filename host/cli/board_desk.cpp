#include "host/cli/board_desk.hpp"

#include "host/base/failure.hpp"
#include "host/base/safe_text.hpp"
#include "host/cli/device_choice.hpp"
#include "host/cli/text.hpp"
#include "host/reader/panel/qemu_device.hpp"
#include "host/reader/panel/serial_device.hpp"

namespace sesame::cli {

BoardDesk::BoardDesk(const std::string& where) {
  const std::size_t colon = where.find(':');
  const std::string place = colon == std::string::npos ? "" : where.substr(colon + 1);
  if (where.starts_with("serial:") && !place.empty()) {
    device_ = std::make_unique<SerialDevice>(place, PanelLimits{});
  } else if (where.starts_with("qemu:") && !place.empty()) {
    const DeviceChoice choice{DeviceChoice::Kind::qemu, place};
    device_ = std::make_unique<QemuDevice>(QemuOptions{find_image(choice, ""), {}}, line_, PanelLimits{});
  } else {
    throw Failure(Failure::invalid,
                  fmt::format("{}: a board is serial:PATH or qemu:IMAGE", safe::named(where)));
  }
}

}  // namespace sesame::cli
