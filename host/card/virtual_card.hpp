// A virtual EMV card at the level of APDUs. It computes real cryptograms from its keys, keeps order, counts
// its transactions and its PIN tries durably, and answers what is out of place with the status word that a
// card would: EMV 4.3 Book 1, 11 and 12; Book 3, 6.5; and behavior.hpp, where EMV leaves it to the card.
//
// Whatever its behavior is: an ATC is never under two ARQCs, and a PIN is never compared before its try is
// taken.
//
// It knows cards, and nothing of CAP: a reader must be able to be wrong about it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "firmware/core/emv/apdu.hpp"
#include "host/card/behavior.hpp"
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

  // What is wrong with a command, whatever the state. The header is looked at before the state, the rest
  // after it, where the behavior does not say otherwise.
  struct Fault {
    std::uint16_t sw = 0;  // 0: nothing
    bool of_header = false;
  };
  Fault fault_of(CommandKind kind, const emv::CommandApdu& command) const;
  Fault fault_of_select(const emv::CommandApdu& command) const;
  Fault fault_of_get_processing_options(const emv::CommandApdu& command) const;
  Fault fault_of_read_record(const emv::CommandApdu& command) const;
  static Fault fault_of_get_data(const emv::CommandApdu& command);
  static Fault fault_of_verify(const emv::CommandApdu& command);
  Fault fault_of_generate_ac(const emv::CommandApdu& command) const;

  Answer execute(const emv::CommandApdu& command);
  Answer process(CommandKind kind, const emv::CommandApdu& command, const Reply& reply);
  Answer select(const emv::CommandApdu& command);
  Answer get_processing_options();
  Answer read_record(const emv::CommandApdu& command) const;
  Answer get_data(const emv::CommandApdu& command);
  Answer verify(const emv::CommandApdu& command);
  Answer generate_ac(const emv::CommandApdu& command, const Reply& reply);

  const CardState& state() const { return personalization_.behavior.states[state_]; }
  Phase phase() const { return state().phase; }
  void lead_to(Phase phase) { next_state_ = static_cast<std::size_t>(phase); }
  void enter_next_state();
  void forget_transaction();
  // The application that SELECT asks for, from the first on or, for the next one, after the last selected.
  std::optional<std::size_t> find_application(const emv::CommandApdu& command) const;
  bool asks_for_pse(const emv::CommandApdu& command) const;
  std::optional<std::size_t> find_record(std::uint8_t sfi, std::uint8_t number) const;
  AcType decide(AcType asked, AcType otherwise, const Reply& reply) const;
  Answer cryptogram_answer(AcType type, Bytes data);
  Prepared& current() { return applications_[selected_]; }
  const Prepared& current() const { return applications_[selected_]; }

  void answer_t0(const emv::CommandApdu& command, const Answer& answer, emv::ResponseBuffer& response);
  void get_response(const emv::CommandApdu& command, emv::ResponseBuffer& response);

  const Personalization& personalization_;
  CardCounters counters_;
  ByteString pse_fci_;
  std::vector<ByteString> pse_records_;
  std::vector<Prepared> applications_;

  std::size_t state_ = 0;                  // of the behavior's states
  std::optional<std::size_t> next_state_;  // that the command under way leads to
  std::size_t selected_ = 0;
  bool selected_blocked_ = false;
  TransactionFacts facts_;
  bool first_ac_due_ = false;    // the ATC counted, and no cryptogram was given since
  bool session_begun_ = false;   // there is a session key for the ATC
  Buffer<255> built_;            // the answer under way
  emv::ResponseBuffer waiting_;  // T=0: for GET RESPONSE, its last two bytes the status word
};

}  // namespace sesame::card
