#include "host/cli/code_run.hpp"
#include "host/cli/commands.hpp"
#include "host/profile/card_spec.hpp"

namespace sesame::cli {

void code(CodeOptions& options) {
  CodeRun run(options);
  const bool of_a_person = options.reader.reader || is_transcript(options.card);
  run.make("code", options.trace, masking(of_a_person, options.keep));
  run.print();
}

}  // namespace sesame::cli
