// PATH.lock, held as long as something is served at PATH: by one process at a time, which may replace what a
// killed one left there. It goes with its holder.
#pragma once

#include <string>

#include "host/io/descriptor.hpp"

namespace sesame::io {

class PathLock {
 public:
  // Failure (environment): another process has it, whose `what` is served there ("reader"), or the system
  // says no.
  PathLock(const std::string& path, const std::string& what);
  PathLock(const PathLock&) = delete;
  PathLock& operator=(const PathLock&) = delete;
  ~PathLock();

 private:
  std::string name_;
  Descriptor file_;
};

}  // namespace sesame::io
