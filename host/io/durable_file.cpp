#include "host/io/durable_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "host/base/failure.hpp"
#include "host/io/descriptor.hpp"

namespace sesame::io {

namespace {

[[noreturn]] void cannot_write(const std::string& path, int error) {
  throw Failure(Failure::environment,
                fmt::format("{}: cannot be written: {}", path, std::generic_category().message(error)));
}

// Some file systems cannot sync a folder (EINVAL), and need not: there is nothing more to be done.
int sync(int descriptor) {
  while (::fsync(descriptor) != 0) {
    if (errno != EINTR) return errno == EINVAL ? 0 : errno;
  }
  return 0;
}

int sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor open(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return open.is_open() ? sync(open.get()) : errno;
}

int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Written, synced and closed; an error, or 0.
int fill(Descriptor file, std::string_view text) {
  if (!file.is_open()) return errno;
  int error = write_all(file.get(), text);
  if (error == 0) error = sync(file.get());
  file.close();
  return error;
}

bool is_special(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode);
}

Descriptor open_to_replace(const std::string& path) {
  return Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666));
}

std::string beside(const std::string& path) { return path + ".new"; }

}  // namespace

void create_file(const std::string& path, std::string_view text) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600));
  if (!file.is_open() && errno == EEXIST) {
    throw Failure(Failure::invalid, fmt::format("{}: exists; name another file", path));
  }
  if (!file.is_open()) cannot_write(path, errno);
  int error = fill(std::move(file), text);
  if (error == 0) error = sync_folder_of(path);
  if (error == 0) return;
  ::unlink(path.c_str());
  cannot_write(path, error);
}

void replace_file(const std::string& path, std::string_view text) {
  if (is_special(path)) {
    const Descriptor file = open_to_replace(path);
    const int error = file.is_open() ? write_all(file.get(), text) : errno;
    if (error != 0) cannot_write(path, error);
    return;
  }
  if (const int error = fill(open_to_replace(beside(path)), text); error != 0) {
    ::unlink(beside(path).c_str());
    cannot_write(path, error);
  }
  rename_file(beside(path), path);
}

void check_replaceable(const std::string& path) {
  if (std::filesystem::is_directory(path)) cannot_write(path, EISDIR);
  if (is_special(path)) return;
  const Descriptor file = open_to_replace(beside(path));
  if (!file.is_open()) cannot_write(path, errno);
  ::unlink(beside(path).c_str());
}

void rename_file(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) {
    const int error = errno;
    ::unlink(from.c_str());
    cannot_write(to, error);
  }
  if (const int error = sync_folder_of(to); error != 0) cannot_write(to, error);
}

void sync_file(int descriptor, const std::string& path) {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) return;
  int error = sync(descriptor);
  if (error == 0) error = sync_folder_of(path);
  if (error != 0) cannot_write(path, error);
}

}  // namespace sesame::io
