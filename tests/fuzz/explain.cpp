// Any bytes: as an ATR, as historical bytes, and as the value of any data element, in lines of text.
#include <algorithm>

#include "firmware/core/iso7816/atr.hpp"
#include "host/explain/atr.hpp"
#include "host/explain/data_elements.hpp"
#include "host/explain/historical_bytes.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const auto atr = explain::explain_atr(input);
  require(static_cast<bool>(iso7816::parse_atr(input)) == !atr.error,
          "an ATR is one where the reader takes it for one");
  require(atr.error_at <= size, "an error is in the input");
  for (const auto& object : explain::explain_historical(input).objects) {
    require(points_into(object.value, input), "an object points into the input");
  }
  if (size < 2) return 0;
  const auto tag = static_cast<emv::Tag>(data[0] < 0x1F ? 0x9F00 | data[1] : data[0]);
  for (const std::string& line : explain::explain_value(tag, input.subspan(2))) {
    require(line.find('\n') == std::string::npos, "a line is one");
  }
  return 0;
}
