// Where a PIN comes from: an option, standard input, a variable of the environment, or a person at the
// terminal.
#pragma once

#include <optional>

#include "host/base/secret.hpp"
#include "host/cli/option_groups.hpp"

namespace sesame::cli {

// 4 to 12 digits, or a Failure that does not repeat them. Asks without echo where no option says anything and
// standard input is a terminal; where it is not, that is a Failure too. The PIN is then in no other place:
// not in the options, nor in the environment.
SecretString take_pin(PinOptions& options);

// True: none need be typed; false: the user types one at the terminal. With neither, the Failure of
// take_pin().
bool is_given(const PinOptions& options);

inline constexpr int kNoInterruption = -1;
// The same for a card in a reader, which `--pin` is not for: unless `interruption`, a descriptor, becomes
// readable before there is a PIN; then nothing.
std::optional<SecretString> take_pin_unless(PinOptions& options, int interruption);

}  // namespace sesame::cli
