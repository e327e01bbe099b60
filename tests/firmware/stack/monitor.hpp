// QEMU's machine protocol, as far as it is needed to read the memory of a running image.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/io/descriptor.hpp"

namespace sesame::test {

class Monitor {
 public:
  // At the socket of `-qmp unix:PATH,server=on,wait=off`. What goes wrong is a std::runtime_error.
  explicit Monitor(const std::string& path);

  // So many bytes from this address on, by way of `file`, which is new.
  std::vector<std::uint8_t> memory(std::uint32_t address, std::size_t size, const std::string& file);

 private:
  void execute(const std::string& command);
  std::string line();

  io::Descriptor socket_;
  std::string read_;
};

}  // namespace sesame::test
