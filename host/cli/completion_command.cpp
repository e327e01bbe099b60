#include <memory>

#include "host/cli/commands.hpp"
#include "host/cli/completion.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct CompletionOptions {
  std::string shell;
  CommandDescription program;
};

void completion(const CompletionOptions& options) {
  const auto& make = options.shell == "bash"  ? bash_completion
                     : options.shell == "zsh" ? zsh_completion
                                              : fish_completion;
  std::string script = make(options.program);
  script.pop_back();
  print_lines(script);
}

}  // namespace

void add_completion(const Command& program) {
  const auto options = std::make_shared<CompletionOptions>();
  const Command command(program, "completion", "print what makes a shell complete commands and options");
  command.footer(
      "bash: source <(sesame completion bash); zsh the same; fish: sesame completion fish | source");
  command.option("SHELL", options->shell, "bash, zsh or fish")
      .one_of("SHELL", {"bash", "zsh", "fish"})
      .type("bash|zsh|fish")
      .required();
  command.run([options] { completion(*options); },
              [options, program] { options->program = program.describe(); });
}

}  // namespace sesame::cli
