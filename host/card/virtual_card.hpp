// A virtual EMV card at the level of APDUs. It computes real cryptograms from its keys, keeps order, counts
// its transactions and its PIN tries durably, and answers what is out of place with the status word that a
// card would: EMV 4.3 Book 1, 11 and 12; Book 3, 6.5.
//
// It knows cards, and nothing of CAP: a reader must be able to be wrong about it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "firmware/core/emv/apdu.hpp"
#include "host/card/counters.hpp"
#include "host/card/cryptogram.hpp"
#include "host/card/dol_part.hpp"
#include "host/card/personalization.hpp"
#include "host/card/slot.hpp"

namespace sesame::card {

class VirtualCard final : public CardSlot {
 public:
  // The personalization and the store outlive the card, of which there is one at a time on a store.
  VirtualCard(const Personalization& personalization, state::CounterStore& store);
  VirtualCard(const VirtualCard&) = delete;
  VirtualCard& operator=(const VirtualCard&) = delete;

  // Both resets forget the transaction. A command may be any bytes, and is answered with a response APDU; a
  // T=0 card says 61xx and 6Cxx where such a card would. What the store throws comes through: then the card
  // has not answered, and what it did is undecided as in a crash.
  SlotStatus carry_out(const SlotRequest& request, emv::ResponseBuffer& answer) override;

  CardCounters& counters() { return counters_; }
  const CardCounters& counters() const { return counters_; }
  const Personalization& personalization() const { return personalization_; }

 private:
  // How far the selected application's transaction has come.
  enum class Phase : std::uint8_t { nothing_selected, directory, selected, initiated, first_ac_given, over };

  struct Answer {
    Bytes data;
    std::uint16_t sw = 0;
  };
  // One application, made ready.
  struct Prepared {
    const Application& application;
    ByteString fci;
    ByteString processing_options;
    std::vector<ByteString> records;  // as Application::records
    std::size_t pdol_length = 0, cdol1_length = 0, cdol2_length = 0;
    std::optional<DolPart> response_code;  // 8A, in CDOL2's data
    Cryptograms cryptograms;
  };
  static Prepared prepare(const Personalization& card, const Application& application);

  SlotStatus reset(const ByteString& atr, emv::ResponseBuffer& answer);
  void respond(Bytes bytes, emv::ResponseBuffer& response);
  Answer execute(const emv::CommandApdu& command);
  Answer select(const emv::CommandApdu& command);
  Answer get_processing_options(const emv::CommandApdu& command);
  Answer read_record(const emv::CommandApdu& command) const;
  Answer get_data(const emv::CommandApdu& command);
  Answer verify(const emv::CommandApdu& command);
  Answer generate_ac(const emv::CommandApdu& command);

  void forget_transaction();
  AcType decide_first(AcType asked) const;
  Answer cryptogram_answer(AcType type, Bytes data);
  bool transaction_open() const { return phase_ >= Phase::initiated; }
  Prepared& current() { return applications_[selected_]; }
  const Prepared& current() const { return applications_[selected_]; }

  void answer_t0(const emv::CommandApdu& command, const Answer& answer, emv::ResponseBuffer& response);
  void get_response(const emv::CommandApdu& command, emv::ResponseBuffer& response);

  const Personalization& personalization_;
  CardCounters counters_;
  ByteString pse_fci_;
  std::vector<ByteString> pse_records_;
  std::vector<Prepared> applications_;

  Phase phase_ = Phase::nothing_selected;
  std::size_t selected_ = 0;
  bool selected_blocked_ = false;
  TransactionFacts facts_;
  Buffer<255> built_;            // the answer under way
  emv::ResponseBuffer waiting_;  // T=0: for GET RESPONSE, its last two bytes the status word
};

}  // namespace sesame::card
