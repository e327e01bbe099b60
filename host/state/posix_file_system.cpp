#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "host/state/file_system.hpp"

namespace sesame::state {
namespace {

template <class Number>
Number result(Number number) {
  return number < 0 ? -static_cast<Number>(errno) : number;
}

// The lock belongs to the open file description (fcntl(2), F_OFD_SETLK), so that two stores of one
// process exclude each other too, and closing one does not unlock the other as POSIX locks would.
int set_lock(int handle, int command) {
  struct flock whole_file {};
  whole_file.l_type = F_WRLCK;
  whole_file.l_whence = SEEK_SET;
  return result(::fcntl(handle, command, &whole_file));
}

void* wait_in_kernel(void* handle) {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);  // the program's handlers stay on its own threads
  while (set_lock(*static_cast<const int*>(handle), F_OFD_SETLKW) == -EINTR) {
  }
  return nullptr;
}

// fcntl() has no deadline. A thread waits in it, in the kernel's queue, where no unlocking can be
// missed as between two tries; waiting for the thread has a deadline. F_OFD_SETLKW is a
// cancellation point in glibc, so nothing remains of a wait given up: no thread, no handle, no late
// lock. No signal handler, timer or child process is needed, so this is safe in any program.
int wait_for_lock(int handle, std::chrono::milliseconds wait) {
  const auto end = std::chrono::steady_clock::now().time_since_epoch() + wait;  // CLOCK_MONOTONIC
  const auto seconds = std::chrono::floor<std::chrono::seconds>(end);
  const timespec deadline{seconds.count(), std::chrono::nanoseconds(end - seconds).count()};
  pthread_t waiter{};
  if (::pthread_create(&waiter, nullptr, wait_in_kernel, &handle) != 0) {
    return -ENOMEM;  // not its EAGAIN, which would mean locked
  }
  if (::pthread_clockjoin_np(waiter, nullptr, CLOCK_MONOTONIC, &deadline) != 0) {
    ::pthread_cancel(waiter);
    ::pthread_join(waiter, nullptr);
  }
  // Whether the thread got it, failed, or got it while being cancelled: to lock again what this
  // handle has locked is no error.
  return set_lock(handle, F_OFD_SETLK);
}

class PosixFileSystem final : public FileSystem {
 public:
  int read_link(const std::string& path, std::string& target) override {
    std::array<char, PATH_MAX> buffer{};
    const auto size = result(::readlink(path.c_str(), buffer.data(), buffer.size()));
    if (size < 0) return static_cast<int>(size);
    target.assign(buffer.data(), static_cast<std::size_t>(size));
    return 0;
  }

  int make_directory(const std::string& path) override { return result(::mkdir(path.c_str(), S_IRWXU)); }

  // O_NONBLOCK: a named pipe is to be refused as not a state file, not waited for.
  int open(const std::string& path) override {
    return result(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  }

  int create(const std::string& path) override {
    return result(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
  }

  std::ptrdiff_t read(int handle, char* bytes, std::size_t size) override {
    return result(::read(handle, bytes, size));
  }

  std::ptrdiff_t write(int handle, const char* bytes, std::size_t size) override {
    return result(::write(handle, bytes, size));
  }

  int sync(int handle) override { return result(::fsync(handle)); }

  int close(int handle) override {
    const int closed = result(::close(handle));
    return closed == -EINTR ? 0 : closed;  // Linux has closed it; again might close another one
  }

  int rename(const std::string& from, const std::string& to) override {
    return result(::rename(from.c_str(), to.c_str()));
  }

  int unlink(const std::string& path) override { return result(::unlink(path.c_str())); }

  int sync_directory(const std::string& path) override {
    const int handle = result(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (handle < 0) return handle;
    const int synced = result(::fsync(handle));
    ::close(handle);
    return synced;
  }

  int lock(const std::string& path, std::chrono::milliseconds wait) override {
    const int handle =
        result(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (handle < 0) return handle;
    int locked = set_lock(handle, F_OFD_SETLK);
    if (locked == -EAGAIN && wait > wait.zero()) locked = wait_for_lock(handle, wait);
    if (locked == 0) return handle;
    ::close(handle);
    return locked;
  }

  int is_locked(int handle, const std::string& path) override {
    struct stat locked {};
    struct stat named {};
    if (::fstat(handle, &locked) != 0) return -errno;
    if (::stat(path.c_str(), &named) != 0) return errno == ENOENT ? 0 : -errno;
    return locked.st_dev == named.st_dev && locked.st_ino == named.st_ino ? 1 : 0;
  }
};

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem file_system;
  return file_system;
}

}  // namespace sesame::state
