// The memory of another process: what it can write to, and is there. Heap, stacks of all threads, static
// data, and with them its arguments and its environment.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include "firmware/core/bytes.hpp"
#include "host/io/descriptor.hpp"

namespace sesame::memory {

// A process that has asked not to be read (PR_SET_DUMPABLE) can be opened by root alone. What was opened
// before can still be read: made while the process stands at its exec, this needs no privilege.
class Memory {
 public:
  explicit Memory(pid_t process);

  // Every run of pages, with the name of what they belong to: "[heap]", "[stack]", a file, "" where it has
  // none. The process should stand still.
  using Look = std::function<void(const std::string& name, std::uint64_t address, Bytes content)>;
  void each(const Look& look) const;
  std::string text(std::uint64_t address, std::size_t size) const;

  // As every user of the machine sees it, NULs as blanks.
  std::string command_line() const;

 private:
  void pages_of(const std::string& name, std::uint64_t begin, std::uint64_t end, const Look& look) const;

  io::Descriptor maps_, content_, present_, command_line_;
};

}  // namespace sesame::memory
