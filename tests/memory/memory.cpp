#include "tests/memory/memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace sesame::memory {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kIsThere = std::uint64_t{3} << 62;  // in memory, or swapped out (proc_pid_pagemap)

io::Descriptor open_of(pid_t process, const char* name) {
  const std::string path = "/proc/" + std::to_string(process) + "/" + name;
  io::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw std::runtime_error(path + ": cannot be opened");
  return file;
}

std::string all_of(const io::Descriptor& file) {
  std::string text;
  std::array<char, 8192> buffer;
  for (ssize_t got = 0;
       (got = ::pread(file.get(), buffer.data(), buffer.size(), static_cast<off_t>(text.size()))) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

}  // namespace

Memory::Memory(pid_t process)
    : maps_(open_of(process, "maps")),
      content_(open_of(process, "mem")),
      present_(open_of(process, "pagemap")),
      command_line_(open_of(process, "cmdline")) {}

void Memory::each(const Look& look) const {
  std::istringstream maps(all_of(maps_));
  for (std::string line; std::getline(maps, line);) {
    std::uint64_t begin = 0, end = 0;
    char dash = 0;
    std::string rights, offset, device, file, name;
    std::istringstream words(line);
    words >> std::hex >> begin >> dash >> end >> rights >> offset >> device >> file >> name;
    if (rights.size() == 4 && rights[1] == 'w') pages_of(name, begin, end, look);
  }
}

void Memory::pages_of(const std::string& name, std::uint64_t begin, std::uint64_t end,
                      const Look& look) const {
  const std::size_t count = (end - begin) / kPage;
  std::vector<std::uint64_t> pages(count);
  const auto size = static_cast<ssize_t>(count * sizeof pages[0]);
  if (::pread(present_.get(), pages.data(), count * sizeof pages[0],
              static_cast<off_t>(begin / kPage * sizeof pages[0])) != size) {
    throw std::runtime_error(name + ": its pages are not known");
  }
  const auto there = [](std::uint64_t page) { return (page & kIsThere) != 0; };
  for (auto first = pages.begin(); (first = std::find_if(first, pages.end(), there)) != pages.end();) {
    const auto last = std::find_if_not(first, pages.end(), there);
    const std::uint64_t address = begin + static_cast<std::uint64_t>(first - pages.begin()) * kPage;
    std::vector<std::uint8_t> content(static_cast<std::size_t>(last - first) * kPage);
    if (::pread(content_.get(), content.data(), content.size(), static_cast<off_t>(address)) !=
        static_cast<ssize_t>(content.size())) {
      throw std::runtime_error(name + ": cannot be read");
    }
    look(name, address, content);
    first = last;
  }
}

std::string Memory::text(std::uint64_t address, std::size_t size) const {
  std::string text(size, '\0');
  const ssize_t got = ::pread(content_.get(), text.data(), size, static_cast<off_t>(address));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::string Memory::command_line() const {
  std::string text = all_of(command_line_);
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

}  // namespace sesame::memory
