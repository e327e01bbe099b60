// The MAC of an application cryptogram: EMV Book 2, A1.2.1 (triple DES, 4.3) and A1.2.2 (AES, 4.4).
// Which data goes into it is not decided here: card and issuer each do that by themselves.
//
//     MacKey key(MacAlgorithm::tdes_retail, session_keys.derive(atc));
//     const Mac ac = key.mac(message);
#pragma once

#include <array>
#include <cstdint>
#include <variant>

#include "firmware/core/bytes.hpp"
#include "host/keys/key.hpp"
#include "host/keys/openssl.hpp"

namespace sesame::keys {

using Mac = std::array<std::uint8_t, 8>;

enum class MacAlgorithm : std::uint8_t {
  tdes_retail,  // ISO/IEC 9797-1 MAC algorithm 3 over DES (A1.2.1)
  aes_cmac,     // RFC 4493, the leftmost 8 bytes (A1.2.2)
};

// ISO/IEC 9797-1 padding, up to whole blocks of 8 bytes. CMAC pads in its own way and ignores it.
enum class Padding : std::uint8_t {
  method1 = 1,  // zeros, as few as possible; a message of no bytes becomes one block
  method2 = 2,  // 80, then zeros, as few as possible
};

// A session key, ready to make MACs of any number of messages. Key parity does not matter. Not for
// two threads at once.
class MacKey {
 public:
  MacKey(MacAlgorithm algorithm, const Key& session_key);

  Mac mac(Bytes message, Padding padding = Padding::method2);

  // Another key for the same algorithm, without another cipher: for many keys of a few messages each.
  void rekey(const Key& session_key);

 private:
  class Retail {
   public:
    explicit Retail(const Key& session_key);
    Mac mac(Bytes message, Padding padding);
    void rekey(const Key& session_key);

   private:
    Cipher chain_;  // single DES under the left half
    Cipher last_;   // triple DES under both halves
    bool chained_ = false;
  };

  class Cmac {
   public:
    explicit Cmac(const Key& session_key);
    Mac mac(Bytes message, Padding ignored);
    void rekey(const Key& session_key);

   private:
    void make_subkeys();

    Cipher chain_;
    Key whole_;   // K1 of RFC 4493, for a last block that needs no padding
    Key padded_;  // K2, for one that does
  };

  using Either = std::variant<Retail, Cmac>;
  Either key_;
};

}  // namespace sesame::keys
