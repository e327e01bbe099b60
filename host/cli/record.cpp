#include "host/cli/code_run.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

// A recording is worth something only if it gives the code again: tried before success is reported.
void record(const CodeOptions& options) {
  if (!is_transcript(*options.trace)) {
    throw Failure(Exit::usage, fmt::format("record: {}: a transcript is told by its name: call it {}.apdu",
                                           *options.trace, *options.trace));
  }
  CodeRun run(options);
  run.make("record", {!options.keep.pan, !options.keep.name});
  const std::string again = run.replay(*options.trace);
  if (again != run.code()) {
    throw Failure(Exit::refused,
                  fmt::format("{}: replayed, it gives another code than the card: {} instead of {}",
                              *options.trace, again, run.code()));
  }
  run.print();
}

}  // namespace sesame::cli
