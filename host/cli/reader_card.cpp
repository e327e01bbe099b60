#include "host/cli/reader_card.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include "host/cli/text.hpp"
#include "host/device/timed_slot.hpp"
#include "host/pcsc/errors.hpp"
#include "host/pcsc/features.hpp"
#include "host/pcsc/pcsc_slot.hpp"
#include "host/pcsc/readers.hpp"

namespace sesame::cli {

ReaderCard::ReaderCard(const ReaderOptions& options)
    : reader_(pcsc::find_reader(pcsc::list_readers(context_), *options.reader).name) {
  pcsc::wait_for_card(context_, reader_, std::chrono::seconds(options.wait), [&] {
    note_line(fmt::format("sesame: insert a card into {} (within {} s)", reader_, options.wait));
  });
  removal_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (removal_ < 0) throw Failure(Exit::environment, "no descriptor is left to watch the card with");
  watch_ = std::make_unique<pcsc::PresenceWatch>(reader_, [this] { ::eventfd_write(removal_, 1); });
}

ReaderCard::~ReaderCard() {
  watch_.reset();
  ::close(removal_);
}

std::unique_ptr<CardSlot> ReaderCard::make_slot(pcsc::Language language) const {
  return std::make_unique<TimedSlot>(std::make_unique<pcsc::PcscSlot>(reader_, language));
}

void ReaderCard::require_pinpad() const {
  const auto features = pcsc::features_of(context_, reader_);
  if (!features) throw pcsc::failure(SCARD_E_SHARING_VIOLATION, reader_);
  if (pcsc::has_pinpad(*features)) return;
  throw Failure(Exit::environment,
                fmt::format("{} has no pinpad; without --pinpad the PIN is typed here", reader_));
}

}  // namespace sesame::cli
