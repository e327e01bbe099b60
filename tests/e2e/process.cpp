#include "tests/e2e/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace sesame::e2e {

namespace fs = std::filesystem;

namespace {

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> environment(const fs::path& state,
                                     const std::map<std::string, std::string>& variables) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string::npos) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  all["XDG_STATE_HOME"] = state.string();
  for (const auto& [name, value] : variables) all[name] = value;
  std::vector<std::string> out;
  for (const auto& [name, value] : all) out.push_back(name + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

Sandbox::Sandbox() {
  std::string pattern = (fs::temp_directory_path() / "sesame-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

Sandbox::~Sandbox() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string Sandbox::write(const std::string& name, const std::string& content) const {
  std::ofstream(path_ / name, std::ios::binary) << content;
  return file(name);
}

std::string Sandbox::read(const std::string& name) const { return slurp(path_ / name); }

pid_t Sandbox::spawn(const std::vector<std::string>& arguments,
                     const std::map<std::string, std::string>& variables,
                     const posix_spawn_file_actions_t& files) const {
  std::vector<std::string> argv{SESAME_BINARY};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::vector<std::string> envp = environment(path_ / "state", variables);
  pid_t child = 0;
  if (::posix_spawn(&child, SESAME_BINARY, &files, nullptr, pointers(argv).data(), pointers(envp).data()) !=
      0) {
    throw std::runtime_error("sesame could not be started");
  }
  return child;
}

namespace {

// A process under way, and the folder with what it reads and prints.
struct Running {
  pid_t child = 0;
  fs::path folder;
};

Running start(const Sandbox& sandbox, const std::vector<std::string>& arguments, const std::string& input,
              const std::map<std::string, std::string>& variables) {
  std::string pattern = sandbox.file("run-XXXXXX");
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  Running running{0, pattern};
  std::ofstream(running.folder / "in", std::ios::binary) << input;

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  const auto open = [&](int descriptor, const char* name, int mode) {
    posix_spawn_file_actions_addopen(&files, descriptor, (running.folder / name).c_str(), mode, 0600);
  };
  open(STDIN_FILENO, "in", O_RDONLY);
  open(STDOUT_FILENO, "out", O_WRONLY | O_CREAT);
  open(STDERR_FILENO, "err", O_WRONLY | O_CREAT);
  running.child = sandbox.spawn(arguments, variables, files);
  posix_spawn_file_actions_destroy(&files);
  return running;
}

Outcome finish(const Running& running) {
  int status = 0;
  ::waitpid(running.child, &status, 0);
  Outcome outcome{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                  slurp(running.folder / "out"), slurp(running.folder / "err")};
  fs::remove_all(running.folder);
  return outcome;
}

}  // namespace

Outcome Sandbox::sesame(const std::vector<std::string>& arguments, const std::string& input,
                        const std::map<std::string, std::string>& variables) const {
  return finish(start(*this, arguments, input, variables));
}

Outcome Sandbox::killed_after(const std::vector<std::string>& arguments,
                              std::chrono::microseconds delay) const {
  const Running running = start(*this, arguments, "", {});
  ::usleep(static_cast<useconds_t>(delay.count()));  // any moment will do: nothing here depends on which
  ::kill(running.child, SIGKILL);
  return finish(running);
}

std::vector<Outcome> Sandbox::at_once(const std::vector<std::string>& arguments, std::size_t count) const {
  std::vector<Running> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(start(*this, arguments, "", {}));
  std::vector<Outcome> outcomes;
  for (const Running& running : all) outcomes.push_back(finish(running));
  return outcomes;
}

}  // namespace sesame::e2e
