// Bytes between a socket and its parser. A PIN may be among them: what was taken out is overwritten at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "firmware/core/bytes.hpp"

namespace sesame::sim {

class ReadBuffer {
 public:
  static constexpr std::size_t kCapacity = 16'384;

  ReadBuffer() : bytes_(new char[kCapacity]) {}
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;
  ~ReadBuffer() { clear(); }

  // Where to read to; what was read there is then committed.
  std::span<char> room() { return {bytes_.get() + size_, kCapacity - size_}; }
  void commit(std::size_t count) { size_ += count; }

  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {bytes_.get(), size_}; }
  void consume(std::size_t count) {
    std::memmove(bytes_.get(), bytes_.get() + count, size_ - count);
    wipe(bytes_.get() + size_ - count, count);
    size_ -= count;
  }
  void clear() { consume(size_); }

 private:
  std::unique_ptr<char[]> bytes_;  // not initialized: pages that were never written cost nothing
  std::size_t size_ = 0;
};

}  // namespace sesame::sim
