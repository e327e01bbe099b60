#include "host/cli/command_line.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>
#include <sstream>
#include <string_view>
#include <utility>

#include "host/cli/arguments.hpp"
#include "host/cli/exit.hpp"
#include "host/cli/text.hpp"
#include "host/io/private_memory.hpp"

namespace sesame::cli {

namespace {

std::function<void()> parsed_command;

}  // namespace

void when_parsed(std::function<void()> command) { parsed_command = std::move(command); }

bool is_secret(std::string_view option) {
  static constexpr std::string_view kSecrets[] = {"--pin", "--imk",   "--mk",
                                                  "--sk",  "--token", "--party-token"};
  return std::find(std::begin(kSecrets), std::end(kSecrets), option) != std::end(kSecrets);
}

namespace {

// --help and --version: to standard output, and an error where it cannot be written.
void print_asked(CLI::App& app, const CLI::Success& asked) {
  std::ostringstream text;
  app.exit(asked, text, text);
  std::string all = text.str();
  while (all.ends_with('\n')) all.pop_back();
  print_lines(all);
}

// An asterisk is left, whatever the length was.
void hide(char* secret) {
  const std::size_t size = std::strlen(secret);
  wipe(secret, size);
  if (size > 0) secret[0] = '*';
}

void hide_secrets(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::size_t equals = argument.find('=');
    if (!is_secret(argument.substr(0, equals))) continue;
    if (equals != std::string_view::npos) {
      hide(argv[i] + equals + 1);
    } else if (i + 1 < argc) {
      hide(argv[++i]);
    }
  }
}

void parse(std::unique_ptr<CLI::App> app, int argc, char** argv) try {
  cli::parse(*app, argc, argv);
} catch (const CLI::Success& asked) {
  print_asked(*app, asked);
}

}  // namespace

int run(std::unique_ptr<CLI::App> app, int argc, char** argv) {
  const auto fail = [](Exit exit, const std::string& line) {
    io::wipe_stack();
    try {
      note_line("sesame: " + line);
    } catch (const Failure&) {
      // There is nowhere left to say it; the status does.
    }
    return static_cast<int>(exit);
  };
  try {
    parse(std::move(app), argc, argv);
    hide_secrets(argc, argv);
    io::wipe_stack();
    if (parsed_command) parsed_command();
    io::wipe_stack();
    return static_cast<int>(Exit::ok);
  } catch (const Failure& failure) {
    return fail(exit_of(failure.kind()), line_of(failure));
  } catch (const Ended& ended) {
    return fail(ended.exit, ended.line);
  } catch (const std::bad_alloc&) {
    return fail(Exit::environment, "out of memory");
  } catch (const std::exception& error) {
    return fail(Exit::environment, fmt::format("unexpected: {}", error.what()));
  }
}

}  // namespace sesame::cli
