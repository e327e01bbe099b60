#include "firmware/core/emv/answers.hpp"

#include "firmware/core/emv/tags.hpp"

namespace sesame::emv {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(AnswerError error) {
  switch (error) {
    case AnswerError::not_tlv: return "the answer is not a data object"sv;
    case AnswerError::wrong_template: return "the answer is not in the template that the command calls for"sv;
    case AnswerError::missing_field: return "the answer lacks a mandatory data object"sv;
    case AnswerError::redundant_object: return "a data object stands twice in the answer"sv;
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

// What a template holds of the objects that the dialogue needs.
std::optional<AnswerError> read(Bytes content, std::span<const ShortTag> tags, std::span<Bytes> values) {
  const auto redundant = read_objects(content, tags, values);
  if (!redundant) return AnswerError::not_tlv;
  if (*redundant != 0) return AnswerError::redundant_object;
  return std::nullopt;
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

  static constexpr std::array<ShortTag, 2> kOuter{tag::df_name, tag::fci_proprietary};
  std::array<Bytes, 2> outer;
  if (const auto error = read(object->value, kOuter, outer)) return *error;
  static constexpr std::array<ShortTag, 2> kNeeded{tag::pdol, tag::fci_issuer_discretionary};
  std::array<Bytes, 2> needed;
  if (const auto error = read(outer[1], kNeeded, needed)) return *error;
  static constexpr std::array<ShortTag, 5> kOthers{tag::application_label, tag::preferred_name,
                                                   tag::language_preference, tag::priority, tag::sfi};
  std::array<Bytes, 5> others;
  static_cast<void>(read_objects(outer[1], kOthers, others));

  fci.df_name = outer[0];
  fci.pdol = needed[0];
  fci.issuer_discretionary = needed[1];
  fci.label = others[0];
  fci.preferred_name = others[1];
  fci.language_preference = others[2];
  fci.priority = one_byte(others[3]);
  fci.sfi = one_byte(others[4]);
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
    static constexpr std::array<ShortTag, 2> kTags{tag::aip, tag::afl};
    std::array<Bytes, 2> values;
    if (const auto error = read(object->value, kTags, values)) return *error;
    options = {values[0], values[1]};
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
    static constexpr std::array<ShortTag, 4> kTags{tag::cid, tag::atc, tag::ac, tag::iad};
    std::array<Bytes, 4> values;
    if (const auto error = read(object->value, kTags, values)) return *error;
    const auto& [cid, atc, ac, iad] = values;
    if (cid.empty() || atc.empty() || ac.empty()) return AnswerError::missing_field;
    if (cid.size() != 1) return AnswerError::wrong_length;
    cryptogram = {cid[0], atc, ac, iad};
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
