#include "host/card/iso7816/t1_side.hpp"

#include <algorithm>

namespace sesame::card::iso7816 {

namespace {

// PCB: 11.3.2.2.
constexpr std::uint8_t kNs = 0x40, kMore = 0x20;  // of an I-block
constexpr std::uint8_t kR = 0x80, kNr = 0x10;     // of an R-block
constexpr std::uint8_t kEdcOrParity = 1, kOtherError = 2;
constexpr std::uint8_t kS = 0xC0, kResponse = 0x20;  // of an S-block
constexpr std::uint8_t kResynch = kS | 0, kIfs = kS | 1, kAbort = kS | 2, kWtx = kS | 3;

std::uint8_t lrc(Bytes bytes) {
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : bytes) sum = static_cast<std::uint8_t>(sum ^ byte);
  return sum;
}

// ISO/IEC 13239, 16 bits: x^16 + x^12 + x^5 + 1, from FFFF, least significant bit first, inverted; of the two
// bytes the lower goes first, as its bits do.
std::uint16_t crc(Bytes bytes) {
  unsigned sum = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    sum ^= byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 1U) != 0 ? (sum >> 1) ^ 0x8408U : sum >> 1;
  }
  return static_cast<std::uint16_t>(~sum);
}

Buffer<2> edc(Bytes bytes, bool with_crc) {
  Buffer<2> code;
  const unsigned value = with_crc ? crc(bytes) : lrc(bytes);
  static_cast<void>(code.push(static_cast<std::uint8_t>(value & 0xFF)));
  if (with_crc) static_cast<void>(code.push(static_cast<std::uint8_t>(value >> 8)));
  return code;
}

}  // namespace

// ---- a block that comes

void T1Side::received(std::uint8_t character, bool parity_ok) {
  if (silent()) return;
  if (block_.empty()) parity_ok_ = true;
  parity_ok_ = parity_ok_ && parity_ok;
  if (!block_.push(character)) return;  // LEN FF (11.3.2.3): until it breaks off
  if (whole()) take_block();
}

bool T1Side::whole() const {
  if (block_.size() < kPrologue || block_[2] == 0xFF) return false;
  return block_.size() == kPrologue + block_[2] + edc_size();
}

bool T1Side::code_fits() const {
  const Bytes covered = block_.view().first(kPrologue + block_[2]);
  return parity_ok_ && equal(edc(covered, crc_), block_.view().subspan(covered.size()));
}

void T1Side::broke_off() {
  block_.clear();
  refuse(parity_ok_ ? kOtherError : kEdcOrParity);
}

void T1Side::take_block() {
  const bool fits = code_fits();
  SecretVector<std::uint8_t, kLongest> block;
  static_cast<void>(block.assign(block_));
  block_.clear();
  if (!fits) return refuse(kEdcOrParity);
  if (block[0] != 0x00) return refuse(kOtherError);
  const std::uint8_t pcb = block[1];
  const Bytes information = block.view().subspan(kPrologue, block[2]);
  if ((pcb & 0x80) == 0) return take_i(pcb, information);
  if ((pcb & 0x40) != 0) return take_s(pcb, information);
  information.empty() && (pcb & 0x2C) == 0 ? take_r(pcb) : refuse(kOtherError);
}

// 11.6.3.2, rules 2 and 5. It acknowledges the last block of the answer before it.
void T1Side::take_i(std::uint8_t pcb, Bytes information) {
  const auto number = static_cast<std::uint8_t>((pcb & kNs) != 0);
  const bool in_answer = left() > under_way_;
  if ((pcb & 0x1F) != 0 || number != to_receive_ || information.size() > ifsc_ || in_answer ||
      awaited_ != Awaited::nothing) {
    return refuse(kOtherError);
  }
  if (under_way_ > 0) to_send_ ^= 1;
  response_.clear();
  given_ = under_way_ = 0;
  to_receive_ ^= 1;
  if (!command_.append(information)) {
    command_.clear();
    awaited_ = Awaited::abort;
    return send(kAbort, {});
  }
  (pcb & kMore) != 0 ? send_r(0) : command_complete();
}

// Rules 2.2, 5 and 7: the next block of a chain, the same one again, or whatever went last.
void T1Side::take_r(std::uint8_t pcb) {
  const auto wanted = static_cast<std::uint8_t>((pcb & kNr) != 0);
  const bool answering = awaited_ == Awaited::nothing && under_way_ > 0;
  if (!answering) return last_.empty() ? send_r(kOtherError) : send_again();
  if (wanted == to_send_) return send_i();
  if (left() == under_way_) return last_.empty() ? send_i() : send_again();
  given_ += under_way_;
  to_send_ ^= 1;
  send_i();
}

// Rules 3, 4, 6 and 9.
void T1Side::take_s(std::uint8_t pcb, Bytes information) {
  const bool plain = information.empty();
  const auto answer = static_cast<std::uint8_t>(pcb | kResponse);
  if (pcb == kResynch && plain) {
    resynchronize();
    return send(answer, {});
  }
  if (pcb == kIfs && information.size() == 1 && information[0] != 0x00 && information[0] != 0xFF) {
    ifsd_ = information[0];
    return send(answer, information);
  }
  if (pcb == kAbort && plain) {
    if (under_way_ > 0) to_send_ ^= 1;
    command_.clear();
    response_.clear();
    given_ = under_way_ = 0;
    return send(answer, {});
  }
  if (pcb == (kWtx | kResponse) && awaited_ == Awaited::wtx && information.size() == 1 &&
      information[0] == behavior().asked().wtx) {
    awaited_ = Awaited::nothing;
    return send_i(behavior().asked().wtx);
  }
  if (pcb == (kAbort | kResponse) && awaited_ == Awaited::abort && plain) {
    awaited_ = Awaited::nothing;
    return send_r(0);
  }
  refuse(kOtherError);
}

void T1Side::resynchronize() {
  command_.clear();
  response_.clear();
  given_ = under_way_ = 0;
  to_send_ = to_receive_ = 0;
  ifsd_ = 32;
  awaited_ = Awaited::nothing;
}

// Rule 7: the request again, where one is open; else which I-block is expected.
void T1Side::refuse(std::uint8_t error) { awaited_ == Awaited::nothing ? send_r(error) : send_again(); }

// ---- the answer

void T1Side::command_complete() {
  const bool answered = ask_card(command_, response_);
  command_.clear();
  given_ = under_way_ = 0;
  if (!answered) return;
  if (const auto garbage = behavior().garbles_answer()) {
    under_way_ = std::min(ifsd_, left());
    return outbox().say_in_turn(*garbage);
  }
  if (behavior().asked().wtx == 0) return send_i();
  awaited_ = Awaited::wtx;
  const auto times = static_cast<std::uint8_t>(behavior().asked().wtx);
  send(kWtx, {&times, 1});
}

void T1Side::send_i(unsigned times) {
  under_way_ = std::min(ifsd_, left());
  const unsigned more = left() > under_way_ ? kMore : 0U;
  send(static_cast<std::uint8_t>((to_send_ != 0 ? kNs : 0U) | more),
       response_.view().subspan(given_, under_way_), times);
}

void T1Side::send_r(std::uint8_t error) {
  send(static_cast<std::uint8_t>(kR | (to_receive_ != 0 ? kNr : 0U) | error), {});
}

void T1Side::send(std::uint8_t pcb, Bytes information, unsigned times) {
  last_.clear();
  const bool fits = last_.push(0x00) && last_.push(pcb) &&
                    last_.push(static_cast<std::uint8_t>(information.size())) && last_.append(information);
  if (fits) send_again(times);
}

void T1Side::send_again(unsigned times) {
  auto block = last_;
  Buffer<2> code = edc(last_, crc_);
  if (behavior().spoils_block()) code[0] ^= 0xFF;
  if (block.append(code)) outbox().say_in_turn(block, times);
}

}  // namespace sesame::card::iso7816
