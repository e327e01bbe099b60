// The issuer beside the readers: whether a code is good that a card made. It knows the keys of the card
// because the same file makes both; nothing else of the card reaches it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "host/card/file/card_spec.hpp"
#include "host/issuer/card_record.hpp"
#include "host/issuer/submission.hpp"

namespace sesame::sim {

class CodeCheck {
 public:
  // Failure (invalid): a recorded card has no keys, or the card file is wrong, or its codes cannot be
  // checked.
  explicit CodeCheck(const CardSpec& card);

  // {"accepted", "outcome", "atc", "reason"}
  nlohmann::ordered_json judge(const issuer::Submission& submission, std::uint16_t last_atc,
                               std::optional<std::uint16_t>& accepted) const;

 private:
  issuer::CardRecord record_;
};

}  // namespace sesame::sim
