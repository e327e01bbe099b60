#include "host/cli/reader_card.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "host/cli/text.hpp"
#include "host/pcsc/errors.hpp"
#include "host/pcsc/features.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "host/pcsc/readers.hpp"

namespace sesame::cli {

ReaderCard::ReaderCard(const ReaderOptions& options)
    : wait_(options.wait),
      reader_(pcsc::find_reader(pcsc::list_readers(pcsc::Context()), *options.reader).name) {
  wait_for_card();
  removal_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (removal_ < 0) throw Failure(Failure::environment, "no descriptor is left to watch the card with");
  watch_ = std::make_unique<pcsc::PresenceWatch>(reader_, [this] { ::eventfd_write(removal_, 1); });
}

void ReaderCard::wait_for_card() {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + wait_;
  pcsc::wait_for_card(pcsc::Context(), reader_, wait_, [&] {
    note_line(fmt::format("sesame: insert a card into {} (within {} s)", reader_, wait_.count()));
  });
  wait_for_others(std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()));
}

// Before a PIN is typed.
void ReaderCard::wait_for_others(std::chrono::milliseconds left) const {
  if (pcsc::others_let_go(reader_, pcsc::kPatienceWithOthers)) return;
  left -= pcsc::kPatienceWithOthers;
  if (left.count() > 0) {
    note_line(fmt::format("sesame: {} is in use by another program, which is waited for (within {} s)",
                          reader_, wait_.count()));
    if (pcsc::others_let_go(reader_, left)) return;
  }
  throw pcsc::failure(SCARD_E_SHARING_VIOLATION, reader_);
}

ReaderCard::~ReaderCard() {
  watch_.reset();
  ::close(removal_);
}

std::unique_ptr<CardSlot> ReaderCard::make_slot(pcsc::LanguageId language) const {
  pcsc::SlotLimits limits;
  limits.others = std::max<std::chrono::milliseconds>(limits.others, wait_);
  return std::make_unique<pcsc::PcscSlot>(reader_, language, limits);
}

void ReaderCard::require_pinpad() const {
  const auto features = pcsc::features_of(pcsc::Context(), reader_);
  if (!features) throw pcsc::failure(SCARD_E_SHARING_VIOLATION, reader_);
  if (pcsc::has_pinpad(*features)) return;
  throw Failure(Failure::environment,
                fmt::format("{} has no pinpad; without --pinpad the PIN is typed here", reader_));
}

}  // namespace sesame::cli
