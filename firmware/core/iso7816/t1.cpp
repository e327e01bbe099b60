#include "firmware/core/iso7816/t1.hpp"

#include <algorithm>

#include "firmware/core/iso7816/edc.hpp"

namespace sesame::iso7816 {
namespace {

constexpr std::uint8_t kPrologue = 3;  // NAD, PCB, LEN

// PCB: 11.3.2.2.
constexpr std::uint8_t kISequence = 0x40, kIMore = 0x20, kIReserved = 0x1F;
constexpr std::uint8_t kR = 0x80, kRSequence = 0x10, kRReserved = 0x2C;
constexpr std::uint8_t kResynch = 0xC0, kIfs = 0xC1, kAbort = 0xC2, kWtx = 0xC3;  // requests
constexpr std::uint8_t kResponse = 0x20;                                          // …and their responses

bool is_i(std::uint8_t pcb) { return (pcb & 0x80) == 0; }
bool is_r(std::uint8_t pcb) { return (pcb & 0xC0) == kR; }

// R-blocks: bits 4 to 1.
constexpr std::uint8_t kFine = 0, kBadEdc = 1, kOtherFlaw = 2;

bool is_ifs(std::uint8_t value) { return value != 0 && value != 0xFF; }

InterfaceBytes t1_bytes(const Atr& atr) {
  for (std::size_t i = 2; i < atr.interface.size(); ++i) {
    if ((atr.interface[i - 1].td.value_or(0) & 0x0F) == 1) return atr.interface[i];
  }
  return {};
}

}  // namespace

std::optional<T1::Parameters> t1_parameters(const Atr& atr, std::uint32_t f, std::uint32_t d,
                                            std::uint32_t clock_hz) {
  const InterfaceBytes bytes = t1_bytes(atr);
  const std::uint8_t waiting = bytes.tb.value_or(0x4D);
  const unsigned bwi = waiting >> 4;
  const unsigned cwi = waiting & 0x0F;
  T1::Parameters result;
  result.ifsc = bytes.ta.value_or(result.ifsc);
  if (!is_ifs(result.ifsc) || bwi > 9) return std::nullopt;
  result.crc = (bytes.tc.value_or(0) & 1) != 0;
  result.cwt = to_millis(((1U << cwi) + 11) * f / d, clock_hz);
  result.bwt = to_millis((960U << bwi) * 372 + 11 * f / d, clock_hz);
  return result;
}

void T1::configure(const Parameters& parameters) {
  parameters_ = parameters;
  ifsc_ = parameters.ifsc;
  introduced_ = false;
  ns_ = nr_ = false;
}

void T1::start(Bytes command, ResponseBuffer& response) {
  command_ = command;
  response_ = &response;
  resynched_ = false;
  replied_ = acted_ = false;
  request_ = 0;
  failures_ = 0;
  response_->clear();
  kept_ = 0;
  wtx_ = 1;
  if (introduced_) return send_command();
  introduced_ = true;
  ask(kIfs);
}

// What goes out

void T1::send_command() {
  response_->clear();
  kept_ = 0;
  at_ = 0;
  replied_ = acted_ = false;
  send_next();
}

void T1::send_next() {
  chunk_ = static_cast<std::uint8_t>(std::min<std::size_t>(ifsc_, command_.size() - at_));
  send_information();
}

void T1::send_information() {
  begin_block(static_cast<std::uint8_t>((ns_ ? kISequence : 0) | (more() ? kIMore : 0)), chunk_);
}

void T1::send_missing() { begin_block(static_cast<std::uint8_t>(kR | (nr_ ? kRSequence : 0) | flaw_), 0); }

void T1::ask(std::uint8_t request) {
  request_ = request;
  information_ = kIfsd;
  begin_block(request, request == kIfs ? 1 : 0);
}

// To the S-request just received, with its own INF.
void T1::reply() { begin_block(pcb_ | kResponse, length_); }

void T1::begin_block(std::uint8_t pcb, std::uint8_t length) {
  pcb_ = pcb;
  length_ = length;
  index_ = 0;
  begin_edc();
  state_ = State::sending;
  turn_ = Turn::ours;
}

std::uint8_t T1::to_send() const {
  if (index_ == 0) return 0;  // NAD
  if (index_ == 1) return pcb_;
  if (index_ == 2) return length_;
  const std::size_t in_block = index_ - std::size_t{kPrologue};
  if (in_block < length_) return is_i(pcb_) ? command_[at_ + in_block] : information_;
  if (!parameters_.crc) return static_cast<std::uint8_t>(edc_);
  const unsigned complement = ~unsigned{edc_};  // low byte first
  return static_cast<std::uint8_t>(in_block == length_ ? complement : complement >> 8);
}

// There is no error signal in T=1; what the card did not take, it asks for with an R-block.
void T1::sent(bool /*taken*/) {
  if (index_ < kPrologue + length_) edc_ = edc_add(to_send());
  ++index_;
  if (index_ == kPrologue + length_ + edc_length()) block_sent();
}

void T1::block_sent() {
  if (pcb_ == (kAbort | kResponse)) return end(LinkError::protocol);
  if (is_i(pcb_) && !more()) acted_ = true;
  wait_ = parameters_.bwt * wtx_;
  state_ = State::waiting;
  turn_ = Turn::cards;
}

// What comes in

void T1::received(std::uint8_t character, bool parity_ok) {
  if (state_ == State::draining) return;  // and the line is not quiet yet
  if (state_ == State::waiting) {
    state_ = State::receiving;
    wait_ = parameters_.cwt;
    index_ = 0;
    overflow_ = false;
    begin_edc();
  }
  if (!parity_ok) return spoil(kBadEdc);
  edc_ = edc_add(character);
  switch (index_++) {
    case 0:
      if (character != 0) spoil(kOtherFlaw);  // NAD
      return;
    case 1: pcb_ = character; return;
    case 2:
      length_ = character;
      if (length_ == 0xFF) spoil(kOtherFlaw);
      return;
    default: break;
  }
  if (index_ <= kPrologue + length_) return take_information(character);
  if (index_ == kPrologue + length_ + edc_length()) block_received();
}

void T1::take_information(std::uint8_t character) {
  if (!is_i(pcb_)) {
    information_ = character;
  } else if (!response_->push(character)) {
    overflow_ = true;
  }
}

// Where a block is not good its LEN may be wrong too: more of it may come.
void T1::spoil(std::uint8_t error) {
  flaw_ = error;
  while (response_->size() > kept_) response_->pop();
  wtx_ = 1;
  state_ = State::draining;
  wait_ = parameters_.cwt;
}

void T1::silence() {
  const bool mute = state_ == State::waiting;
  if (state_ != State::draining) spoil(kOtherFlaw);
  again(mute ? LinkError::mute : LinkError::protocol);
}

void T1::block_received() {
  const std::uint16_t good = parameters_.crc ? kCrcGood : 0;
  if (edc_ != good) return spoil(kBadEdc);
  wtx_ = 1;
  if (is_i(pcb_)) return take_i_block();
  if (is_r(pcb_)) return take_r_block();
  take_s_block();
}

void T1::take_i_block() {
  const bool expected = request_ == 0 && (replied_ || !more()) && ((pcb_ & kISequence) != 0) == nr_;
  if (!expected || (pcb_ & kIReserved) != 0) return spoil(kOtherFlaw);
  if (overflow_) return end(LinkError::too_long);
  kept_ = static_cast<std::uint16_t>(response_->size());
  if (!replied_) ns_ = !ns_;  // the answer acknowledges the command: rule 2.2
  replied_ = true;
  nr_ = !nr_;
  failures_ = 0;
  if ((pcb_ & kIMore) == 0) return end(LinkError::none);
  flaw_ = kFine;
  send_missing();
}

void T1::take_r_block() {
  if (length_ != 0 || (pcb_ & kRReserved) != 0 || request_ == kResynch) return spoil(kOtherFlaw);
  flaw_ = kOtherFlaw;
  if (request_ != 0 || replied_) return again(LinkError::protocol);
  if (((pcb_ & kRSequence) != 0) == ns_) {  // the card does not have our block
    acted_ = false;
    return again(LinkError::protocol, true);
  }
  if (!more()) return again(LinkError::protocol);
  at_ = static_cast<std::uint16_t>(at_ + chunk_);
  ns_ = !ns_;
  failures_ = 0;
  send_next();
}

void T1::take_s_block() {
  const bool of_request = request_ != 0 && pcb_ == (request_ | kResponse);
  if (of_request) {
    const bool same = request_ == kIfs ? length_ == 1 && information_ == kIfsd : length_ == 0;
    return same ? answered() : spoil(kOtherFlaw);
  }
  if (request_ == kResynch) return spoil(kOtherFlaw);
  switch (pcb_) {
    case kIfs:
      if (length_ != 1 || !is_ifs(information_)) break;
      ifsc_ = information_;
      return reply();
    case kWtx:
      if (length_ != 1 || information_ == 0) break;
      wtx_ = information_;
      return reply();
    case kAbort:
      if (length_ != 0) break;
      return reply();
    default: break;
  }
  spoil(kOtherFlaw);
}

void T1::answered() {
  if (request_ == kResynch) {  // 11.6.3: all is as after the reset
    ifsc_ = parameters_.ifsc;
    ns_ = nr_ = false;
  }
  request_ = 0;
  failures_ = 0;
  send_command();
}

// Rule 7. `information`: it is the current I-block that is wanted again.
void T1::again(LinkError why, bool information) {
  if (++failures_ >= (request_ == kResynch ? kMaxResynchs : kMaxRepeats + 1)) return give_up(why);
  if (request_ != 0) return ask(request_);
  if (information) return send_information();
  send_missing();
}

void T1::give_up(LinkError why) {
  if (resynched_ || acted_) return end(why);
  resynched_ = true;
  failures_ = 0;
  ask(kResynch);
}

std::uint16_t T1::edc_add(std::uint8_t character) const {
  if (parameters_.crc) return crc_add(edc_, character);
  return lrc_add(static_cast<std::uint8_t>(edc_), character);
}

}  // namespace sesame::iso7816
