// Preloaded into `sesame`: a line in $SESAME_SYNC_LOG for each fsync() of a file or a folder, each rename(),
// and whenever something is printed on standard output; in the order in which they happen.
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace {

void note(const char* what, const char* of) {
  const char* const path = getenv("SESAME_SYNC_LOG");
  if (path == nullptr) return;
  const int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  char line[PATH_MAX + 64];
  const int size = snprintf(line, sizeof line, "%s %s\n", what, of);
  static_cast<void>(!write(log, line, static_cast<size_t>(size)));
  close(log);
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int fsync(int descriptor) {
  char link[64], path[PATH_MAX] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size > 0) note("sync", path);
  return next<int (*)(int)>("fsync")(descriptor);
}

extern "C" int rename(const char* from, const char* to) noexcept {
  note("rename", to);
  return next<int (*)(const char*, const char*)>("rename")(from, to);
}

extern "C" ssize_t write(int descriptor, const void* bytes, size_t size) {
  if (descriptor == STDOUT_FILENO) note("shown", "");
  return next<ssize_t (*)(int, const void*, size_t)>("write")(descriptor, bytes, size);
}
