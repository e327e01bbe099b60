// A board on the model with a card in its slot, and the loop between the core's character level and the
// drivers (as in firmware/app/shell.cpp), for what a test asks of the card.
//
//   TableCard card("3B00", {{"00A4040000", "9000"}});
//   Bench bench(card);
//   CHECK(bench.activate() == "3B00");
//   CHECK(bench.transmit("00A40400") == "9000");
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/iso7816/link.hpp"
#include "host/card/slot.hpp"
#include "tests/firmware/core/hex.hpp"
#include "tests/firmware/usart/the_chip.hpp"

namespace sesame::board::model {

// An answer to reset, and answers to commands; 6D00 to any other.
class TableCard final : public CardSlot {
 public:
  explicit TableCard(std::string_view atr, std::map<std::string, std::string> answers = {})
      : atr_(test::bytes(atr)), answers_(std::move(answers)) {}
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override;

 private:
  test::ByteVector atr_;
  std::map<std::string, std::string> answers_;
};

class Bench {
 public:
  explicit Bench(CardSlot& card, const LineCard::Manners& manners = {}, const TheChip::Made& made = {},
                 const card::iso7816::Misbehavior& misbehavior = {});

  // The outcome: bytes, or the error's name; of a run that did not come back, how it ended.
  std::string activate();
  std::string warm_reset();
  std::string transmit(std::string_view command);
  std::string deactivate();

  // Any drivers, which have to come back.
  void run(const std::function<void()>& drivers);

  Time dawdle = 0;  // what else a turn of the loop does

  TheChip chip;
  LineCard card;

  // Those of the reader, or of the card, in order.
  std::vector<LineCard::Character> characters(bool to_card) const;
  Time etu(unsigned f = 372, unsigned d = 1) const;

 private:
  std::string carry_out();
  void serve();

  iso7816::Link link_;
  iso7816::Contacts contacts_;
  iso7816::LineSettings settings_;
  test::ByteVector command_;
};

}  // namespace sesame::board::model
