// Application cryptograms: EMV 4.3 Book 2, 8.1, with the choice of data of each scheme. The card's side
// only: who verifies writes this choice again, from the same facts, so that the two can disagree.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "host/card/ac_type.hpp"
#include "host/card/dol_part.hpp"
#include "host/card/personalization.hpp"
#include "host/keys/derivation.hpp"
#include "host/keys/mac.hpp"

namespace sesame::card {

// What has happened in this transaction, as the CVR tells it.
struct TransactionFacts {
  AcType first = AcType::arqc;       // given at the first GENERATE AC
  std::optional<AcType> second;      // given at the second, when it is this one
  bool pin_performed = false;        // a VERIFY was carried out
  bool pin_ok = false;               // and the last one was right
  bool unable_to_go_online = false;  // the terminal says so at the second (8A is Y3 or Z3)
  std::uint8_t tries_left = 0;
};

// The template, of at most 6 bytes, with its live bits set.
using Cvr = Buffer<6>;
Cvr card_verification_results(const CvrTemplate& cvr, const TransactionFacts& facts);

// What one application computes its cryptograms with. Not for two threads at once.
class Cryptograms {
 public:
  explicit Cryptograms(const Application& application);

  struct Answer {
    keys::Mac ac{};
    Buffer<32> iad;
  };
  // A transaction begins: one session key serves both cryptograms. `cdol1_data` as the terminal sent it.
  void begin(std::uint16_t atc, Bytes cdol1_data);
  // `data`: what CDOL1 asks for at the first, CDOL2 at the second; `facts` tell which it is.
  Answer generate(const TransactionFacts& facts, Bytes data);

 private:
  struct Listed {  // a value under the MAC, where the MAC's input is the list
    DolPart part;
    std::size_t sent_with = 0;  // the first GENERATE AC, or 1: the second
  };
  void find_listed_data();
  void build_iad(const TransactionFacts& facts, Buffer<32>& iad) const;
  void append_terminal_data(std::size_t which, Bytes data);
  void append_tail(const TransactionFacts& facts, Bytes iad);

  const Application& application_;
  const keys::SchemeRules& scheme_;
  keys::SessionKeys session_keys_;
  std::optional<DolPart> un_;                  // in CDOL1's data
  std::array<std::vector<Listed>, 2> listed_;  // under the first MAC, and under the second
  std::optional<keys::MacKey> mac_key_;
  std::uint16_t atc_ = 0;
  ByteString cdol1_data_;
  ByteString input_;  // of the MAC; kept, so that its memory is
};

}  // namespace sesame::card
