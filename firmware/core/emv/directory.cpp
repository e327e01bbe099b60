#include "firmware/core/emv/directory.hpp"

#include <utility>

#include "firmware/core/emv/answers.hpp"
#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/emv/tags.hpp"

namespace sesame::emv {

namespace {

constexpr std::array<std::uint8_t, 14> kPse{'1', 'P', 'A', 'Y', '.', 'S', 'Y',
                                            'S', '.', 'D', 'D', 'F', '0', '1'};

// Where an application stands in the order of its card, the smallest first: priority 1 to 15, then 0 or none
// (Book 1, 12.2.3). Bit 8 is no part of it: it asks for the cardholder's confirmation, who gives it with the
// PIN.
unsigned rank(const DirectoryEntry& entry) { return (entry.priority.value_or(0) - 1U) & 0x0FU; }

}  // namespace

void Directory::clear() {
  command_.clear();
  entries_.clear();
  sfi_ = 0;
}

void Directory::start() {
  clear();
  static_cast<void>(append_select(command_, kPse));
}

void Directory::answer(const ResponseApdu& response) {
  command_.clear();
  if (response.sw != sw::ok) return;
  if (sfi_ == 0) {
    const auto fci = parse_fci(response.data);
    // Book 1, 12.2.3: the directory file has an SFI from 1 to 10.
    if (!fci || !fci->answers(kPse) || !fci->sfi || *fci->sfi < 1 || *fci->sfi > 10) return;
    sfi_ = *fci->sfi;
    return ask_for_record(1);
  }
  if (take_record(response.data) && record_ < 255) ask_for_record(static_cast<std::uint8_t>(record_ + 1));
}

void Directory::ask_for_record(std::uint8_t record) {
  record_ = record;
  static_cast<void>(append_read_record(command_, sfi_, record));
}

// One record holds one or more application templates (Book 1, 12.2.3).
bool Directory::take_record(Bytes bytes) {
  TlvReader outer(bytes);
  const auto record = outer.next();
  if (!record || record->tag != tag::record_template) return false;
  for (TlvReader reader(record->value); reader.more();) {
    const auto application = reader.next();
    if (!application) return false;
    if (application->tag != tag::application_template) continue;
    static constexpr std::array<ShortTag, 3> kTags{tag::aid, tag::application_label, tag::priority};
    std::array<Bytes, 3> values;
    const auto& [aid, label, priority] = values;
    DirectoryEntry entry;
    if (!read_objects(application->value, kTags, values)) continue;
    if (aid.size() < 5 || !entry.aid.assign(aid)) continue;
    static_cast<void>(entry.label.assign(label));
    if (priority.size() == 1) entry.priority = priority[0];
    if (!insert(entry)) return false;
  }
  return true;
}

// After those of the same rank.
bool Directory::insert(const DirectoryEntry& entry) {
  if (!entries_.push(entry)) return false;
  for (std::size_t i = entries_.size() - 1; i > 0 && rank(entries_[i]) < rank(entries_[i - 1]); --i) {
    std::swap(entries_[i], entries_[i - 1]);
  }
  return true;
}

}  // namespace sesame::emv
