#include "host/keys/derivation.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "firmware/core/bytes.hpp"

namespace sesame::keys {
namespace {

constexpr std::size_t kLongestPan = 19;
constexpr std::size_t kLongestUnhashedPan = 16;  // A1.4.2

std::uint8_t high(std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8); }
std::uint8_t low(std::uint16_t value) { return static_cast<std::uint8_t>(value & 0xFF); }

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void require_card_number(std::string_view pan, std::string_view psn) {
  if (!all_digits(pan)) throw std::invalid_argument("the PAN may have digits only, no spaces");
  if (pan.empty() || pan.size() > kLongestPan) {
    throw std::invalid_argument("the PAN has " + std::to_string(pan.size()) +
                                " digits: 1 to 19 are possible");
  }
  if (psn.size() != 2 || !all_digits(psn)) {
    throw std::invalid_argument("the PSN (PAN sequence number) must be two digits, for example 00");
  }
}

// The last 2·Size digits as BCD; fewer are filled up with zeros on the left.
template <std::size_t Size>
std::array<std::uint8_t, Size> packed(std::string_view digits) {
  std::array<std::uint8_t, Size> bcd{};
  const std::size_t count = std::min(digits.size(), 2 * Size);
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = digits[digits.size() - 1 - i] - '0';
    bcd[Size - 1 - i / 2] |= static_cast<std::uint8_t>(i % 2 == 0 ? digit : digit << 4);
  }
  return bcd;
}

// A1.4.2: the first 16 decimal digits among the nibbles; if there are fewer, the others follow, in
// their order, with A to F read as 0 to 5.
std::string decimalized(Bytes bytes) {
  std::string decimals;
  std::string letters;
  for (const std::uint8_t byte : bytes) {
    for (const int nibble : {byte >> 4, byte & 0xF}) {
      if (nibble < 10) {
        decimals.push_back(static_cast<char>('0' + nibble));
      } else {
        letters.push_back(static_cast<char>('0' + nibble - 10));
      }
    }
  }
  return (decimals + letters).substr(0, 2 * kDesBlock);
}

std::string hashed_digits(std::string_view digits) {
  constexpr std::size_t most_bytes = (kLongestPan + 2 + 1) / 2;
  const auto bcd = packed<most_bytes>(digits);
  return decimalized(sha1(Bytes(bcd).last((digits.size() + 1) / 2)));
}

Key tdes_master_key(const Key& imk, std::string_view digits) {
  const auto y = packed<kDesBlock>(digits);
  Key key;
  for (std::size_t i = 0; i < kDesBlock; ++i) {
    key.bytes()[i] = y[i];
    key.bytes()[kDesBlock + i] = y[i] ^ 0xFF;
  }
  Cipher(Algorithm::tdes_ecb, imk).encrypt(key.bytes(), key.bytes().data());
  return odd_parity(std::move(key));
}

Key aes_master_key(const Key& imk, std::string_view digits) {
  Key key(packed<Key::size>(digits));
  Cipher(Algorithm::aes_ecb, imk).encrypt(key.bytes(), key.bytes().data());
  return key;
}

Key tdes_session_key(Cipher& cipher, std::uint16_t atc, const Un& un) {
  const std::uint8_t h = high(atc);
  const std::uint8_t l = low(atc);
  Key key(std::array<std::uint8_t, Key::size>{h, l, 0xF0, 0, un[0], un[1], un[2], un[3],  //
                                              h, l, 0x0F, 0, un[0], un[1], un[2], un[3]});
  cipher.encrypt(key.bytes(), key.bytes().data());
  return odd_parity(std::move(key));
}

Key aes_session_key(Cipher& cipher, std::uint16_t atc) {
  Key key;
  key.bytes()[0] = high(atc);
  key.bytes()[1] = low(atc);
  cipher.encrypt(key.bytes(), key.bytes().data());
  return key;
}

// The function F of EMV 4.0 Book 2, A1.3.1, under the parent's key: the child number `j` of a node,
// made of the grandparent's key.
Key child(Cipher& parent, const Key& grandparent, std::uint16_t j) {
  Key key = grandparent.clone();
  const auto bytes = key.bytes();
  for (const std::size_t half : {std::size_t{0}, kDesBlock}) {
    bytes[half + 6] ^= high(j);
    bytes[half + 7] ^= low(j);
  }
  bytes[kDesBlock + 7] ^= 0xF0;
  parent.encrypt(bytes, bytes.data());
  return key;
}

Key exclusive_or(const Key& a, const Key& b) {
  Key key = a.clone();
  for (std::size_t i = 0; i < Key::size; ++i) {
    key.bytes()[i] ^= b.bytes()[i];
  }
  return key;
}

}  // namespace

Key master_key(MasterKeyOption option, const Key& imk, std::string_view pan, std::string_view psn) {
  require_card_number(pan, psn);
  const std::string digits = std::string(pan) + std::string(psn);
  if (option == MasterKeyOption::c) return aes_master_key(imk, digits);
  const bool hashed = option == MasterKeyOption::b && pan.size() > kLongestUnhashedPan;
  return tdes_master_key(imk, hashed ? hashed_digits(digits) : digits);
}

Tree::Tree(std::uint16_t branch, std::uint8_t height, const Iv& iv)
    : branch_(branch), height_(height), iv_(iv) {
  constexpr std::uint64_t kAtcValues = 65536;
  std::uint64_t leaves = 1;
  for (int level = 0; level < height && leaves < kAtcValues; ++level) {
    leaves *= branch;
  }
  if (leaves < kAtcValues) {
    throw ImpossibleTree("a tree of branch factor " + std::to_string(branch) + " and height " +
                         std::to_string(height) + " has " + std::to_string(leaves) +
                         " keys, fewer than the 65536 values of the ATC: 4/8 and 2/16 are usual");
  }
}

SessionKeys::SessionKeys(SessionKeyMethod method, const Key& master_key, const Tree& tree)
    : method_(method), tree_(tree), master_key_(master_key.clone()) {
  if (method == SessionKeyMethod::none) return;
  cipher_.emplace(method == SessionKeyMethod::aes ? Algorithm::aes_ecb : Algorithm::tdes_ecb, master_key);
}

Key SessionKeys::derive(std::uint16_t atc, const Un& un) {
  switch (method_) {
    case SessionKeyMethod::none: break;
    case SessionKeyMethod::csk: return tdes_session_key(*cipher_, atc, Un{});
    case SessionKeyMethod::skd: return tdes_session_key(*cipher_, atc, un);
    case SessionKeyMethod::tree: return leaf(atc);
    case SessionKeyMethod::aes: return aes_session_key(*cipher_, atc);
  }
  return odd_parity(master_key_.clone());
}

const Key& SessionKeys::node(std::size_t level) const { return level == 0 ? master_key_ : nodes_[level - 1]; }

// Goes down from the root, which is the master key; the ATC written in base b is the way. Leaves near each
// other share most of it.
Key SessionKeys::leaf(std::uint16_t atc) {
  const std::size_t height = tree_.height();
  const Key iv(tree_.iv());
  const auto grandparent = [&](std::size_t level) -> const Key& { return level == 1 ? iv : node(level - 2); };
  std::size_t same = nodes_.size();  // levels whose nodes stay
  for (std::size_t level = height; level > 0; --level) {
    const auto turn = static_cast<std::uint16_t>(atc % tree_.branch());
    atc = static_cast<std::uint16_t>(atc / tree_.branch());
    if (turn != way_[level]) same = std::min(same, level - 1);
    way_[level] = turn;
  }
  if (same + 1 < height) {
    nodes_.resize(same);
    nodes_.reserve(height - 1);
    for (std::size_t level = same + 1; level < height; ++level) {
      cipher_->rekey(node(level - 1));
      nodes_.push_back(child(*cipher_, grandparent(level), way_[level]));
    }
    cipher_->rekey(node(height - 1));
  }
  return odd_parity(exclusive_or(child(*cipher_, grandparent(height), way_[height]), grandparent(height)));
}

}  // namespace sesame::keys
