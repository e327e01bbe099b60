// Bytes between a socket and its parser. A PIN may be among them: what was taken out is overwritten at once.
// So malloc() gives the memory: what `new` gave is overwritten as a whole where it is given back
// (wiped_heap.cpp), with the pages that nothing was ever written to, which cost nothing before that.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include "firmware/core/bytes.hpp"

namespace sesame::sim {

class ReadBuffer {
 public:
  static constexpr std::size_t kCapacity = 16'384;

  ReadBuffer() : bytes_(allocate(kFirst)), capacity_(kFirst) {}
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;
  ~ReadBuffer() { clear(); }

  // Where to read to; whatever was read there must then be committed. It stays there until the next call,
  // whatever is consumed meanwhile.
  std::span<char> room() {
    if (size() == capacity_ && capacity_ < kCapacity) grow();
    std::memmove(bytes_.get(), bytes_.get() + begin_, size());
    const std::size_t moved = std::exchange(begin_, 0);
    wipe(bytes_.get() + end_ - moved, moved);
    end_ -= moved;
    return {bytes_.get() + end_, capacity_ - end_};
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
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };
  using Bytes = std::unique_ptr<char, Free>;

  static constexpr std::size_t kFirst = 2'048;  // most requests, with their heads, are shorter

  static Bytes allocate(std::size_t size) {
    Bytes bytes(static_cast<char*>(std::malloc(size)));
    if (!bytes) throw std::bad_alloc();
    return bytes;
  }

  std::size_t size() const { return end_ - begin_; }
  void grow() {
    Bytes larger = allocate(kCapacity);
    std::memcpy(larger.get(), bytes_.get() + begin_, size());
    const std::size_t kept = size();
    clear();
    bytes_ = std::move(larger);
    capacity_ = kCapacity;
    begin_ = 0;
    end_ = kept;
  }

  Bytes bytes_;
  std::size_t capacity_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace sesame::sim
