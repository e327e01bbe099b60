#include "sim/cli/browser.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "host/terminal/output.hpp"

namespace sesame::sim {

void open_in_browser(const std::string& url) {
  std::string program = "xdg-open", page = url;
  const std::array<char*, 3> arguments{program.data(), page.data(), nullptr};
  // What serves has signals blocked, which a browser is not to inherit; nor does it write into what we print.
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t files;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_init(&files);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
    ::posix_spawn_file_actions_addopen(&files, output, "/dev/null", O_WRONLY, 0);
  }
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, program.c_str(), &files, &attributes, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) terminal::note_line(fmt::format("sesame: no {} here: the page is at {}", program, url));
}

}  // namespace sesame::sim
