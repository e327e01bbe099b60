// All screens of the manual: the images for a board run in QEMU, their keys are pressed, and the
// display is read. The Sésame says most of it, in French; what it never asks for, a Vasco 810 and a PINsentry
// do, in English.
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

// The images are those of the preset `firmware`, or of the folder $SESAME_FIRMWARE. A Failure is that of
// QemuDevice.
std::vector<Shot> manual_screens(std::string_view board);

// Where the pictures are that this must give.
std::string golden_folder(std::string_view board);

}  // namespace sesame::test
