// The end: an exception of the processor, an unexpected interrupt, an abort.
#pragma once

namespace sesame::hal {

// Card contacts off, display off, then nothing until a reset: a reader that is not sure of itself sends no
// PIN.
[[noreturn]] void fatal();

}  // namespace sesame::hal
