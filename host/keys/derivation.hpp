// From an issuer's master key to the key of one transaction: EMV 4.3 Book 2, A1.3 and A1.4, the AES
// forms of A1.3.1 and A1.4.3 in EMV 4.4, and what the card schemes have published beside them.
//
//     const Key mk = master_key(MasterKeyOption::a, imk, "1234567890123456", "00");
//     SessionKeys session_keys(SessionKeyMethod::csk, mk);
//     const Key sk = session_keys.derive(atc);
//
// Every triple DES key that comes out has odd parity; parity of the keys that go in does not
// matter. AES keys are left as they are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "host/keys/key.hpp"
#include "host/keys/openssl.hpp"

namespace sesame::keys {

// How the card's master key comes from the issuer's.
enum class MasterKeyOption : std::uint8_t {
  a,  // A1.4.1: triple DES, over the last 16 digits of PAN‖PSN
  b,  // A1.4.2: triple DES, over 16 digits of a hash of PAN‖PSN where the PAN has more than 16;
      // else a
  c,  // A1.4.3: AES-128, over PAN‖PSN
};
inline constexpr std::string_view kMasterKeyOptionNames[] = {"A", "B", "C"};
constexpr std::span<const std::string_view> names(MasterKeyOption) { return kMasterKeyOptionNames; }

// `pan`: 1 to 19 digits; `psn`: two digits ("00" for a card without one). Anything else is a
// std::invalid_argument whose line says which of them is wrong, without repeating it.
Key master_key(MasterKeyOption option, const Key& imk, std::string_view pan, std::string_view psn);

// How the key of one transaction comes from the card's master key.
enum class SessionKeyMethod : std::uint8_t {
  none,  // Visa CVN 10: the master key itself
  csk,   // A1.3.1, common session key: triple DES, over the ATC
  skd,   // M/Chip: triple DES, over the ATC and the unpredictable number
  tree,  // EMV 4.0 ("EMV2000") Book 2, A1.3.1: triple DES, down a tree to the leaf of the ATC
  aes,   // A1.3.1: AES-128, over the ATC
};

constexpr bool needs_un(SessionKeyMethod method) { return method == SessionKeyMethod::skd; }

using Un = std::array<std::uint8_t, 4>;  // unpredictable number, tag 9F37

// A tree that has fewer leaves than there are values of the ATC.
class ImpossibleTree : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// The shape of an EMV2000 tree. In use were 4/8 and 2/16, with an IV of zeros.
class Tree {
 public:
  using Iv = std::array<std::uint8_t, 16>;

  Tree() = default;  // 4/8
  // Throws ImpossibleTree unless branch^height >= 65536.
  Tree(std::uint16_t branch, std::uint8_t height, const Iv& iv = {});

  std::uint16_t branch() const { return branch_; }  // b, children of a node
  std::uint8_t height() const { return height_; }   // H, levels under the root
  const Iv& iv() const { return iv_; }              // stands in for the parent of the root

 private:
  std::uint16_t branch_ = 4;
  std::uint8_t height_ = 8;
  Iv iv_{};
};

// The session keys of one card. Keeps its cipher keyed, so that many keys are derived fast. Not for
// two threads at once. `tree` matters to SessionKeyMethod::tree alone.
class SessionKeys {
 public:
  SessionKeys(SessionKeyMethod method, const Key& master_key, const Tree& tree = {});

  // `un` matters only where needs_un(method).
  Key derive(std::uint16_t atc, const Un& un = {});

 private:
  Key leaf(std::uint16_t atc);
  const Key& node(std::size_t level) const;

  SessionKeyMethod method_;
  Tree tree_;
  Key master_key_;
  std::optional<Cipher> cipher_;  // none for SessionKeyMethod::none
  // Of a tree, the way to the last leaf: its turns, and the nodes between the root, which is the master key
  // and is nowhere else, and the leaf.
  std::array<std::uint16_t, 256> way_{};  // by level, from 1
  std::vector<Key> nodes_;                // by level, from 1
};

}  // namespace sesame::keys
