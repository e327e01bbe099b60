#include "firmware/core/emv/directory.hpp"

#include "firmware/core/emv/answers.hpp"
#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/emv/tags.hpp"

namespace sesame::emv {

namespace {

constexpr std::array<std::uint8_t, 14> kPse{'1', 'P', 'A', 'Y', '.', 'S', 'Y',
                                            'S', '.', 'D', 'D', 'F', '0', '1'};

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
    if (!fci || !fci->sfi || *fci->sfi < 1 || *fci->sfi > 10) return;
    sfi_ = *fci->sfi;
    return ask_for_record(1);
  }
  if (take_record(response.data) && record_ < 255) ask_for_record(static_cast<std::uint8_t>(record_ + 1));
}

void Directory::ask_for_record(std::uint8_t record) {
  record_ = record;
  static_cast<void>(append_read_record(command_, sfi_, record));
}

// One record holds one or more application templates (Book 1, 12.2.3, table 46).
bool Directory::take_record(Bytes bytes) {
  TlvReader outer(bytes);
  const auto record = outer.next();
  if (!record || record->tag != tag::record_template) return false;
  for (TlvReader reader(record->value); reader.more();) {
    const auto application = reader.next();
    if (!application) return false;
    if (application->tag != tag::application_template) continue;
    DirectoryEntry entry;
    const auto aid = find(application->value, tag::aid);
    if (!aid || aid->size() < 5 || !entry.aid.assign(*aid)) continue;
    if (const auto label = find(application->value, tag::application_label)) {
      static_cast<void>(entry.label.assign(*label));
    }
    if (const auto priority = find(application->value, tag::priority); priority && priority->size() == 1) {
      entry.priority = (*priority)[0];
    }
    if (!entries_.push(entry)) return false;
  }
  return true;
}

}  // namespace sesame::emv
