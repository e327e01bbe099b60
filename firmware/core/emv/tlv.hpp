// BER-TLV as EMV uses it: EMV 4.3 Book 3, annex B.
//
//   for (TlvReader reader(bytes); reader.more();) {
//     const auto element = reader.next();
//     if (!element) return element.error();
//     use(element->tag, element->value);
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/result.hpp"

namespace sesame::emv {

// A tag as its bytes read in hexadecimal: 0x5A, 0x9F37, 0xBF0C, at most four bytes.
using Tag = std::uint32_t;
// One of one or two bytes: every tag that a CAP dialogue looks for.
using ShortTag = std::uint16_t;

enum class TlvError {
  truncated_tag,      // the bytes end inside a tag
  tag_too_long,       // more than four bytes of tag
  missing_length,     // a tag with nothing after it
  truncated_length,   // the bytes end inside a length
  indefinite_length,  // 80: not allowed in EMV
  length_too_long,    // more than two bytes of length
  truncated_value,    // fewer bytes left than the length says
  nested_too_deep,    // more than kMaxDepth templates inside each other
};
std::string_view to_string(TlvError);

struct Tlv {
  Tag tag = 0;
  Bytes value;             // points into what was parsed
  std::size_t header = 0;  // bytes of tag and length before the value

  // Bit 6 of the first tag byte: the value is itself TLV.
  bool constructed() const;
};

// Reads one level, element by element. 00 between elements is padding (annex B1), and so is FF (ISO
// 7816-4:2005, 5.2.2), but where it begins the tag of a private object that fits.
class TlvReader {
 public:
  explicit TlvReader(Bytes bytes) : bytes_(bytes) { skip_padding(); }

  bool more() const { return offset_ < bytes_.size(); }
  std::size_t offset() const { return offset_; }
  // After an error the reader stands where the bad element begins, for the message.
  Result<Tlv, TlvError> next();

 private:
  TlvReader() = default;
  void skip_padding();
  bool at_private_object() const;
  Result<Tlv, TlvError> read() const;

  Bytes bytes_;
  std::size_t offset_ = 0;
};

// The data objects of a template that are looked for, up to 32: `values[i]` gets the value of the one with
// `tags[i]`, and stays as it is where there is none, or an empty one. Only the template's own level counts:
// an object inside another one belongs to that one, and what an object holds that is not looked for need not
// be TLV.
//
// The result is a tag that stands there more than once, 0 where none does: redundant objects are not
// permitted (EMV 4.3 Book 3, 10.2), and none of their values is given. After an error the values are not to
// be used.
Result<Tag, TlvError> read_objects(Bytes content, std::span<const ShortTag> tags, std::span<Bytes> values);

// How deep templates nest before `check` refuses; real cards stay below five.
inline constexpr int kMaxDepth = 8;

// A well-formed tree, to the last byte; or the first error and where it stands.
struct TlvCheck {
  std::optional<TlvError> error;
  std::size_t offset = 0;  // of the element at fault, from the start of the bytes
};
TlvCheck check(Bytes bytes);

// Writes tag and length; the caller appends the value. False where the buffer is too small.
template <std::size_t N>
[[nodiscard]] bool append_header(Buffer<N>& out, Tag tag, std::size_t length) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto byte = static_cast<std::uint8_t>(tag >> shift);
    if ((tag >> shift) != 0 && !out.push(byte)) return false;
  }
  if (length > 0xFFFF) return false;
  if (length > 0xFF) {
    return out.push(0x82) && out.push(static_cast<std::uint8_t>(length >> 8)) &&
           out.push(static_cast<std::uint8_t>(length));
  }
  if (length > 0x7F && !out.push(0x81)) return false;
  return out.push(static_cast<std::uint8_t>(length));
}

template <std::size_t N>
[[nodiscard]] bool append_tlv(Buffer<N>& out, Tag tag, Bytes value) {
  return append_header(out, tag, value.size()) && out.append(value);
}

}  // namespace sesame::emv
