#include "host/card/file/card_application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "firmware/core/emv/dol.hpp"
#include "firmware/core/emv/tags.hpp"
#include "host/card/file/card_cryptogram.hpp"

namespace sesame::card {

namespace {

using card::Application;
using card::ByteString;
using card::Personalization;
using card::Record;
using emv::Tag;
namespace tag = emv::tag;

using document::quoted;
using document::Table;
using document::Value;

constexpr std::string_view kPan = "{pan}";

// A response APDU has at most 256 bytes of data, of which template 70 takes 3 (ISO 7816-4, 5.1).
constexpr std::size_t kMaxResponseData = 256;
constexpr std::size_t kMaxRecordContent = kMaxResponseData - 3;
// In template 77, beside the AIP (EMV 4.3 Book 3, 6.5.8.4), in entries of 4 bytes (10.2).
constexpr std::size_t kMaxAflEntries = 61;
// A command has at most 255 bytes of data, of which template 83 takes 3.
constexpr std::uint8_t kPsnInData = 0x40;  // of the IAF
constexpr std::size_t kMaxIpb = 44;        // a bit for each of PSN, CID, ATC, AC and an IAD of 32 bytes
constexpr std::size_t kMaxDolData = 255, kMaxPdolData = 252;

// Tags that have a key of their own, and are not for `data`.
struct OwnKey {
  Tag tag;
  std::string_view key;
};
constexpr OwnKey kOwnKeys[] = {
    {tag::aid, "aid"},
    {tag::df_name, "aid"},
    {tag::application_label, "label"},
    {tag::pan, "pan"},
    {tag::psn, "psn"},
    {tag::aip, "aip"},
    {tag::priority, "priority"},
    {tag::cdol1, "cdol1"},
    {tag::cdol2, "cdol2"},
    {tag::afl, "records"},
    {tag::language_preference, "language"},
    {tag::pdol, "pdol"},
    {tag::iaf, "iaf"},
    {tag::ipb, "ipb"},
    {tag::fci_issuer_discretionary, "discretionary"},
};

// Tags whose value the card makes as it runs.
constexpr Tag kLive[] = {tag::iad,
                         tag::last_online_atc,
                         tag::pin_try_counter,
                         tag::ac,
                         tag::cid,
                         tag::atc,
                         tag::application_template,
                         tag::fci,
                         tag::record_template,
                         tag::response_format1,
                         tag::response_format2,
                         tag::fci_proprietary};

std::string to_hex_text(Tag tag) { return fmt::format("{:02X}", tag); }

// EMV 4.3 Book 3, annex B1.
bool is_tag(const std::vector<std::uint8_t>& bytes) {
  if (bytes[0] == 0) return false;
  const bool more = (bytes[0] & 0x1F) == 0x1F;
  if (!more) return bytes.size() == 1;
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    const bool last = (bytes[i] & 0x80) == 0;
    if (last != (i + 1 == bytes.size())) return false;
  }
  return bytes.size() > 1;
}

// `hex`, the text or the key of `value`, as a tag.
Tag to_tag(const Value& value, std::string_view hex) {
  const auto bytes = value.hex_of(hex, 0, 1, 4);
  if (!is_tag(bytes)) {
    value.refuse(fmt::format("is {}, which is not one BER-TLV tag; allowed: as in 5A, 9F37", quoted(hex)));
  }
  Tag tag = 0;
  for (const std::uint8_t byte : bytes) tag = tag << 8 | byte;
  return tag;
}

std::vector<Tag> read_tags(const Value& list) {
  std::vector<Tag> tags;
  for (const Value& value : list.list(1, 64)) {
    const Tag tag = to_tag(value, value.text());
    if (std::find(tags.begin(), tags.end(), tag) != tags.end()) {
      value.refuse(fmt::format("name {} twice; each tag may be there once", to_hex_text(tag)));
    }
    tags.push_back(tag);
  }
  return tags;
}

std::size_t tlv_size(Tag tag, std::size_t length) {
  const std::size_t of_tag = tag > 0xFFFFFF ? 4 : tag > 0xFFFF ? 3 : tag > 0xFF ? 2 : 1;
  const std::size_t of_length = length > 0xFF ? 3 : length > 0x7F ? 2 : 1;
  return of_tag + of_length + length;
}

ByteString read_dol(const Value& value, std::size_t most) {
  ByteString dol = value.hex(1, 252);
  const auto length = emv::data_length(dol);
  if (!length) value.refuse(fmt::format("is not a list of tags and lengths: {}", to_string(length.error())));
  if (*length > most) value.refuse(fmt::format("asks for {} bytes; at most {}", *length, most));
  return dol;
}

// ---- one application

class ApplicationFile {
 public:
  ApplicationFile(const Value& value, const Personalization& card, const Issued& issued)
      : table_(value),
        aid_(table_.at("aid")),
        label_(table_.find("label")),
        priority_(table_.find("priority")),
        in_directory_(table_.find("in_directory")),
        aip_(table_.at("aip")),
        pdol_(table_.find("pdol")),
        cdol1_(table_.at("cdol1")),
        cdol2_(table_.at("cdol2")),
        iaf_(table_.find("iaf")),
        ipb_(table_.find("ipb")),
        answer_format_(table_.find("answer_format")),
        needs_pin_(table_.find("needs_pin")),
        discretionary_(table_.find("discretionary")),
        records_(table_.at("records")),
        data_(table_.find("data")),
        cryptogram_(table_.at("cryptogram")),
        card_(card),
        issued_(issued) {
    table_.done();
  }

  Application read() {
    read_names();
    application_.aip = aip_.hex(2);
    if (pdol_) application_.pdol = read_dol(*pdol_, kMaxPdolData);
    application_.cdol1 = read_dol(cdol1_, kMaxDolData);
    application_.cdol2 = read_dol(cdol2_, kMaxDolData);
    if (answer_format_) {
      application_.answer_format = static_cast<card::AnswerFormat>(answer_format_->integer(1, 2));
    }
    application_.needs_pin = !needs_pin_ || needs_pin_->boolean();
    read_cryptogram();
    read_data();
    read_records();
    check_fci();
    check_everything_named();
    check_masks();
    return std::move(application_);
  }

 private:
  void read_names() {
    application_.aid = aid_.hex(5, 16);
    if (label_) application_.label = read_label(*label_);
    if (priority_) application_.priority = priority_->number<std::uint8_t>(1, 15);
    application_.in_directory = !in_directory_ || in_directory_->boolean();
    if (card_.pse && application_.in_directory && application_.label.empty()) {
      table_.refuse("applications.label is missing; the PSE lists each application by its label");
    }
  }

  // Format an, and blanks (EMV 4.3 Book 1, annex B).
  static std::string read_label(const Value& value) {
    const std::string_view label = value.text();
    const auto allowed = [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ';
    };
    if (label.empty() || label.size() > 16 || !std::all_of(label.begin(), label.end(), allowed)) {
      value.refuse(fmt::format("is {}; allowed: 1 to 16 of A to Z, a to z, 0 to 9, blank", quoted(label)));
    }
    return std::string(label);
  }

  void read_cryptogram() {
    CardCryptogram cryptogram = card::read_cryptogram(cryptogram_, card_, issued_);
    application_.cryptogram = std::move(cryptogram.rules);
    iad_size_ = cryptogram.iad_size;
    check_un();
  }

  // A session key from the unpredictable number: the card must ask for it.
  void check_un() const {
    const keys::SchemeRules& scheme = keys::rules(application_.cryptogram.scheme);
    if (!keys::needs_un(scheme.session_key)) return;
    for (emv::DolReader reader(application_.cdol1); reader.more();) {
      const auto entry = reader.next();
      if (!entry) break;
      if (entry->tag == tag::unpredictable_number && entry->length == 4) return;
    }
    cdol1_.refuse(
        fmt::format("does not ask for 9F3704, which scheme {} needs for its session key", scheme.name));
  }

  // ---- data objects, and where they stand

  void read_data() {
    if (iaf_) add_data(*iaf_, tag::iaf, iaf_->hex(1, 32));
    if (ipb_) add_data(*ipb_, tag::ipb, ipb_->hex(1, kMaxIpb));
    if (!data_) return;
    for (const Value& value : data_->members()) {
      const Tag tag = to_tag(value, value.key());
      const auto own = std::find_if(std::begin(kOwnKeys), std::end(kOwnKeys),
                                    [&](const OwnKey& row) { return row.tag == tag; });
      if (own != std::end(kOwnKeys)) value.refuse(fmt::format("has a key of its own: {}", own->key));
      if (std::find(std::begin(kLive), std::end(kLive), tag) != std::end(kLive)) {
        value.refuse("is made by the card as it runs; data is for what never changes");
      }
      add_data(value, tag, read_value(value));
    }
  }

  // Whole bytes also with a PAN of another length than the file's, as tag 57 has them (EMV 4.3 Book 3,
  // annex A).
  static void fill_with_f(std::string& text) {
    const auto blanks = std::count(text.begin(), text.end(), ' ');
    if ((text.size() - static_cast<std::size_t>(blanks)) % 2 == 0) return;
    if (text.back() == 'F') {
      text.pop_back();
    } else {
      text += 'F';
    }
  }

  ByteString read_value(const Value& value) const {
    std::string text(value.text());
    const std::size_t at = text.find(kPan);
    if (at != std::string::npos) {
      text.replace(at, kPan.size(), card_.pan);
      if (issued_.pan) fill_with_f(text);
    }
    return value.hex_of(text, 0, 0, kMaxRecordContent);
  }

  void add_data(const Value& value, Tag tag, ByteString bytes) {
    if (!application_.data.emplace(tag, std::move(bytes)).second) {
      value.refuse("is there twice; each tag may be there once");
    }
    given_.push_back({tag, value});
  }

  // Nothing where neither a key of its own nor `data` gives one.
  std::optional<std::size_t> size_of(Tag tag) const {
    if (const auto found = application_.data.find(tag); found != application_.data.end()) {
      return found->second.size();
    }
    const auto unless_empty = [](std::size_t size) { return size == 0 ? std::nullopt : std::optional(size); };
    switch (tag) {
      case tag::pan: return (card_.pan.size() + 1) / 2;
      case tag::psn: return 1;
      case tag::cdol1: return application_.cdol1.size();
      case tag::cdol2: return application_.cdol2.size();
      case tag::aip: return application_.aip.size();
      case tag::application_label: return unless_empty(application_.label.size());
      case tag::language_preference: return unless_empty(card_.language.size());
      default: return std::nullopt;
    }
  }

  // The bytes that the tags take with their values.
  std::size_t content_size(const Value& list, const std::vector<Tag>& tags) const {
    std::size_t total = 0;
    for (const Tag tag : tags) {
      const auto size = size_of(tag);
      if (!size) {
        list.refuse(
            fmt::format("name {}, which has no value; give it in [applications.data], or by its own key",
                        to_hex_text(tag)));
      }
      total += tlv_size(tag, *size);
    }
    return total;
  }

  void read_records() {
    std::set<Tag> seen;
    for (const Value& entry : records_.list(1, 255)) {
      Table table(entry);
      const Value sfi = table.at("sfi"), number = table.at("record"), tags = table.at("tags");
      table.done();
      Record record;
      record.sfi = sfi.number<std::uint8_t>(1, 30);
      record.number = number.number<std::uint8_t>(1, 255);
      record.tags = read_tags(tags);
      for (const Tag tag : record.tags) {
        if (seen.insert(tag).second) continue;
        tags.refuse(fmt::format("name {}, which another record holds; each tag is in one", to_hex_text(tag)));
      }
      check_record(table, tags, record);
      application_.records.push_back(std::move(record));
    }
    if (const std::size_t entries = afl_entries(); entries > kMaxAflEntries) {
      records_.refuse(fmt::format("make an AFL of {} entries; at most {}: number them in a row", entries,
                                  kMaxAflEntries));
    }
    if (seen.count(tag::cdol1) == 0) records_.refuse("hold no 8C; a reader would find no CDOL1");
  }

  void check_record(const Table& table, const Value& tags, const Record& record) const {
    for (const Record& other : application_.records) {
      if (other.sfi != record.sfi || other.number != record.number) continue;
      table.refuse(fmt::format("record {} of SFI {} is there twice; each may be there once", record.number,
                               record.sfi));
    }
    if (const std::size_t size = content_size(tags, record.tags); size > kMaxRecordContent) {
      tags.refuse(fmt::format("make a record of {} bytes; at most {}", size, kMaxRecordContent));
    }
  }

  // Records of one SFI whose numbers follow each other share one (EMV 4.3 Book 3, 10.2).
  std::size_t afl_entries() const {
    std::size_t entries = 0;
    const Record* before = nullptr;
    for (const Record& record : application_.records) {
      const bool follows = before && before->sfi == record.sfi && before->number + 1 == record.number;
      if (!follows) ++entries;
      before = &record;
    }
    return entries;
  }

  // EMV 4.3 Book 1, 11.3.4.
  void check_fci() {
    std::size_t proprietary = 0;
    if (discretionary_) {
      application_.discretionary = read_tags(*discretionary_);
      proprietary +=
          tlv_size(tag::fci_issuer_discretionary, content_size(*discretionary_, application_.discretionary));
    }
    const auto add = [&](Tag tag, std::size_t size) {
      if (size > 0) proprietary += tlv_size(tag, size);
    };
    add(tag::application_label, application_.label.size());
    add(tag::priority, application_.priority ? 1 : 0);
    add(tag::language_preference, card_.language.size());
    add(tag::pdol, application_.pdol.size());
    const std::size_t content =
        tlv_size(tag::df_name, application_.aid.size()) + tlv_size(tag::fci_proprietary, proprietary);
    if (const std::size_t size = tlv_size(tag::fci, content); size > kMaxResponseData) {
      table_.refuse(fmt::format("the FCI would have {} bytes; at most {}: shorten pdol or discretionary",
                                size, kMaxResponseData));
    }
  }

  void check_everything_named() const {
    std::set<Tag> named(application_.discretionary.begin(), application_.discretionary.end());
    for (const Record& record : application_.records) named.insert(record.tags.begin(), record.tags.end());
    for (const auto& [tag, value] : given_) {
      if (named.count(tag) != 0) continue;
      value.refuse(
          fmt::format("is nowhere on the card; name {} in records or in discretionary", to_hex_text(tag)));
    }
  }

  // An IPB longer than the data it masks: no card has one, and no reader would show a code.
  void check_masks() const {
    bool has_psn = false;
    for (const Tag tag : {tag::iaf, tag::visa_iaf}) {
      const auto iaf = application_.data.find(tag);
      if (iaf != application_.data.end() && !iaf->second.empty()) {
        has_psn = (iaf->second[0] & kPsnInData) != 0;
      }
    }
    const std::size_t data = (has_psn ? 1 : 0) + 1 + 2 + 8 + iad_size_;
    for (const auto& [tag, value] : given_) {
      if (tag != tag::ipb && tag != tag::visa_ipb) continue;
      const std::size_t size = application_.data.at(tag).size();
      if (size <= data) continue;
      value.refuse(fmt::format("has {} bytes, more than the {} it masks: {}CID 1, ATC 2, AC 8, IAD {}", size,
                               data, has_psn ? "PSN 1, " : "", iad_size_));
    }
  }

  struct Given {
    Tag tag;
    Value value;
  };

  using Maybe = std::optional<Value>;

  Table table_;
  const Value aid_;
  const Maybe label_, priority_, in_directory_;
  const Value aip_;
  const Maybe pdol_;
  const Value cdol1_, cdol2_;
  const Maybe iaf_, ipb_, answer_format_, needs_pin_, discretionary_;
  const Value records_;
  const Maybe data_;
  const Value cryptogram_;
  const Personalization& card_;
  const Issued& issued_;
  Application application_;
  std::size_t iad_size_ = 0;
  std::vector<Given> given_;
};

}  // namespace

Application read_application(const Value& value, const Personalization& card, const Issued& issued) {
  return ApplicationFile(value, card, issued).read();
}

}  // namespace sesame::card
