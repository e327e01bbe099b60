// Bytes between a socket and its parser. A PIN may be among them: what was taken out is overwritten at once.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "firmware/core/bytes.hpp"

namespace sesame::sim {

class ReadBuffer {
 public:
  static constexpr std::size_t kCapacity = 16'384;

  ReadBuffer() : bytes_(new char[kCapacity]) {}
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;
  ~ReadBuffer() { clear(); }

  // Where to read to; what was read there is then committed. It stays there until the next call, whatever is
  // consumed meanwhile.
  std::span<char> room() {
    std::memmove(bytes_.get(), bytes_.get() + begin_, size());
    const std::size_t moved = std::exchange(begin_, 0);
    wipe(bytes_.get() + end_ - moved, moved);
    end_ -= moved;
    return {bytes_.get() + end_, kCapacity - end_};
  }
  void commit(std::size_t count) { end_ += count; }

  bool empty() const { return size() == 0; }
  std::string_view view() const { return {bytes_.get() + begin_, size()}; }
  void consume(std::size_t count) {
    wipe(bytes_.get() + begin_, count);
    begin_ += count;
  }
  void clear() { consume(size()); }

 private:
  std::size_t size() const { return end_ - begin_; }

  std::unique_ptr<char[]> bytes_;  // not initialized: pages that were never written cost nothing
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace sesame::sim
