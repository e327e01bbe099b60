#include "firmware/core/cap/tds.hpp"

namespace sesame::cap {

namespace {

// Takes nibbles, and runs the CBC whenever a block is full.
class NibbleMac {
 public:
  explicit NibbleMac(const crypto::DesBlock& key) : des_(key) {}

  void add(std::uint8_t nibble) {
    std::uint8_t& byte = block_[nibbles_ / 2];
    byte ^= static_cast<std::uint8_t>(nibbles_ % 2 == 0 ? nibble << 4 : nibble);
    if (++nibbles_ == 16) {
      block_ = des_.encrypt(block_);
      nibbles_ = 0;
    }
  }

  crypto::DesBlock finish() {
    if (nibbles_ % 2 != 0) add(0xF);
    add(0x8);
    while (nibbles_ != 0) add(0x0);
    return block_;
  }

 private:
  crypto::Des des_;
  crypto::DesBlock block_{};  // the chaining value, with the nibbles of this block mixed in
  std::size_t nibbles_ = 0;
};

}  // namespace

crypto::DesBlock mix_tds(const crypto::DesBlock& ac, std::span<const TdsNumber> numbers) {
  NibbleMac mac(ac);
  bool first = true;
  for (const TdsNumber& number : numbers) {
    if (!first) mac.add(0xF);
    first = false;
    for (const char digit : number) mac.add(static_cast<std::uint8_t>(digit - '0'));
  }
  return mac.finish();
}

}  // namespace sesame::cap
