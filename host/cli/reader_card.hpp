// The card that `--reader` names: in a PC/SC reader, waited for, and watched for as long as it is used.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "host/card/slot.hpp"
#include "host/cli/option_groups.hpp"
#include "host/pcsc/pin_verify.hpp"
#include "host/pcsc/presence.hpp"

namespace sesame::cli {

class ReaderCard {
 public:
  // Finds the reader and waits for a card in it, and for other programs to let go of it, with a prompt on
  // standard error. Failure (environment) where there is no such reader, or no card in time, or another
  // program still has it.
  explicit ReaderCard(const ReaderOptions& options);
  ReaderCard(const ReaderCard&) = delete;
  ReaderCard& operator=(const ReaderCard&) = delete;
  ~ReaderCard();

  const std::string& reader() const { return reader_; }
  // For this card alone, with a limit on its time. The slot may outlive this.
  std::unique_ptr<CardSlot> make_slot(pcsc::LanguageId language) const;
  // Failure (environment) where the reader has none.
  void require_pinpad() const;
  // A descriptor that is readable once the card has left, or the reader, or the PC/SC service.
  int removal() const { return removal_; }

 private:
  void wait_for_card();
  void wait_for_others(std::chrono::milliseconds left) const;

  const std::chrono::seconds wait_;
  const std::string reader_;
  int removal_ = -1;
  std::unique_ptr<pcsc::PresenceWatch> watch_;
};

}  // namespace sesame::cli
