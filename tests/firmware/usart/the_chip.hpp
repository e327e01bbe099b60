// The chip of the family that a test is compiled for: the same tests run on each.
#pragma once

#ifdef SESAME_STM32L4
#include "tests/firmware/usart/stm32l4.hpp"
#else
#include "tests/firmware/usart/stm32f4.hpp"
#endif

namespace sesame::board::model {

#ifdef SESAME_STM32L4
using TheChip = Stm32l4;
#else
using TheChip = Stm32f4;
#endif

}  // namespace sesame::board::model
