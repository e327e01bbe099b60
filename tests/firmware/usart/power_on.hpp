// The drivers' variables are the chip's memory: CMakeLists.txt puts them into a section of their own.
#pragma once

namespace sesame::board::model {

// As the start of an image leaves them. What is in .noinit stays.
void power_on();

}  // namespace sesame::board::model
