// Whether there is a terminal that can show a reader.
#pragma once

namespace sesame::sim {

// Failure, with what to do: usage where standard input and output are no terminal; environment where $TERM is
// not set, where nothing is known of the terminal that it names, or where that cannot move its cursor, as
// `dumb` cannot.
void check_terminal();

}  // namespace sesame::sim
