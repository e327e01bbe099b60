// What is compiled with the drivers: their handlers, as the vector table has them. And, of what they call,
// that which is not on the model: display, battery, and the end of everything, of which fatal.cpp is the part
// that only a processor can do.
#pragma once

namespace sesame::board::model {

void (*handler_of(unsigned vector))();

}  // namespace sesame::board::model
