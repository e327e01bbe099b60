// Data object lists: EMV 4.3 Book 3, 5.4. A card asks for terminal data with a list of tags and
// lengths (PDOL, CDOL1, CDOL2); the terminal answers with the values, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "firmware/core/bytes.hpp"
#include "firmware/core/emv/tlv.hpp"
#include "firmware/core/result.hpp"

namespace sesame::emv {

enum class DolError {
  truncated_tag,   // the list ends inside a tag
  tag_too_long,    // more than four bytes of tag
  missing_length,  // the list ends after a tag
};
std::string_view to_string(DolError);

struct DolEntry {
  Tag tag = 0;
  std::uint8_t length = 0;  // bytes asked for
};

class DolReader {
 public:
  explicit DolReader(Bytes dol) : dol_(dol) {}
  bool more() const { return offset_ < dol_.size(); }
  Result<DolEntry, DolError> next();

 private:
  Bytes dol_;
  std::size_t offset_ = 0;
};

// How many bytes of data the list asks for.
Result<std::size_t, DolError> data_length(Bytes dol);

// Which end gives way when a value and the length asked for differ (Book 3, 5.4): a number (n) loses
// or gains leading zeros, anything else loses or gains bytes at its end.
enum class Format { number, other };

// `value` as `length` bytes: appended to `out`. False where the buffer is too small.
template <std::size_t N>
[[nodiscard]] bool append_fitted(Buffer<N>& out, Bytes value, std::size_t length, Format format) {
  const std::size_t kept = value.size() < length ? value.size() : length;
  const std::size_t fill = length - kept;
  if (length > N - out.size()) return false;
  bool ok = true;
  const auto zeros = [&] {
    for (std::size_t i = 0; i < fill; ++i) ok = ok && out.push(0);
  };
  if (format == Format::number) {
    zeros();
    ok = ok && out.append(value.last(kept));
  } else {
    ok = ok && out.append(value.first(kept));
    zeros();
  }
  return ok;
}

}  // namespace sesame::emv
