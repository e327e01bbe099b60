#include "host/cli/candidates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "firmware/core/emv/answers.hpp"
#include "firmware/core/emv/directory.hpp"
#include "firmware/core/emv/status_word.hpp"
#include "firmware/core/emv/tags.hpp"
#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/base/safe_text.hpp"
#include "host/cli/label.hpp"
#include "host/explain/data_elements.hpp"

namespace sesame::cli {

namespace {

namespace sw = emv::sw;
namespace tag = emv::tag;
using ByteString = std::vector<std::uint8_t>;

constexpr std::string_view kPse = "1PAY.SYS.DDF01";
constexpr std::uint8_t kFirst = 0x00, kNext = 0x02;
// No card has so many of one name; one that never ends is left.
constexpr std::size_t kMostOccurrences = 64;

std::string without_padding(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

Bytes name_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// An object of the FCI's proprietary template (EMV 4.3 Book 1, 11.3.4).
Bytes in_fci(Bytes fci, emv::Tag wanted) {
  Bytes inside = fci;
  for (const emv::Tag each : {tag::fci, tag::fci_proprietary, wanted}) {
    std::optional<Bytes> found;
    for (emv::TlvReader reader(inside); !found && reader.more();) {
      const auto object = reader.next();
      if (!object) return {};
      if (object->tag == each) found = object->value;
    }
    if (!found) return {};
    inside = *found;
  }
  return inside;
}

// In the issuer's own letters; only where it says which (EMV 4.3 Book 4, 11.3).
void take_name(CardApplication& application, Bytes preferred_name, Bytes code_table_index) {
  const auto table = explain::code_table(code_table_index);
  if (preferred_name.empty() || !table) return;
  application.preferred_name = without_padding(label_text(preferred_name, table));
  application.code_table = table;
}

// Priority 1 to 15, then 0 or none (Book 1, 12.2.3).
unsigned rank(const CardApplication& application) { return (application.priority.value_or(0) - 1U) & 0x0FU; }

class Search {
 public:
  Search(const std::function<CardAnswer(Bytes)>& ask, std::span<const KnownAid> known)
      : ask_(ask), known_(known) {}

  CardApplications all() {
    std::vector<CardApplication> listed = directory();
    by_directory_ = std::any_of(listed.begin(), listed.end(),
                                [&](const CardApplication& each) { return is_known(each.aid); }) &&
                    found_.directory_sw == sw::ok;
    for (CardApplication& each : listed) select_listed(std::move(each));
    for (const KnownAid& each : known_) select_all(each);
    in_order();
    return std::move(found_);
  }

 private:
  CardAnswer select(Bytes name, std::uint8_t which) {
    Buffer<24> command;
    static_cast<void>(emv::append_command(command, {0x00, 0xA4, 0x04, which, name, 256}));
    return ask_(command);
  }

  [[noreturn]] static void blocked(std::string_view name) {
    throw Failure(Failure::refused,
                  fmt::format("the card is blocked, or knows no SELECT (6A81 to SELECT of {})", name));
  }

  bool is_known(Bytes aid) const {
    return std::any_of(known_.begin(), known_.end(), [&](const KnownAid& each) {
      return each.exact ? equal(aid, each.aid) : starts_with(aid, each.aid);
    });
  }

  // ---- 12.3.2

  std::vector<CardApplication> directory() {
    const CardAnswer answer = select(name_bytes(kPse), kFirst);
    found_.directory_sw = answer.sw;
    if (answer.sw == sw::function_not_supported) blocked(kPse);
    if (answer.sw != sw::ok) return {};
    const auto fci = emv::parse_fci(answer.data);
    // 12.2.3: the directory file has an SFI from 1 to 10.
    if (!fci || !fci->answers(name_bytes(kPse)) || !fci->sfi || *fci->sfi < 1 || *fci->sfi > 10) {
      found_.directory_sw = sw::file_not_found;
      return {};
    }
    const Bytes code_table_index = in_fci(answer.data, tag::issuer_code_table_index);
    std::vector<CardApplication> listed;
    for (unsigned record = 1; record <= 255; ++record) {
      Buffer<5> command;
      static_cast<void>(emv::append_read_record(command, *fci->sfi, static_cast<std::uint8_t>(record)));
      const CardAnswer read = ask_(command);
      if (read.sw == sw::record_not_found) break;
      if (read.sw != sw::ok || !take_record(read.data, code_table_index, listed)) {
        found_.directory_sw = read.sw == sw::ok ? sw::wrong_data : read.sw;
        break;
      }
    }
    return listed;
  }

  // One record holds one or more application templates (12.2.3).
  static bool take_record(Bytes bytes, Bytes code_table_index, std::vector<CardApplication>& listed) {
    const auto record = emv::TlvReader(bytes).next();
    if (!record || record->tag != tag::record_template) return false;
    for (emv::TlvReader reader(record->value); reader.more();) {
      const auto entry = reader.next();
      if (!entry) return false;
      if (entry->tag != tag::application_template) continue;
      static constexpr std::array<emv::ShortTag, 4> kTags{tag::aid, tag::application_label, tag::priority,
                                                          tag::preferred_name};
      std::array<Bytes, 4> values;
      if (!emv::read_objects(entry->value, kTags, values)) continue;
      const auto& [aid, label, priority, preferred_name] = values;
      if (aid.size() < 5 || aid.size() > 16) continue;
      CardApplication application;
      application.aid.assign(aid.begin(), aid.end());
      application.label = without_padding(label_text(label));
      if (priority.size() == 1) application.priority = priority[0];
      take_name(application, preferred_name, code_table_index);
      application.listed = true;
      listed.push_back(std::move(application));
    }
    return true;
  }

  void select_listed(CardApplication application) {
    const CardAnswer answer = select(application.aid, kFirst);
    if (by_directory_ && is_known(application.aid)) application.candidate = 0;
    const ByteString asked = application.aid;
    take_answer(application, asked, answer);
    add(std::move(application));
  }

  // ---- 12.3.3

  // The first application whose name begins with that AID, and the next ones, as long as names are longer
  // than it.
  void select_all(const KnownAid& known) {
    std::vector<ByteString> seen;
    std::uint8_t which = kFirst;
    while (seen.size() < kMostOccurrences) {
      const CardAnswer answer = select(known.aid, which);
      if (answer.sw == sw::function_not_supported && which == kFirst && !by_directory_)
        blocked(to_hex(known.aid));
      CardApplication application;
      if (!take_answer(application, known.aid, answer)) return;
      const ByteString name = application.aid;
      if (std::find(seen.begin(), seen.end(), name) != seen.end()) return;
      seen.push_back(name);
      const bool fits = !known.exact || equal(name, known.aid);
      if (!by_directory_ && fits && application.sw == sw::ok) application.candidate = 0;
      add(std::move(application));
      if (name.size() == known.aid.size()) return;
      which = kNext;
    }
  }

  // ---- both

  // Whether it is there. What the directory says of an application stays where its FCI says nothing; its
  // priority stays in any case, as the order is the directory's.
  bool take_answer(CardApplication& application, Bytes asked, const CardAnswer& answer) {
    const auto fci = emv::parse_fci(answer.data);
    const bool it = fci && fci->answers(asked);
    const bool blocked = answer.sw == sw::selected_file_invalidated && (it || answer.data.empty());
    // What answers with another name is another application (12.3.3).
    const bool there = (answer.sw == sw::ok && it) || blocked;
    application.sw = there ? answer.sw : sw::file_not_found;
    if (!it) {
      if (application.aid.empty()) application.aid.assign(asked.begin(), asked.end());
      return there;
    }
    application.aid.assign(fci->df_name.begin(), fci->df_name.end());
    if (!fci->label.empty()) application.label = without_padding(label_text(fci->label));
    take_name(application, in_fci(answer.data, tag::preferred_name),
              in_fci(answer.data, tag::issuer_code_table_index));
    application.language = without_padding(safe::one_line(label_text(fci->language_preference)));
    if (!application.priority) application.priority = fci->priority;
    return there;
  }

  // Once, as it was found first.
  void add(CardApplication application) {
    const auto same = [&](const CardApplication& other) { return other.aid == application.aid; };
    const auto place = std::find_if(found_.all.begin(), found_.all.end(), same);
    if (place == found_.all.end()) {
      found_.all.push_back(std::move(application));
    } else if (application.candidate && !place->candidate) {
      place->candidate = application.candidate;
    }
  }

  void in_order() {
    const auto rest =
        std::stable_partition(found_.all.begin(), found_.all.end(),
                              [](const CardApplication& each) { return each.candidate.has_value(); });
    std::stable_sort(found_.all.begin(), rest,
                     [](const CardApplication& a, const CardApplication& b) { return rank(a) < rank(b); });
    std::size_t number = 0;
    for (auto each = found_.all.begin(); each != rest; ++each) each->candidate = ++number;
  }

  const std::function<CardAnswer(Bytes)>& ask_;
  std::span<const KnownAid> known_;
  CardApplications found_;
  bool by_directory_ = false;
};

}  // namespace

CardApplications find_applications(const std::function<CardAnswer(Bytes command)>& ask,
                                   std::span<const KnownAid> known) {
  return Search(ask, known).all();
}

}  // namespace sesame::cli
