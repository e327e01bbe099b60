// A walk through the screens of the manual: the Sésame's image for a board runs in QEMU, somebody presses its keys, and
// its display is looked at.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/firmware/pixels/picture.hpp"

namespace sesame::test {

inline constexpr std::string_view kBoards[] = {"stm32f407g-disc1", "olimex-stm32-h405"};

struct Shot {
  std::string name;  // of the screen, and of its PNG
  Picture picture;
};

// The image is that of the preset `firmware`, or of the folder $SESAME_FIRMWARE. A Failure is that of QemuDevice.
std::vector<Shot> walk(std::string_view board);

// Where the pictures are that this must give.
std::string golden_folder(std::string_view board);

}  // namespace sesame::test
