// FCI, processing options, cryptogram and AFL: what is accepted keeps its contract, and lies in the input.
#include "firmware/core/emv/answers.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace sesame;
using namespace sesame::emv;
using namespace sesame::fuzz;

namespace {

void read_fci(Bytes input) {
  const auto fci = parse_fci(input);
  if (!fci) return;
  for (const Bytes field : {fci->df_name, fci->label, fci->preferred_name, fci->language_preference,
                            fci->pdol, fci->issuer_discretionary}) {
    require(points_into(field, input), "a field of the FCI lies in the input");
  }
  require(fci->df_name.size() <= 16, "an AID has at most 16 bytes");
}

void read_file_locator(Bytes afl) {
  std::size_t records = 0;
  for (AflReader reader(afl); reader.more();) {
    const auto address = reader.next();
    if (!address) return;
    require(address->sfi >= 1 && address->sfi <= 30 && address->record >= 1, "an address is one");
    require(++records <= afl.size() / 4 * 255, "an AFL ends");
  }
  require(afl.size() % 4 == 0, "an AFL that is read to its end consists of whole entries");
}

void read_options(Bytes input) {
  const auto options = parse_processing_options(input);
  if (!options) return;
  require(options->aip.size() == 2 && options->afl.size() % 4 == 0, "AIP and AFL have their lengths");
  require(points_into(options->aip, input) && points_into(options->afl, input), "and lie in the input");
  read_file_locator(options->afl);
}

void read_cryptogram(Bytes input) {
  const auto cryptogram = parse_cryptogram(input);
  if (!cryptogram) return;
  require(cryptogram->atc.size() == 2 && cryptogram->ac.size() == 8 && cryptogram->iad.size() <= 32,
          "ATC, AC and IAD have their lengths");
  for (const Bytes field : {cryptogram->atc, cryptogram->ac, cryptogram->iad}) {
    require(points_into(field, input), "and lie in the input");
  }
  // The same in format 1.
  std::vector<std::uint8_t> format1{0x80, static_cast<std::uint8_t>(11 + cryptogram->iad.size()),
                                    cryptogram->cid};
  for (const Bytes field : {cryptogram->atc, cryptogram->ac, cryptogram->iad}) {
    format1.insert(format1.end(), field.begin(), field.end());
  }
  const auto again = parse_cryptogram(format1);
  require(again && again->cid == cryptogram->cid && equal(again->ac, cryptogram->ac) &&
              equal(again->iad, cryptogram->iad) && equal(again->atc, cryptogram->atc),
          "either format says the same");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  read_fci(input);
  read_options(input);
  read_cryptogram(input);
  read_file_locator(input);
  return 0;
}
