// The system calls that the durable store makes, one function each: what tests replace to fail them
// one by one, or to pull the plug between two of them.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

namespace sesame::state {

// As in the kernel, a result below zero is an errno with its sign changed. Any function but close()
// may answer -EINTR, and is then called again; read() and write() may do less than they were asked.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual int read_link(const std::string& path, std::string& target) = 0;  // -EINVAL: not a link
  virtual int make_directory(const std::string& path) = 0;                  // mode 0700
  virtual int open(const std::string& path) = 0;    // for reading: a handle, to be closed
  virtual int create(const std::string& path) = 0;  // for writing, emptied, mode 0600: a handle
  virtual std::ptrdiff_t read(int handle, char* bytes, std::size_t size) = 0;  // 0: end of file
  virtual std::ptrdiff_t write(int handle, const char* bytes, std::size_t size) = 0;
  virtual int sync(int handle) = 0;   // contents of the file are on the disk
  virtual int close(int handle) = 0;  // whatever it answers, the handle is closed
  virtual int rename(const std::string& from, const std::string& to) = 0;
  virtual int unlink(const std::string& path) = 0;
  virtual int sync_directory(const std::string& path) = 0;  // its entries are on the disk

  // Creates the file if need be and locks it, against every other lock() of it in this process or
  // another, until the handle is closed. -EAGAIN: still locked after `wait`; zero tries once.
  // A child that is forked meanwhile, and does not exec, holds the lock as well.
  virtual int lock(const std::string& path, std::chrono::milliseconds wait) = 0;
  // 1 as long as `path` still names the file locked; 0 when it was removed or replaced, so that
  // another process may hold a lock too.
  virtual int is_locked(int handle, const std::string& path) = 0;
};

FileSystem& posix_file_system();

// A handle, or an error, that is closed in the end.
class FileHandle {
 public:
  FileHandle(FileSystem& file_system, int handle) : file_system_(file_system), handle_(handle) {}
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  ~FileHandle() { close(); }

  int get() const { return handle_; }
  int close() { return handle_ < 0 ? 0 : file_system_.close(std::exchange(handle_, -1)); }

 private:
  FileSystem& file_system_;
  int handle_;
};

}  // namespace sesame::state
