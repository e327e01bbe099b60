#include "host/keys/mac.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace sesame::keys {
namespace {

template <std::size_t Size>
using Block = std::array<std::uint8_t, Size>;

constexpr std::size_t kAesBlock = 16;

template <std::size_t Size>
void exclusive_or(Block<Size>& block, Bytes other) {
  for (std::size_t i = 0; i < Size; ++i) {
    block[i] ^= other[i];
  }
}

// Continues a CBC chain over whole blocks: the last of the result, zeros if there is none.
template <std::size_t Size>
Block<Size> chained(Cipher& cipher, Bytes blocks) {
  Block<Size> last{};
  std::array<std::uint8_t, 64> piece;
  for (std::size_t count = 0; !blocks.empty(); blocks = blocks.subspan(count)) {
    count = std::min(blocks.size(), piece.size());
    cipher.encrypt(blocks.first(count), piece.data());
    std::copy_n(piece.data() + count - Size, Size, last.data());
  }
  return last;
}

// How many bytes at the head of a message are whole blocks before the last. With `fills`, a last
// block that the message fills stays the last; otherwise it is followed by one of padding.
std::size_t head_size(std::size_t message, std::size_t block, bool fills) {
  if (!fills) return message / block * block;
  return message == 0 ? 0 : (message - 1) / block * block;
}

// Multiplication by x in the field of RFC 4493, 2.3. No branch on the key's bits.
Key doubled(const Key& key) {
  Key result;
  const auto in = key.bytes();
  const auto out = result.bytes();
  for (std::size_t i = 0; i < Key::size; ++i) {
    const int carry = i + 1 < Key::size ? in[i + 1] >> 7 : (in[0] >> 7) * 0x87;
    out[i] = static_cast<std::uint8_t>((in[i] << 1) ^ carry);
  }
  return result;
}

// Both halves of the result are the left half of the key.
Key left_twice(const Key& key) {
  Key twice = key.clone();
  const auto bytes = twice.bytes();
  std::copy_n(bytes.begin(), kDesBlock, bytes.begin() + kDesBlock);
  return twice;
}

}  // namespace

MacKey::MacKey(MacAlgorithm algorithm, const Key& session_key)
    : key_(algorithm == MacAlgorithm::aes_cmac ? Either(std::in_place_type<Cmac>, session_key)
                                               : Either(std::in_place_type<Retail>, session_key)) {}

Mac MacKey::mac(Bytes message, Padding padding) {
  return std::visit([&](auto& key) { return key.mac(message, padding); }, key_);
}

void MacKey::rekey(const Key& session_key) {
  std::visit([&](auto& key) { key.rekey(session_key); }, key_);
}

MacKey::Retail::Retail(const Key& session_key)
    : chain_(Algorithm::tdes_cbc, left_twice(session_key)), last_(Algorithm::tdes_ecb, session_key) {}

void MacKey::Retail::rekey(const Key& session_key) {
  chain_.rekey(left_twice(session_key));
  last_.rekey(session_key);
  chained_ = false;
}

Mac MacKey::Retail::mac(Bytes message, Padding padding) {
  const std::size_t head = head_size(message.size(), kDesBlock, padding == Padding::method1);
  const Bytes tail = message.subspan(head);
  Block<kDesBlock> last{};
  std::copy(tail.begin(), tail.end(), last.begin());
  if (padding == Padding::method2) last[tail.size()] = 0x80;
  if (std::exchange(chained_, true)) chain_.restart();
  exclusive_or(last, chained<kDesBlock>(chain_, message.first(head)));
  last_.encrypt(last, last.data());
  return last;
}

MacKey::Cmac::Cmac(const Key& session_key) : chain_(Algorithm::aes_cbc, session_key) { make_subkeys(); }

void MacKey::Cmac::rekey(const Key& session_key) {
  chain_.rekey(session_key);
  make_subkeys();
}

void MacKey::Cmac::make_subkeys() {
  Key l;
  chain_.encrypt(l.bytes(), l.bytes().data());
  whole_ = doubled(l);
  padded_ = doubled(whole_);
}

Mac MacKey::Cmac::mac(Bytes message, Padding /*ignored*/) {
  const std::size_t head = head_size(message.size(), kAesBlock, true);
  const Bytes tail = message.subspan(head);
  const bool whole = tail.size() == kAesBlock;
  Block<kAesBlock> last{};
  std::copy(tail.begin(), tail.end(), last.begin());
  if (!whole) last[tail.size()] = 0x80;
  exclusive_or(last, whole ? whole_.bytes() : padded_.bytes());
  chain_.restart();
  chained<kAesBlock>(chain_, message.first(head));
  chain_.encrypt(last, last.data());  // also overwrites what the subkey was mixed into
  Mac mac{};
  std::copy_n(last.begin(), mac.size(), mac.begin());
  return mac;
}

}  // namespace sesame::keys
