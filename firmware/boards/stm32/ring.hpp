// A queue from an interrupt handler to the loop, without a lock: each side writes its own index only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace sesame::board {

template <class Item, std::uint8_t kCapacity>
class Ring {
  static_assert(kCapacity <= 128 && (kCapacity & (kCapacity - 1)) == 0, "indices wrap at 256");

 public:
  // The handler's. Only where it is not full.
  bool full() const { return static_cast<std::uint8_t>(end_ - begin_) == kCapacity; }
  void push(Item item) {
    const std::uint8_t end = end_;
    items_[end % kCapacity] = item;
    end_ = static_cast<std::uint8_t>(end + 1);
  }
  // The loop's.
  std::optional<Item> pop() {
    const std::uint8_t begin = begin_;
    if (begin == end_) return std::nullopt;
    const Item item = items_[begin % kCapacity];
    items_[begin % kCapacity] = Item{};  // it may have been a digit of a PIN
    begin_ = static_cast<std::uint8_t>(begin + 1);
    return item;
  }
  void clear() { begin_ = end_; }

 private:
  volatile Item items_[kCapacity] = {};  // volatile accesses keep their order
  volatile std::uint8_t begin_ = 0, end_ = 0;
};

}  // namespace sesame::board
