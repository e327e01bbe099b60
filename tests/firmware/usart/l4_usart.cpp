#include "tests/firmware/usart/l4_usart.hpp"

#include <stdexcept>

namespace sesame::board::model {

std::uint32_t L4Usart::card_hz() const {
  const bool gives = (cr2_ & bit(11)) != 0 && (cr3_ & bit(5)) != 0 && (gtpr_ & 0x1F) != 0;
  return gives && clocked() && !chip_.sleeps_deeply() ? place_.clock_hz() / (2 * (gtpr_ & 0x1F)) : 0;
}

std::uint32_t L4Usart::read(std::uint32_t offset) {
  if (!clocked()) return 0;
  switch (offset) {
    case 0x00: return cr1_;
    case 0x04: return cr2_;
    case 0x08: return cr3_;
    case 0x0C: return brr_;
    case 0x10: return gtpr_;
    case 0x1C: return isr_;
    case 0x24:
      isr_ &= ~kRxne;
      tell();
      return rdr_;
    default: throw std::logic_error("this register of the USART is not read");
  }
}

void L4Usart::write(std::uint32_t offset, std::uint32_t value) {
  if (!clocked()) return;
  switch (offset) {
    case 0x00: return write_cr1(value);
    case 0x04: return write_off(cr2_, value);
    case 0x08: return write_off(cr3_, value);
    case 0x0C: return write_off(brr_, value);
    case 0x10: return write_off(gtpr_, value);
    case 0x20: isr_ &= ~(value & (kPe | kFe | 4 | kOre | kTc)); return tell();
    case 0x28:
      isr_ &= ~(kTc | kTxe);
      waiting_ = static_cast<std::uint8_t>(value);
      if (!out_) start(*std::exchange(waiting_, std::nullopt));
      return;
    default: throw std::logic_error("this register of the USART is not written");
  }
}

// CR1: the interrupts, RE, TE and UE may change at any time. UE = 0 ends all that goes on, and clears the
// flags.
void L4Usart::write_cr1(std::uint32_t value) {
  constexpr std::uint32_t kAtAnyTime = 0xC000'01FD;
  if (on() && (value & 1) != 0 && ((value ^ cr1_) & ~kAtAnyTime) != 0) {
    throw std::logic_error("CR1 is written while UE = 1");
  }
  cr1_ = value;
  if (!on()) {
    isr_ = kTc | kTxe;
    out_.reset();
    waiting_.reset();
    again_at_.reset();
    wrong_ = 0;
  }
  look();
  tell();
}

void L4Usart::write_off(std::uint32_t& reg, std::uint32_t value) {
  if (on()) throw std::logic_error("a setting is written while UE = 1");
  reg = value;
  look();
}

void L4Usart::look() {
  apply();
  place_.changed();
}

// A character that came wrong as often as may be is not refused once more.
void L4Usart::apply() {
  constexpr std::uint32_t kNineBitsParityBothWays = 0x140C;
  const bool card = (cr1_ & kNineBitsParityBothWays) == kNineBitsParityBothWays && card_hz() != 0;
  port_.set({.on = on() && card && brr_ >= 16 && place_.on_line(),
             .etu = Time{brr_} * (kSecond / 1000) / (place_.clock_hz() / 1000),
             .guard = gtpr_ >> 8 & 0xFF,
             .half_stop_more = (cr2_ >> 12 & 3) == 3,
             .nack = nacks() && wrong_ < repeats(),
             .odd_parity = (cr1_ & bit(9)) != 0},
            chip_.now());
}

void L4Usart::start(std::uint8_t character) {
  isr_ |= kTxe;
  out_ = character;
  tries_ = 0;
  port_.send(character, chip_.now());
}

std::optional<Time> L4Usart::next() const {
  std::optional<Time> first = port_.next();
  if (again_at_ && (!first || *again_at_ < *first)) first = again_at_;
  return first;
}

void L4Usart::happen() {
  const Time now = chip_.now();
  if (again_at_ && *again_at_ <= now) {
    again_at_.reset();
    return port_.send(*out_, now);
  }
  const auto news = port_.step(now);
  if (news.heard) take(*news.heard);
  if (news.complete && out_ && !again_at_) {
    out_.reset();
    if (waiting_) return start(*std::exchange(waiting_, std::nullopt));
    isr_ |= kTc;
  }
  tell();
}

void L4Usart::take(const SmartcardPort::Heard& heard) {
  if (out_ && nacks() && heard.framing_error) {
    const bool last = tries_ == repeats();
    if (!last) {
      ++tries_;
      // Refused is what is low at 11 etu; it is 11.5 now.
      again_at_ = chip_.now() + 2 * port_.settings().etu;
    } else {
      out_.reset();
      isr_ |= kTc | kFe;
    }
    if (heard_ == Heard::each || (last && heard_ == Heard::the_last)) show(heard);
    return;
  }
  if (!out_ && nacks() && heard.parity_error && wrong_ < repeats()) {
    ++wrong_;
    return apply();
  }
  if (!out_ && std::exchange(wrong_, 0) != 0) apply();
  show(heard);
}

void L4Usart::lose_character() {
  isr_ |= kOre;
  tell();
}

void L4Usart::show(const SmartcardPort::Heard& heard) {
  if ((isr_ & kRxne) != 0) {
    isr_ |= kOre;
    place_.overrun();
    return;
  }
  rdr_ = heard.character;
  isr_ |= kRxne | (heard.parity_error ? kPe : 0) | (heard.framing_error ? kFe : 0);
}

void L4Usart::tell() {
  chip_.set_interrupt(place_.interrupt, (cr1_ & bit(5)) != 0 && (isr_ & (kRxne | kOre)) != 0);
}

}  // namespace sesame::board::model
