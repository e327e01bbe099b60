#include "host/card/files.hpp"

#include "firmware/core/emv/tags.hpp"

namespace sesame::card {

namespace tag = emv::tag;

namespace {

ByteString bytes(std::string_view text) { return {text.begin(), text.end()}; }

// Digits as nibbles, F after an odd one: format cn (EMV 4.3 Book 3, 4.3).
ByteString compressed_numeric(std::string_view digits) {
  ByteString out;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digits[i] - '0';
    const int low = i + 1 < digits.size() ? digits[i + 1] - '0' : 0xF;
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

}  // namespace

ByteString tlv(emv::Tag tag, Bytes value) {
  Buffer<8> header;
  static_cast<void>(emv::append_header(header, tag, value.size()));
  ByteString out(header.begin(), header.end());
  append(out, value);
  return out;
}

ByteString data_object(const Personalization& card, const Application& application, emv::Tag tag) {
  if (const auto found = application.data.find(tag); found != application.data.end()) return found->second;
  switch (tag) {
    case tag::pan: return compressed_numeric(card.pan);
    case tag::psn: return compressed_numeric(card.psn);
    case tag::cdol1: return application.cdol1;
    case tag::cdol2: return application.cdol2;
    case tag::aip: return application.aip;
    case tag::application_label: return bytes(application.label);
    case tag::language_preference: return bytes(card.language);
    default: return application.data.at(tag);
  }
}

ByteString application_fci(const Personalization& card, const Application& application) {
  ByteString proprietary;
  if (!application.label.empty()) append(proprietary, tlv(tag::application_label, bytes(application.label)));
  if (application.priority) append(proprietary, tlv(tag::priority, std::span(&*application.priority, 1)));
  if (!application.pdol.empty()) append(proprietary, tlv(tag::pdol, application.pdol));
  if (!card.language.empty()) append(proprietary, tlv(tag::language_preference, bytes(card.language)));
  ByteString discretionary;
  for (const emv::Tag tag : application.discretionary) {
    append(discretionary, tlv(tag, data_object(card, application, tag)));
  }
  if (!discretionary.empty()) append(proprietary, tlv(tag::fci_issuer_discretionary, discretionary));

  ByteString fci = tlv(tag::df_name, application.aid);
  append(fci, tlv(tag::fci_proprietary, proprietary));
  return tlv(tag::fci, fci);
}

ByteString application_file_locator(const Application& application) {
  ByteString afl;
  for (const Record& record : application.records) {
    const auto sfi = static_cast<std::uint8_t>(record.sfi << 3);
    const bool follows =
        afl.size() >= 4 && afl[afl.size() - 4] == sfi && afl[afl.size() - 2] + 1 == record.number;
    if (follows) {
      afl[afl.size() - 2] = record.number;
    } else {
      append(afl, std::array<std::uint8_t, 4>{sfi, record.number, record.number, 0});
    }
  }
  return afl;
}

ByteString record_content(const Personalization& card, const Application& application, const Record& record) {
  ByteString content;
  for (const emv::Tag tag : record.tags) append(content, tlv(tag, data_object(card, application, tag)));
  return tlv(tag::record_template, content);
}

ByteString pse_fci(const Personalization& card) {
  ByteString proprietary = tlv(tag::sfi, std::array<std::uint8_t, 1>{kPseSfi});
  if (!card.language.empty()) append(proprietary, tlv(tag::language_preference, bytes(card.language)));
  ByteString fci = tlv(tag::df_name, bytes(kPseName));
  append(fci, tlv(tag::fci_proprietary, proprietary));
  return tlv(tag::fci, fci);
}

std::vector<ByteString> pse_records(const Personalization& card) {
  std::vector<ByteString> records;
  for (const Application& application : card.applications) {
    if (!application.in_directory) continue;
    ByteString entry = tlv(tag::aid, application.aid);
    append(entry, tlv(tag::application_label, bytes(application.label)));
    if (application.priority) append(entry, tlv(tag::priority, std::span(&*application.priority, 1)));
    records.push_back(tlv(tag::record_template, tlv(tag::application_template, entry)));
  }
  return records;
}

}  // namespace sesame::card
