// What is read, written and read again is the same; and every way of reading agrees.
#include "firmware/core/emv/tlv.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::emv;
using namespace sesame::fuzz;

namespace {

void rewrite(const Tlv& element) {
  static Buffer<1024> out;
  out.clear();
  require(append_tlv(out, element.tag, element.value), "what was read can be written");
  TlvReader reader(out);
  const auto again = reader.next();
  require(again && again->tag == element.tag && equal(again->value, element.value),
          "and read again, the same");
  require(!reader.more(), "to the last byte");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const TlvCheck result = check(input);
  require(!result.error || result.offset < input.size(), "a fault stands inside the input");

  std::optional<TlvError> error;
  TlvReader reader(input);
  while (reader.more()) {
    const std::size_t at = reader.offset();
    const auto element = reader.next();
    if (!element) {
      error = element.error();
      require(reader.offset() == at, "after an error the reader stands where it stood");
      break;
    }
    require(points_into(element->value, input), "a value points into the input");
    require(reader.offset() >= at + element->header + element->value.size(), "the reader goes forward");
    require(find(input, element->tag).has_value(), "what was read can be found");
    rewrite(*element);
  }
  if (error) require(result.error.has_value(), "a fault of the outermost level is a fault of the whole");

  for (const Tag tag : {0x5AU, 0x9F37U, 0xBF0CU, 0x70U}) {
    if (const auto value = find(input, tag))
      require(points_into(*value, input), "what is found lies in the input");
  }
  return 0;
}
