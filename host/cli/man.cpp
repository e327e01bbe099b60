#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>

#include "host/cli/commands.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/man_page.hpp"
#include "host/cli/text.hpp"

namespace sesame::cli {

namespace {

struct ManOptions {
  std::vector<std::string> command;
  std::optional<std::string> folder;
  CommandDescription program;
};

const CommandDescription& find(const CommandDescription& program, const std::vector<std::string>& words) {
  const CommandDescription* found = &program;
  for (const std::string& word : words) {
    const CommandDescription* next = nullptr;
    for (const CommandDescription& each : found->commands) {
      if (each.words.back() == word) next = &each;
    }
    if (next == nullptr)
      usage(fmt::format("man: {} has no such command; see {} --help", fmt::join(found->words, " "),
                        fmt::join(found->words, " ")));
    found = next;
  }
  return *found;
}

void write(const CommandDescription& command, const std::string& version, const std::string& folder) {
  const std::string path = fmt::format("{}/{}.1", folder, page_name(command));
  std::ofstream file(path);
  file << man_page(command, version);
  file.close();
  if (!file)
    throw Failure(Failure::environment, fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  for (const CommandDescription& each : command.commands) write(each, version, folder);
}

void man(const ManOptions& options) {
  const CommandDescription& command = find(options.program, options.command);
  const std::string& version = options.program.version;
  if (options.folder) return write(command, version, *options.folder);
  std::string page = man_page(command, version);
  page.pop_back();
  print_lines(page);
}

}  // namespace

void add_man(const Command& program) {
  const auto options = std::make_shared<ManOptions>();
  const Command command(program, "man", "print the manual page of a command, or of the program");
  command.footer("To read one: sesame man card new | man -l -");
  command.option("COMMAND", options->command, "its name, in one word or several");
  command.option("--write", options->folder, "write it, and those of all commands below, into this folder")
      .type("DIR");
  command.run([options] { man(*options); }, [options, program] { options->program = program.describe(); });
}

}  // namespace sesame::cli
