// The card's side of T=0: ISO 7816-3:2006, 10 and 12.2.
//
// The instruction says which way the data goes (ISO 7816-4); of one that is not known, toward the reader.
// What T=0 cannot give in one go is kept, and the card itself is not asked twice:
//   data in, data out          61xx, then GET RESPONSE for all of it or in pieces
//   data out, with another Le  6Cxx, then the same header with that length
// A card that says 61xx and 6Cxx itself gets the GET RESPONSE, or the repeated command.
#pragma once

#include "host/card/iso7816/dialogue.hpp"

namespace sesame::card::iso7816 {

class T0Side final : public Dialogue {
 public:
  T0Side(CardSlot& card, Behavior& behavior, Outbox& outbox) : Dialogue(card, behavior, outbox) {}

  // One with a wrong parity is not taken.
  void received(std::uint8_t character, bool parity_ok) override;

 private:
  static constexpr std::size_t kHeader = 5;  // CLA INS P1 P2 P3
  enum class Kept : std::uint8_t { nothing, for_get_response, for_same_header };

  void header_complete();
  void data_in(std::uint8_t character);
  void ask_for_data();
  void execute(std::size_t command_size);
  void answer();
  void give_kept(std::size_t most);
  void give_data(Bytes data);
  void procedure(std::uint8_t byte);
  void status(std::uint8_t sw1, std::uint8_t sw2);

  std::uint8_t ins() const { return command_[1]; }
  std::size_t p3() const { return command_[4]; }
  std::size_t le() const { return p3() == 0 ? 256 : p3(); }
  bool same_header_again() const;

  SecretVector<std::uint8_t, emv::kMaxCommand> command_;  // the header, and the data so far
  Buffer<4> kept_header_;
  emv::ResponseBuffer kept_;  // with the status word
  Kept kept_for_ = Kept::nothing;
};

}  // namespace sesame::card::iso7816
