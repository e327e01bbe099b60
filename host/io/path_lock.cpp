#include "host/io/path_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "host/base/failure.hpp"

namespace sesame::io {

namespace {

// Whether the file that is open is the one at the path: its holder may have removed it.
bool is_at(const Descriptor& file, const std::string& path) {
  struct stat held {};
  struct stat there {};
  return ::fstat(file.get(), &held) == 0 && ::stat(path.c_str(), &there) == 0 &&
         held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

[[noreturn]] void cannot_lock(const std::string& path, const char* what, int error) {
  throw Failure(Failure::environment,
                fmt::format("{}: {}: {}", path, what, std::generic_category().message(error)));
}

}  // namespace

PathLock::PathLock(const std::string& path, const std::string& what) : name_(path + ".lock") {
  do {
    file_ = Descriptor(::open(name_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file_.is_open()) cannot_lock(path, "its lock cannot be made", errno);
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) == 0) continue;
    if (errno != EWOULDBLOCK) cannot_lock(path, "cannot be locked", errno);
    throw Failure(Failure::environment, fmt::format("{}: another {} is served there", path, what));
  } while (!is_at(file_, name_));
}

PathLock::~PathLock() { ::unlink(name_.c_str()); }

}  // namespace sesame::io
