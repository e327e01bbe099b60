// A list is the sum of its entries; and its data have the length that it asks for.
#include "firmware/core/emv/dol.hpp"

#include "firmware/core/cap/terminal_data.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const auto length = emv::data_length(input);

  std::vector<std::uint8_t> again;
  std::size_t total = 0;
  bool well_formed = true;
  for (emv::DolReader reader(input); reader.more();) {
    const auto entry = reader.next();
    if (!entry) {
      well_formed = false;
      break;
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
      if (entry->tag >> shift != 0 || shift == 0)
        again.push_back(static_cast<std::uint8_t>(entry->tag >> shift));
    }
    again.push_back(entry->length);
    total += entry->length;
  }
  require(well_formed == static_cast<bool>(length), "reading and measuring agree");
  if (well_formed) require(equal(again, input) && *length == total, "a list is the sum of its entries");

  for (int family = 0; family <= static_cast<int>(cap::Family::other); ++family) {
    cap::TerminalContext context;
    context.family = static_cast<cap::Family>(family);
    context.belgian = size % 2 == 0;
    emv::CommandBuffer out;
    cap::UnknownTags unknown;
    const bool fits = cap::append_dol_data(out, input, context, unknown);
    require(fits == (well_formed && total <= 255), "a well-formed list that fits a command is answered");
    if (fits) require(out.size() == total, "with as many bytes as it asks for");
  }
  return 0;
}
