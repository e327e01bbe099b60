// What PC/SC says went wrong, for the person at the command: one sentence for each code, and an exit status.
#pragma once

#include <string>
#include <string_view>

#include <winscard.h>

#include "host/base/failure.hpp"

namespace sesame::pcsc {

// `code` is any SCARD_E_*, SCARD_W_*, SCARD_F_* or SCARD_P_* of pcsclite.h; another one is given as a number.
// `reader` is the reader that it is about, or empty.
Failure failure(LONG code, std::string_view reader = {});

}  // namespace sesame::pcsc
