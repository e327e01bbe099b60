#include "firmware/core/emv/tlv.hpp"

namespace sesame::emv {

using namespace std::string_view_literals;  // a bare literal may cost a strlen

std::string_view to_string(TlvError error) {
  switch (error) {
    case TlvError::truncated_tag: return "the tag is cut short"sv;
    case TlvError::tag_too_long: return "the tag has more than four bytes"sv;
    case TlvError::missing_length: return "the tag has no length"sv;
    case TlvError::truncated_length: return "the length is cut short"sv;
    case TlvError::indefinite_length: return "the length is indefinite (80), which EMV does not allow"sv;
    case TlvError::length_too_long: return "the length has more than two bytes"sv;
    case TlvError::truncated_value: return "the value is shorter than its length says"sv;
    case TlvError::nested_too_deep: return "templates are nested too deep"sv;
  }
  return "unknown error"sv;
}

bool Tlv::constructed() const {
  Tag first = tag;
  while (first > 0xFF) first >>= 8;
  return (first & 0x20) != 0;
}

void TlvReader::skip_padding() {
  while (more() && (bytes_[offset_] == 0x00 || (bytes_[offset_] == 0xFF && !at_private_object()))) ++offset_;
}

// ISO 7816-4:2005, 5.2.2.1: no second byte of a tag is 00 to 1E or 80; one of FF is rather more padding. The
// value of a constructed object is objects to its last byte: chance does not make of what stands after
// padding a private object.
bool TlvReader::at_private_object() const {
  const auto object = read();
  const std::uint8_t second = object ? bytes_[offset_ + 1] : 0;
  if (second < 0x1F || second == 0x80 || second == 0xFF) return false;
  TlvReader inside;
  inside.bytes_ = object->value;
  bool any = object->value.empty();
  while (inside.more()) {
    const std::uint8_t first = inside.bytes_[inside.offset_];
    const auto element = inside.read();
    if (first != 0x00 && element) {
      inside.offset_ += element->header + element->value.size();
      any = true;
    } else if (first == 0x00 || first == 0xFF) {
      ++inside.offset_;
    } else {
      return false;
    }
  }
  return any;
}

Result<Tlv, TlvError> TlvReader::next() {
  const auto element = read();
  if (element) {
    offset_ += element->header + element->value.size();
    skip_padding();
  }
  return element;
}

Result<Tlv, TlvError> TlvReader::read() const {
  std::size_t at = offset_;
  const auto left = [&] { return bytes_.size() - at; };
  if (left() == 0) return TlvError::truncated_tag;

  // Annex B1: 1F in the low bits of the first byte announces more tag bytes, the last without bit 8.
  Tag tag = bytes_[at++];
  if ((tag & 0x1F) == 0x1F) {
    bool last = false;
    for (int bytes = 1; !last; ++bytes) {
      if (bytes == 4) return TlvError::tag_too_long;
      if (left() == 0) return TlvError::truncated_tag;
      last = (bytes_[at] & 0x80) == 0;
      tag = tag << 8 | bytes_[at++];
    }
  }

  // Annex B2.
  if (left() == 0) return TlvError::missing_length;
  std::size_t length = bytes_[at++];
  if (length == 0x80) return TlvError::indefinite_length;
  if (length > 0x80) {
    std::size_t bytes = length & 0x7F;
    if (bytes > 2) return TlvError::length_too_long;
    length = 0;
    for (; bytes > 0; --bytes) {
      if (left() == 0) return TlvError::truncated_length;
      length = length << 8 | bytes_[at++];
    }
  }
  if (length > left()) return TlvError::truncated_value;

  return Tlv{tag, bytes_.subspan(at, length), at - offset_};
}

Result<Tag, TlvError> read_objects(Bytes content, std::span<const ShortTag> tags, std::span<Bytes> values) {
  Tag redundant = 0;
  std::uint32_t seen = 0;  // a bit for each tag
  for (TlvReader reader(content); reader.more();) {
    const auto element = reader.next();
    if (!element) return element.error();
    for (std::size_t i = 0; i < tags.size(); ++i) {
      if (element->tag != tags[i] || element->value.empty()) continue;
      const bool again = (seen >> i & 1) != 0;
      if (again) redundant = element->tag;
      values[i] = again ? Bytes() : element->value;
      seen |= std::uint32_t{1} << i;
    }
  }
  return redundant;
}

namespace {

TlvCheck check_within(Bytes bytes, std::size_t base, int depth) {
  for (TlvReader reader(bytes); reader.more();) {
    const std::size_t at = base + reader.offset();
    if (depth > kMaxDepth) return {TlvError::nested_too_deep, at};
    const auto element = reader.next();
    if (!element) return {element.error(), at};
    if (!element->constructed()) continue;
    const TlvCheck inner = check_within(element->value, at + element->header, depth + 1);
    if (inner.error) return inner;
  }
  return {};
}

}  // namespace

TlvCheck check(Bytes bytes) { return check_within(bytes, 0, 1); }

}  // namespace sesame::emv
