// What a user should know before typing the PIN of a real card into a computer.
#pragma once

namespace sesame::cli {

// One line on standard error, once for each user: that it was shown is remembered beside the state files.
// Where that cannot be remembered it is shown again.
void show_real_card_notice();

}  // namespace sesame::cli
