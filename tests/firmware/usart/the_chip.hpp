// The chip of the family that a test is compiled for: the same tests run on each.
#pragma once

#include "tests/firmware/usart/stm32f4.hpp"

namespace sesame::board::model {

using TheChip = Stm32f4;

}  // namespace sesame::board::model
