#include "sim/scenario/write_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "host/failure.hpp"
#include "host/posix/descriptor.hpp"

namespace sesame::sim {

namespace {

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A pipe or a device has no old content to keep.
bool is_special(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode);
}

}  // namespace

void write_file(const std::string& path, std::string_view text) {
  const std::string beside = is_special(path) ? path : path + ".new";
  const auto fail = [&] {
    const int error = errno;
    if (beside != path) ::unlink(beside.c_str());
    throw Failure(Exit::environment,
                  fmt::format("{}: cannot be written: {}", path, std::generic_category().message(error)));
  };
  posix::Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666));
  if (!file.is_open() || !write_all(file.get(), text)) fail();
  file.close();
  if (beside != path && std::rename(beside.c_str(), path.c_str()) != 0) fail();
}

}  // namespace sesame::sim
