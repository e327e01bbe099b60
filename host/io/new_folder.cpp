#include "host/io/new_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "host/base/failure.hpp"
#include "host/io/descriptor.hpp"

namespace sesame::io {

namespace {

[[noreturn]] void cannot_make(const std::string& path, int error) {
  throw Failure(Failure::environment,
                fmt::format("{}: cannot be made: {}", path, std::generic_category().message(error)));
}

[[noreturn]] void is_there(const std::string& path) {
  throw Failure(Failure::invalid, fmt::format("{}: exists; name another folder", path));
}

std::string without_end(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

// Of file systems that do not know how, the folder's own rule has to do: one with files is not replaced.
int rename_to_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  struct stat found {};
  if (::lstat(to.c_str(), &found) == 0) return EEXIST;
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

NewFolder::NewFolder(std::string path) : path_(without_end(std::move(path))) {
  struct stat found {};
  if (::lstat(path_.c_str(), &found) == 0) is_there(path_);
  std::string made = path_ + ".XXXXXX";
  if (::mkdtemp(made.data()) == nullptr) cannot_make(path_, errno);
  beside_ = std::move(made);
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!beside_.empty()) std::filesystem::remove_all(beside_, ignored);
}

void NewFolder::add(const std::string& name, std::string_view text) const {
  const std::string path = beside_ + "/" + name;
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.is_open()) cannot_make(path_ + "/" + name, errno);
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno != EINTR) cannot_make(path_ + "/" + name, errno);
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// One sync of the file system costs less than one for each of many files.
void NewFolder::keep() {
  const Descriptor folder(::open(beside_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open() || ::syncfs(folder.get()) != 0) cannot_make(path_, errno);
  if (const int error = rename_to_new(beside_, path_); error != 0) {
    if (error == EEXIST || error == ENOTEMPTY) is_there(path_);
    cannot_make(path_, error);
  }
  beside_.clear();
  if (::syncfs(folder.get()) != 0) cannot_make(path_, errno);
}

}  // namespace sesame::io
