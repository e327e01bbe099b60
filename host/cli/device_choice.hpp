// Where the reader runs: what `--device` and `--card-line` say.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "firmware/core/profile.hpp"
#include "host/reader/panel/card_line.hpp"
#include "host/reader/panel/panel_device.hpp"

namespace sesame::cli {

struct DeviceChoice {
  enum class Kind {
    native,  // in this process
    qemu,    // its firmware, in QEMU
    serial,  // a board, at a serial port
  };
  Kind kind = Kind::native;
  std::string place;  // image or port; empty: the image of the profile
};

// `native`, `qemu`, `qemu:IMAGE`, `serial:PATH`; anything else is a Failure (Failure::invalid).
DeviceChoice parse_device(const std::string& text);

// The file that the reader of this profile is in, unless the choice names one:
// FOLDER/PROFILE--stm32f407g-disc1.elf, in $SESAME_FIRMWARE, else in `firmware` or `../firmware/images`
// beside this program. Failure(Failure::environment) where there is none, with how to make it; that of
// check_image().
std::string find_image(const DeviceChoice& choice, std::string_view profile);

// That QEMU is there. Failure(Failure::environment) where it is not.
void check_qemu();

// Starts the reader, not a native one, which is as the profile says: another, or one of the same name with
// something else in its file, is a Failure (Failure::invalid), as the keys mean something else there. The
// card is for QEMU alone.
std::unique_ptr<PanelDevice> open_device(const DeviceChoice& choice, const ReaderProfile& profile,
                                         CardLine* card);

}  // namespace sesame::cli
