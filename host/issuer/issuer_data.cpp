#include "host/issuer/issuer_data.hpp"

#include <algorithm>

namespace sesame::issuer {

namespace {

using Pin = Circumstances::Pin;
using Kind = IadPiece::Kind;

// One byte of a CVR: the bits that tell something, and what they tell.
struct Told {
  std::size_t byte = 0;
  std::uint8_t mask = 0, value = 0;
};

// Bits 8 and 7 of that byte: the second cryptogram has not been asked for; 6 and 5: which the first was.
Told of_cryptogram(CvrFormat format, const Circumstances& now) {
  const std::size_t byte = format == CvrFormat::visa ? 1 : 0;
  return {byte, 0xF0, static_cast<std::uint8_t>(now.arqc ? 0xA0 : 0x80)};
}

// Performed, failed and, in a terminal that has asked no issuer, "unable to go online" not yet; M/Chip:
// performed, right; CCD: the tries left, performed, failed, no try left.
Told of_pin(const CardRecord& card, CvrFormat format, const Circumstances& now) {
  const bool performed = now.pin != Pin::not_asked;
  const bool wrong = now.pin == Pin::wrong;
  switch (format) {
    case CvrFormat::visa:
      return {1, 0x07, static_cast<std::uint8_t>((performed ? 0x04 : 0) | (wrong ? 0x02 : 0))};
    case CvrFormat::mchip:
      return {0, 0x05, static_cast<std::uint8_t>((performed ? 0x04 : 0) | (performed && !wrong ? 0x01 : 0))};
    case CvrFormat::ccd: break;
  }
  const int left = card.pin_tries - (wrong ? 1 : 0);
  return {1, 0xFE,
          static_cast<std::uint8_t>(left << 4 | (performed ? 0x08 : 0) | (wrong ? 0x04 : 0) |
                                    (left == 0 ? 0x02 : 0))};
}

void tell(Buffer<kMaxIad>& bytes, std::size_t at, const Told& told) {
  std::uint8_t& byte = bytes[at + told.byte];
  byte = static_cast<std::uint8_t>((byte & ~told.mask) | told.value);
}

// The template is as long as its format says.
ByteString results(const CardRecord& card, const CvrTemplate& cvr, const Circumstances& now) {
  Buffer<kMaxIad> bytes;
  static_cast<void>(bytes.assign(cvr.bytes));
  tell(bytes, 0, of_cryptogram(cvr.format, now));
  tell(bytes, 0, of_pin(card, cvr.format, now));
  return {bytes.begin(), bytes.end()};
}

bool has(const CardRecord& card, Kind kind) {
  return std::any_of(card.iad.begin(), card.iad.end(),
                     [&](const IadPiece& piece) { return piece.kind == kind; });
}

}  // namespace

std::size_t cvr_size(CvrFormat format) {
  switch (format) {
    case CvrFormat::visa: return 4;
    case CvrFormat::mchip: return 6;
    case CvrFormat::ccd: break;
  }
  return 5;
}

bool whole_iad_under_mac(keys::Scheme scheme) {
  return scheme == keys::Scheme::cvn18 || scheme == keys::Scheme::ccd_3des || scheme == keys::Scheme::ccd_aes;
}

std::optional<IssuerData> issuer_data(const CardRecord& card, const Circumstances& circumstances) {
  IssuerData data;
  bool fits = true;
  for (const IadPiece& piece : card.iad) {
    switch (piece.kind) {
      case Kind::fixed: fits = fits && data.iad.append(piece.bytes); break;
      case Kind::cvr:
        data.cvr = data.iad.size();
        fits = fits && data.iad.append(results(card, card.cvr, circumstances));
        break;
      case Kind::counters:
        data.counters = data.iad.size();
        fits = fits && data.iad.append(card.counters);
        break;
    }
  }
  if (!fits || data.iad.empty()) return std::nullopt;
  const ByteString none(data.iad.size(), 0);
  static_cast<void>(data.of_cryptogram.assign(none) && data.of_pin.assign(none));
  if (has(card, Kind::cvr)) {
    const Told cryptogram = of_cryptogram(card.cvr.format, circumstances);
    const Told pin = of_pin(card, card.cvr.format, circumstances);
    data.of_cryptogram[data.cvr + cryptogram.byte] = cryptogram.mask;
    data.of_pin[data.cvr + pin.byte] = pin.mask;
  }
  return data;
}

ByteString mac_tail(const CardRecord& card, const IssuerData& data, const Circumstances& circumstances) {
  const Bytes iad = data.iad;
  if (whole_iad_under_mac(card.scheme)) return {iad.begin(), iad.end()};
  ByteString tail;
  // The same CVR as in the IAD has the same bits that cannot be foreseen.
  if (!card.mac_cvr && has(card, Kind::cvr)) {
    append(tail, iad.subspan(data.cvr, card.cvr.bytes.size()));
  } else {
    append(tail, results(card, card.mac_cvr.value_or(card.cvr), circumstances));
  }
  if (card.scheme == keys::Scheme::cvn17 || card.scheme == keys::Scheme::cvn21) {
    const bool told = has(card, Kind::counters);
    append(tail, told ? iad.subspan(data.counters, card.counters.size()) : Bytes(card.counters));
  }
  return tail;
}

}  // namespace sesame::issuer
