#include "tests/e2e/terminal.hpp"

#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace sesame::e2e {

Seen at_terminal(const Sandbox& sandbox, const std::vector<std::string>& arguments,
                 const std::function<std::string(pid_t)>& answer) {
  return at_terminal(sandbox, arguments, "PIN: ", answer);
}

Seen at_terminal(const Sandbox& sandbox, const std::vector<std::string>& arguments, const std::string& prompt,
                 const std::function<std::string(pid_t)>& answer) {
  int terminal = -1;
  const std::string state = sandbox.file("state");
  std::vector<char*> argv{const_cast<char*>("sesame")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    ::setenv("XDG_STATE_HOME", state.c_str(), 1);
    ::execv(SESAME_BINARY, argv.data());
    ::_exit(127);
  }
  if (child < 0) throw std::runtime_error("no terminal");
  Seen seen;
  bool answered = false;
  char buffer[256];
  for (ssize_t got = 0; (got = ::read(terminal, buffer, sizeof buffer)) > 0;) {
    seen.text.append(buffer, static_cast<std::size_t>(got));
    if (answered || seen.text.find(prompt) == std::string::npos) continue;
    answered = true;
    const std::string keys = answer(child);
    if (::write(terminal, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
      ::kill(child, SIGKILL);
  }
  termios after{};
  seen.echo_restored = ::tcgetattr(terminal, &after) == 0 && (after.c_lflag & ECHO) != 0;
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(terminal);
  seen.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return seen;
}

}  // namespace sesame::e2e
