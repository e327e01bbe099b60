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

// The objects of the outermost level, counted in another way.
void look_for_objects(Bytes input, bool malformed) {
  static constexpr std::array<ShortTag, 4> kTags{0x5A, 0x9F37, 0xBF0C, 0x70};
  std::array<Bytes, 4> values;
  const auto redundant = read_objects(input, kTags, values);
  require(static_cast<bool>(redundant) != malformed, "objects are found where the level is well-formed");
  if (!redundant) return;
  bool any_twice = false;
  for (std::size_t i = 0; i < kTags.size(); ++i) {
    int times = 0;
    for (TlvReader reader(input); reader.more();) {
      const auto element = reader.next();
      if (element->tag != kTags[i] || element->value.empty()) continue;
      ++times;
      if (times == 1 && !values[i].empty()) require(values[i].data() == element->value.data(), "the one");
    }
    require(values[i].empty() == (times != 1), "an object counts that stands there once");
    any_twice = any_twice || times > 1;
  }
  require(any_twice == (*redundant != 0), "a redundant one is named");
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
    rewrite(*element);
  }
  if (error) require(result.error.has_value(), "a fault of the outermost level is a fault of the whole");

  look_for_objects(input, error.has_value());
  return 0;
}
