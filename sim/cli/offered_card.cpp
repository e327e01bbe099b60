#include "sim/cli/offered_card.hpp"

#include "host/card/file/card_file.hpp"
#include "host/card/file/card_spec.hpp"

namespace sesame::sim {

OfferedCard offered_card(const std::string& card) {
  const CardSpec spec = parse_card(card);
  const bool recorded = spec.kind == CardSpec::Kind::transcript_file;
  return {spec, spec.kind == CardSpec::Kind::shipped ? card : spec.name,
          recorded ? "recorded: " + card : card::load_card(card).title};
}

}  // namespace sesame::sim
