#include "host/cli/code_run.hpp"
#include "host/cli/commands.hpp"

namespace sesame::cli {

void code(const CodeOptions& options) {
  CodeRun run(options);
  const bool real_card = options.reader.reader.has_value();
  run.make("code", {real_card && !options.keep.pan, real_card && !options.keep.name});
  run.print();
}

}  // namespace sesame::cli
