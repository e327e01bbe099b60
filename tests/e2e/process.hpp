// Runs `sesame` as a user would: a process with arguments, an environment of its own and a folder of its own.
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sesame::e2e {

struct Outcome {
  int status = -1;  // exit status; 128 + n where signal n ended it
  std::string out, err;
};

// A temporary folder, removed in the end; XDG_STATE_HOME of what runs in it, unless `variables` says
// otherwise.
class Sandbox {
 public:
  Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const;
  std::string read(const std::string& name) const;

  Outcome sesame(const std::vector<std::string>& arguments, const std::string& input = "",
                 const std::map<std::string, std::string>& variables = {}) const;
  // The same, ended by SIGKILL after a delay, if it has not ended before.
  Outcome killed_after(const std::vector<std::string>& arguments, std::chrono::microseconds delay) const;
  // Only started; `files` says where it reads and prints.
  pid_t spawn(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& variables,
              const posix_spawn_file_actions_t& files) const;
  // So many at the same time.
  std::vector<Outcome> at_once(const std::vector<std::string>& arguments, std::size_t count) const;

 private:
  std::filesystem::path path_;
};

}  // namespace sesame::e2e
