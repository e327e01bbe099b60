#include "host/vpcd/vpicc.hpp"

#include <algorithm>

#include "firmware/core/emv/status_word.hpp"

namespace sesame::vpcd {

namespace sw = emv::sw;

namespace {

constexpr std::uint8_t kPowerOff = 0, kPowerOn = 1, kReset = 2, kSendAtr = 4;

// ISO 7816-4:2005, 5.1.3.
constexpr std::uint16_t kVerificationFailed = 0x6300, kNoDiagnosis = 0x6F00;

Reply answer_with(std::uint16_t status, emv::ResponseBuffer& answer) {
  answer.clear();
  static_cast<void>(answer.push(sw::sw1(status)) && answer.push(sw::sw2(status)));
  return Reply::answer;
}

std::uint16_t status_of_unrecorded(Bytes command) {
  switch (command[1]) {
    case 0x20: return kVerificationFailed;
    case 0xA4: return sw::file_not_found;
    case 0xB2: return sw::record_not_found;
    case 0xCA: return sw::referenced_data_not_found;
    case 0xA8:
    case 0xAE: return sw::conditions_not_satisfied;
    default: return sw::ins_not_supported;
  }
}

}  // namespace

bool Vpicc::is_command(Bytes payload) {
  return payload.size() != 1 || payload[0] > kSendAtr || payload[0] == 3;
}

Reply Vpicc::take(Bytes payload, emv::ResponseBuffer& answer) {
  answer.clear();
  if (is_command(payload)) return transmit(payload, answer);
  switch (payload[0]) {
    case kPowerOff: power_off(); return Reply::none;
    case kPowerOn: return reset(false);
    case kReset: return reset(powered_);
    default: return send_atr(answer);
  }
}

void Vpicc::power_off() {
  if (powered_) slot_.deactivate();
  powered_ = false;
}

Reply Vpicc::reset(bool warm) {
  powered_ = true;
  const SlotStatus status = warm ? slot_.warm_reset(atr_) : slot_.activate(atr_);
  return status == SlotStatus::ok && !atr_.empty() ? Reply::none : Reply::gone;
}

Reply Vpicc::send_atr(emv::ResponseBuffer& answer) {
  if (atr_.empty()) {
    const Reply reply = reset(false);
    power_off();
    if (reply == Reply::gone) return reply;
  }
  answer = atr_;
  return Reply::answer;
}

Reply Vpicc::transmit(Bytes command, emv::ResponseBuffer& answer) {
  if (!emv::parse_command(command)) return answer_with(sw::wrong_length, answer);
  if (!powered_) return answer_with(kNoDiagnosis, answer);
  const SlotStatus status = slot_.transmit(command, answer);
  if (slot_.unrecorded()) return answer_with(status_of_unrecorded(command), answer);
  return status == SlotStatus::ok && emv::parse_response(answer) ? Reply::answer : Reply::gone;
}

}  // namespace sesame::vpcd
