#include "firmware/core/emv/answers.hpp"

#include "firmware/core/emv/tags.hpp"

namespace sesame::emv {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(AnswerError error) {
  switch (error) {
    case AnswerError::not_tlv: return "the answer is not a data object"sv;
    case AnswerError::wrong_template: return "the answer is not in the template that the command calls for"sv;
    case AnswerError::missing_field: return "the answer lacks a mandatory data object"sv;
    case AnswerError::wrong_length: return "a data object of the answer has an impossible length"sv;
    case AnswerError::bad_file_locator: return "the file locator names no records"sv;
  }
  return "unknown error"sv;
}

namespace {

// The one data object that an answer consists of.
Result<Tlv, AnswerError> only_object(Bytes data) {
  TlvReader reader(data);
  const auto object = reader.next();
  if (!object || reader.more()) return AnswerError::not_tlv;
  return *object;
}

// The children of a template, each given to `take(tag, value)`.
template <class Take>
bool for_each_child(Bytes content, Take take) {
  for (TlvReader reader(content); reader.more();) {
    const auto child = reader.next();
    if (!child) return false;
    take(child->tag, child->value);
  }
  return true;
}

std::optional<std::uint8_t> one_byte(Bytes value) {
  if (value.size() != 1) return std::nullopt;
  return value[0];
}

}  // namespace

Result<Fci, AnswerError> parse_fci(Bytes data) {
  Fci fci;
  if (data.empty()) return fci;
  const auto object = only_object(data);
  if (!object) return object.error();
  if (object->tag != tag::fci) return AnswerError::wrong_template;

  Bytes proprietary;
  const bool outer = for_each_child(object->value, [&](Tag tag, Bytes value) {
    if (tag == tag::df_name) fci.df_name = value;
    if (tag == tag::fci_proprietary) proprietary = value;
  });
  const bool inner = for_each_child(proprietary, [&](Tag tag, Bytes value) {
    switch (tag) {
      case tag::application_label: fci.label = value; break;
      case tag::preferred_name: fci.preferred_name = value; break;
      case tag::language_preference: fci.language_preference = value; break;
      case tag::pdol: fci.pdol = value; break;
      case tag::fci_issuer_discretionary: fci.issuer_discretionary = value; break;
      case tag::priority: fci.priority = one_byte(value); break;
      case tag::sfi: fci.sfi = one_byte(value); break;
      default: break;
    }
  });
  if (!outer || !inner) return AnswerError::not_tlv;
  if (fci.df_name.size() > 16) return AnswerError::wrong_length;
  return fci;
}

Result<ProcessingOptions, AnswerError> parse_processing_options(Bytes data) {
  const auto object = only_object(data);
  if (!object) return object.error();

  ProcessingOptions options;
  if (object->tag == tag::response_format1) {
    if (object->value.size() < 2) return AnswerError::wrong_length;
    options = {object->value.first(2), object->value.subspan(2)};
  } else if (object->tag == tag::response_format2) {
    const bool well_formed = for_each_child(object->value, [&](Tag tag, Bytes value) {
      if (tag == tag::aip) options.aip = value;
      if (tag == tag::afl) options.afl = value;
    });
    if (!well_formed) return AnswerError::not_tlv;
    if (options.aip.empty() || options.afl.empty()) return AnswerError::missing_field;
  } else {
    return AnswerError::wrong_template;
  }
  if (options.aip.size() != 2 || options.afl.size() % 4 != 0 || options.afl.size() > 252) {
    return AnswerError::wrong_length;
  }
  return options;
}

Result<Cryptogram, AnswerError> parse_cryptogram(Bytes data) {
  const auto object = only_object(data);
  if (!object) return object.error();

  Cryptogram cryptogram;
  if (object->tag == tag::response_format1) {
    const Bytes value = object->value;
    if (value.size() < 11) return AnswerError::wrong_length;
    cryptogram = {value[0], value.subspan(1, 2), value.subspan(3, 8), value.subspan(11)};
  } else if (object->tag == tag::response_format2) {
    Bytes cid;
    const bool well_formed = for_each_child(object->value, [&](Tag tag, Bytes value) {
      if (tag == tag::cid) cid = value;
      if (tag == tag::atc) cryptogram.atc = value;
      if (tag == tag::ac) cryptogram.ac = value;
      if (tag == tag::iad) cryptogram.iad = value;
    });
    if (!well_formed) return AnswerError::not_tlv;
    if (cid.empty() || cryptogram.atc.empty() || cryptogram.ac.empty()) return AnswerError::missing_field;
    if (cid.size() != 1) return AnswerError::wrong_length;
    cryptogram.cid = cid[0];
  } else {
    return AnswerError::wrong_template;
  }
  if (cryptogram.atc.size() != 2 || cryptogram.ac.size() != 8 || cryptogram.iad.size() > 32) {
    return AnswerError::wrong_length;
  }
  return cryptogram;
}

Result<RecordAddress, AnswerError> AflReader::next() {
  if (afl_.size() - offset_ < 4) return AnswerError::bad_file_locator;
  const std::uint8_t sfi = afl_[offset_] >> 3;
  const std::uint8_t first = afl_[offset_ + 1];
  const std::uint8_t last = afl_[offset_ + 2];
  if ((afl_[offset_] & 7) != 0 || sfi == 0 || sfi == 31 || first == 0 || last < first) {
    return AnswerError::bad_file_locator;
  }
  const auto record = static_cast<std::uint8_t>(first + past_);
  if (record == last) {
    offset_ += 4;
    past_ = 0;
  } else {
    ++past_;
  }
  return RecordAddress{sfi, record};
}

}  // namespace sesame::emv
