#include "host/card/iso7816/atr_parameters.hpp"

#include <array>
#include <optional>

#include "firmware/core/iso7816/atr.hpp"

namespace sesame::card::iso7816 {

namespace {

constexpr std::array<std::uint8_t, 2> kPlainAtr{0x3B, 0x00};

bool talks(const sesame::iso7816::Atr& atr) {
  if (const auto specific = atr.specific_protocol()) return *specific == 0 || *specific == 1;
  return atr.offers(0) || atr.offers(1);
}

void read_rate(AtrParameters& parameters, const sesame::iso7816::Atr& atr) {
  const auto& first = atr.interface;
  if (first.empty() || !first[0].ta || atr.f() == 0 || atr.d() == 0) return;
  parameters.ta1 = *first[0].ta;
  parameters.fastest = {atr.f(), atr.d()};
  // TA2, bit 5: the rate is implicit.
  if (first.size() > 1 && first[1].ta && (*first[1].ta & 0x10) == 0) parameters.rate = parameters.fastest;
}

void read_t1(AtrParameters& parameters, const sesame::iso7816::InterfaceBytes& group) {
  if (group.ta && *group.ta != 0x00 && *group.ta != 0xFF) parameters.ifsc = *group.ta;
  if (group.tb) {
    parameters.cwi = *group.tb & 0x0F;
    parameters.bwi = *group.tb >> 4;
  }
  if (group.tc) parameters.crc = (*group.tc & 1) != 0;
}

AtrParameters read_parsed(Bytes bytes, const sesame::iso7816::Atr& atr) {
  AtrParameters parameters;
  static_cast<void>(parameters.atr.assign(bytes));
  parameters.inverse = atr.inverse;
  parameters.t0 = atr.offers(0);
  parameters.t1 = atr.offers(1);
  const auto specific = atr.specific_protocol();
  parameters.negotiable = !specific;
  parameters.first = specific ? *specific : 0;
  const auto& groups = atr.interface;
  if (!specific && !groups.empty() && groups[0].td) parameters.first = *groups[0].td & 0x0F;
  if (parameters.first != 0 && parameters.first != 1) parameters.first = parameters.t0 ? 0 : 1;
  read_rate(parameters, atr);
  if (groups.size() > 1 && groups[1].tc && *groups[1].tc != 0) parameters.wi = *groups[1].tc;
  for (std::size_t i = 2; i < groups.size(); ++i) {
    if ((groups[i - 1].td.value_or(0) & 0x0F) != 1) continue;
    read_t1(parameters, groups[i]);
    break;
  }
  return parameters;
}

}  // namespace

Micros AtrParameters::waiting_time(int protocol, std::uint32_t clock_hz, Rate now) const {
  if (protocol == 0) return clocks(wi * 960ULL * static_cast<unsigned>(now.f), clock_hz);
  return etus(11, now, clock_hz) + clocks((1ULL << bwi) * 960 * 372, clock_hz);
}

AtrParameters read_parameters(Bytes bytes) {
  const auto atr = sesame::iso7816::parse_atr(bytes);
  return atr && talks(*atr) ? read_parsed(bytes, *atr)
                            : read_parsed(kPlainAtr, *sesame::iso7816::parse_atr(kPlainAtr));
}

}  // namespace sesame::card::iso7816
