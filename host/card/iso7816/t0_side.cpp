#include "host/card/iso7816/t0_side.hpp"

#include <algorithm>
#include <array>

namespace sesame::card::iso7816 {

namespace {

constexpr std::uint8_t kNull = 0x60, kGetResponse = 0xC0;

// Commands whose data goes to the card: ISO 7816-4:2005, tables 4; EMV 4.3 Book 3, 6.5.
constexpr std::array<std::uint8_t, 35> kDataIn{0x0E, 0x0F, 0x10, 0x12, 0x14, 0x16, 0x18, 0x1E, 0x20,
                                               0x21, 0x22, 0x24, 0x26, 0x28, 0x2A, 0x2C, 0x82, 0x86,
                                               0x88, 0xA0, 0xA1, 0xA2, 0xA4, 0xA8, 0xAE, 0xC2, 0xD0,
                                               0xD1, 0xD2, 0xD6, 0xD7, 0xDA, 0xDB, 0xDC, 0xDD};

bool data_goes_in(std::uint8_t ins) {
  return std::find(kDataIn.begin(), kDataIn.end(), ins) != kDataIn.end();
}

// 10.3.2: these would be taken for status words.
bool no_instruction(std::uint8_t ins) { return (ins >> 4) == 6 || (ins >> 4) == 9; }
bool no_status(std::uint8_t sw1) { return ((sw1 >> 4) != 6 && (sw1 >> 4) != 9) || sw1 == kNull; }

}  // namespace

void T0Side::received(std::uint8_t character, bool parity_ok) {
  if (!parity_ok || silent()) return;
  if (command_.size() >= kHeader) return data_in(character);
  static_cast<void>(command_.push(character));
  if (command_.size() == kHeader) header_complete();
}

void T0Side::header_complete() {
  if (no_instruction(ins())) return status(0x6D, 0x00);
  if (kept_for_ == Kept::for_get_response && ins() == kGetResponse) return give_kept(le());
  if (kept_for_ == Kept::for_same_header && same_header_again()) return give_kept(le());
  kept_for_ = Kept::nothing;
  if (!data_goes_in(ins())) return execute(kHeader);
  p3() == 0 ? execute(kHeader - 1) : ask_for_data();
}

bool T0Side::same_header_again() const {
  return starts_with(command_, kept_header_) && le() == kept_.size() - 2;
}

// 10.3.3: INS for all that is left, its complement for one byte.
void T0Side::ask_for_data() {
  procedure(behavior().asked().single ? static_cast<std::uint8_t>(~ins()) : ins());
}

void T0Side::data_in(std::uint8_t character) {
  static_cast<void>(command_.push(character));
  if (command_.size() == kHeader + p3()) return execute(command_.size());
  if (behavior().asked().single) ask_for_data();
}

void T0Side::execute(std::size_t command_size) {
  if (!ask_card(command_.view().first(command_size), kept_)) return command_.clear();
  if (const auto garbage = behavior().garbles_answer()) {
    command_.clear();
    return outbox().say_in_turn(*garbage);
  }
  answer();
}

// 12.2.
void T0Side::answer() {
  const std::size_t data = kept_.size() - 2;
  const auto length = static_cast<std::uint8_t>(data);
  if (data == 0) return status(kept_[0], kept_[1]);
  if (!data_goes_in(ins()) && data == le()) return give_kept(data);
  if (data_goes_in(ins())) {
    kept_for_ = Kept::for_get_response;
    return status(0x61, length);
  }
  kept_for_ = Kept::for_same_header;
  static_cast<void>(kept_header_.assign(command_.view().first(4)));
  status(0x6C, length);
}

void T0Side::give_kept(std::size_t most) {
  const std::size_t data = kept_.size() - 2;
  if (most > data) return status(0x6C, static_cast<std::uint8_t>(data));
  give_data(kept_.view().first(most));
  const emv::ResponseBuffer all = kept_;
  static_cast<void>(kept_.assign(all.view().subspan(most)));
  if (kept_.size() > 2) return status(0x61, static_cast<std::uint8_t>(kept_.size() - 2));
  kept_for_ = Kept::nothing;
  status(kept_[0], kept_[1]);
}

void T0Side::give_data(Bytes data) {
  if (!behavior().asked().single) {
    procedure(ins());
    return outbox().say(data);
  }
  for (const std::uint8_t byte : data) {
    procedure(static_cast<std::uint8_t>(~ins()));
    outbox().say({&byte, 1});
  }
}

void T0Side::procedure(std::uint8_t byte) {
  for (unsigned i = 0; i < behavior().asked().nulls; ++i) outbox().say_in_turn({&kNull, 1});
  outbox().say_in_turn({&byte, 1});
}

void T0Side::status(std::uint8_t sw1, std::uint8_t sw2) {
  if (no_status(sw1)) return status(0x6F, 0x00);
  procedure(sw1);
  outbox().say({&sw2, 1});
  command_.clear();
}

}  // namespace sesame::card::iso7816
