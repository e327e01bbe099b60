// Bytes, and fixed-capacity buffers of them. Nothing here allocates.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sesame {

// Bytes owned elsewhere. Valid only as long as the owner says so.
using Bytes = std::span<const std::uint8_t>;

inline bool equal(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

inline bool starts_with(Bytes bytes, Bytes prefix) {
  return bytes.size() >= prefix.size() && equal(bytes.first(prefix.size()), prefix);
}

// Overwrites memory in a way the optimizer may not remove: it must assume that the memory is read afterwards.
inline void wipe(void* memory, std::size_t size) {
  __builtin_memset(memory, 0, size);
  __asm__ __volatile__("" : : "r"(memory) : "memory");
}

// Up to `Capacity` elements, stored inside. An append that does not fit changes nothing and says so.
template <class Element, std::size_t Capacity>
class FixedVector {
 public:
  constexpr FixedVector() = default;

  static constexpr std::size_t capacity() { return Capacity; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool full() const { return size_ == Capacity; }

  constexpr const Element* begin() const { return elements_.data(); }
  constexpr const Element* end() const { return elements_.data() + size_; }
  constexpr const Element* data() const { return elements_.data(); }
  constexpr Element* data() { return elements_.data(); }
  constexpr const Element& operator[](std::size_t i) const { return elements_[i]; }
  constexpr Element& operator[](std::size_t i) { return elements_[i]; }
  constexpr const Element& back() const { return elements_[size_ - 1]; }

  constexpr operator std::span<const Element>() const { return {elements_.data(), size_}; }
  constexpr std::span<const Element> view() const { return {elements_.data(), size_}; }

  [[nodiscard]] constexpr bool push(const Element& element) {
    if (full()) return false;
    elements_[size_++] = element;
    return true;
  }
  [[nodiscard]] constexpr bool append(std::span<const Element> more) {
    if (more.size() > Capacity - size_) return false;
    std::copy(more.begin(), more.end(), elements_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += more.size();
    return true;
  }
  [[nodiscard]] constexpr bool assign(std::span<const Element> all) {
    if (all.size() > Capacity) return false;
    size_ = 0;
    return append(all);
  }
  constexpr void pop() {
    if (size_ > 0) elements_[--size_] = Element{};
  }
  constexpr void clear() { size_ = 0; }
  // Also overwrites what was stored, used or not.
  void wipe() {
    sesame::wipe(elements_.data(), sizeof elements_);
    size_ = 0;
  }

 private:
  std::array<Element, Capacity> elements_{};
  std::size_t size_ = 0;
};

template <std::size_t Capacity>
using Buffer = FixedVector<std::uint8_t, Capacity>;

// A vector for a PIN, a key or a code: wipes itself, is never copied, has no text form.
template <class Element, std::size_t Capacity>
class SecretVector : public FixedVector<Element, Capacity> {
 public:
  SecretVector() = default;
  SecretVector(const SecretVector&) = delete;
  SecretVector& operator=(const SecretVector&) = delete;
  ~SecretVector() { this->wipe(); }
  void clear() { this->wipe(); }
};

}  // namespace sesame
