#include "host/issuer/search.hpp"

#include <algorithm>

namespace sesame::issuer {

namespace {

constexpr std::uint32_t kLastAtc = 0xFFFF;
constexpr std::uint8_t kArqc = 0x80, kAac = 0x00;  // the CID (EMV 4.3 Book 3, table 14)

// In the same time, whatever the two have in common.
bool same_under_mask(const keys::Mac& one, const std::array<std::uint8_t, 8>& other,
                     const std::array<std::uint8_t, 8>& mask) {
  int different = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) different |= (one[i] ^ other[i]) & mask[i];
  return different == 0;
}

bool differ(Bytes told, Bytes one, Bytes other, Bytes where) {
  for (std::size_t i = 0; i < where.size(); ++i) {
    if (((one[i] ^ other[i]) & told[i] & where[i]) != 0) return true;
  }
  return false;
}

}  // namespace

std::optional<AtcRange> window_above(std::uint16_t last_atc, std::uint16_t window) {
  if (last_atc == kLastAtc || window == 0) return std::nullopt;
  const auto first = static_cast<std::uint16_t>(last_atc + 1);
  return AtcRange{first, static_cast<std::uint16_t>(std::min<std::uint32_t>(last_atc + window, kLastAtc))};
}

Found search(ExpectedAc& expected, const Answer& told, const Answer& answer, std::optional<AtcRange> range,
             std::uint32_t most) {
  Found found;
  const int step = range && range->last < range->first ? -1 : 1;
  const std::uint32_t count =
      !range ? 0U : static_cast<std::uint32_t>(step * (range->last - range->first)) + 1U;
  int atc = range ? range->first : 0;
  for (std::uint32_t i = 0; i < count && found.tried < most; ++i, atc += step) {
    const auto each = static_cast<std::uint16_t>(atc);
    if (((each ^ answer.atc) & told.atc) != 0) continue;
    ++found.tried;
    if (same_under_mask(expected.at(each), answer.ac, told.ac)) found.fitting.push_back(each);
  }
  if (found.tried == 0) expected.at(answer.atc);
  return found;
}

Contradiction contradiction(const CardRecord& card, const Answer& told, const Answer& answer,
                            const IssuerData& data, const Circumstances& circumstances) {
  const std::uint8_t cid = circumstances.arqc ? kArqc : kAac;
  if (((answer.cid ^ cid) & told.cid) != 0) return Contradiction::cid;
  if (told.psn && ((*answer.psn ^ card.psn) & *told.psn) != 0) return Contradiction::psn;
  if (differ(told.iad, answer.iad, data.iad, data.of_cryptogram)) return Contradiction::cryptogram;
  if (differ(told.iad, answer.iad, data.iad, data.of_pin)) return Contradiction::pin;
  return Contradiction::none;
}

void take_over(const Answer& told, const Answer& answer, IssuerData& data) {
  for (std::size_t i = 0; i < data.iad.size(); ++i) {
    const auto open = static_cast<std::uint8_t>(told.iad[i] & ~(data.of_cryptogram[i] | data.of_pin[i]));
    data.iad[i] = static_cast<std::uint8_t>((data.iad[i] & ~open) | (answer.iad[i] & open));
  }
}

}  // namespace sesame::issuer
