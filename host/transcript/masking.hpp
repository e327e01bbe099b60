// Takes the person out of a recorded card: account number and name are replaced in what is written down, each
// with a stand-in of the same length, the same one everywhere. Lengths stay, and what a code is made of
// stays, so a masked transcript replays to the same code.
//
// With `pan`:
//   PAN             where a card has it (EMV 4.3 Book 3, annex A): 5A, tracks 56, 57 and 9F6B; in templates
//                   too. The six digits of the issuer stay, zeros follow, and a last digit that the Luhn
//                   formula accepts. Two PANs of one card stay two. Once met, a PAN of 12 digits or more is
//                   replaced wherever else it turns up: in BCD that begins at either nibble, or in ASCII.
//   discretionary   data of the tracks, also in 9F1F and 9F20: zeros; expiry date and service code stay
//   9F24 9F25 5F53  payment account reference, last digits of the PAN, IBAN: zeros
//   93 9F2D 9F46    signed data and the card's public key certificates: zeros. A holder of the public key
//   9F4B            of the payment system opens a certificate (EMV 4.3 Book 2, 6.4) and finds the PAN in it,
//                   and a signature over static data confirms a guess at it. No CAP dialogue uses them.
// With `name`:
//   name            5F20, 9F0B, and on track 1: CARDHOLDER/TEST, cut or filled with blanks. Once met, a
//                   name of five letters or more is replaced wherever else it turns up in ASCII.
//
// What codes and readers need is never changed, not even where it happens to look like a PAN: AID, AFL, AIP,
// PSN, DOLs, IPB, IAF, CID, ATC, AC, IAD, and answers in format 1 (80).
//
// A PAN is known from where it is first met: what went before, and does not name it by its tag, is not
// masked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/tlv.hpp"

namespace sesame::transcript {

class Masking {
 public:
  struct Options {
    bool pan = true;
    bool name = true;
  };
  explicit Masking(Options options) : options_(options) {}

  // A response as a card gave it, whole, after 61xx and 6Cxx: data and status word; in place.
  void apply(std::span<std::uint8_t> response);

  // What is known by now, in a line of text: plain, or as the hexadecimal of BCD and ASCII.
  std::string mask(std::string_view text) const;

 private:
  using Area = std::span<std::uint8_t>;

  void walk(Area data, int depth);
  void element(emv::Tag tag, Area value, int depth);
  void mask_pan(Area value);
  void mask_track1(Area value);
  void mask_track2(Area value);
  void mask_name(Area value);
  void sweep(Area bytes) const;

  std::string stand_in_for_pan(const std::string& pan);

  Options options_;
  std::map<std::string, std::string> pans_;   // digits, and those to write
  std::map<std::string, std::string> names_;  // without blanks at the end
};

}  // namespace sesame::transcript
