// The applications of a card, and which of them are a terminal's candidates: EMV 4.3 Book 1, 12.3 and 12.4.
// By the card's directory (12.3.2) where it has one with a candidate, else by the terminal's list of AIDs
// (12.3.3). What is found in the other way is told, too, and is no candidate.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "firmware/core/bytes.hpp"

namespace sesame::cli {

// One that the terminal knows, with its application selection indicator: whether a longer name fits, too.
struct KnownAid {
  std::vector<std::uint8_t> aid;
  bool exact = false;
};

struct CardApplication {
  std::vector<std::uint8_t> aid;
  std::string label, preferred_name, language;  // UTF-8, not judged
  std::optional<int> code_table;                // of the preferred name: ISO 8859-n
  std::optional<std::uint8_t> priority;         // 87: bit 8 asks for the cardholder's confirmation
  bool listed = false;                          // in the card's directory
  // What SELECT answered: 9000, 6283 (blocked), or 6A82 for all else.
  std::uint16_t sw = 0;
  // Its place in the candidate list, from 1: in the order of priority, those without one last (12.4). A
  // listed one is in it before it is selected; one whose SELECT fails then is dropped.
  std::optional<std::size_t> candidate;

  bool needs_confirmation() const { return priority && (*priority & 0x80) != 0; }
};

struct CardApplications {
  std::vector<CardApplication> all;  // the candidates first, in their order
  // Of the directory: 9000, or why it was not used: what SELECT answered, or READ RECORD before the end.
  std::uint16_t directory_sw = 0;
};

struct CardAnswer {
  std::vector<std::uint8_t> data;
  std::uint16_t sw = 0;
};

// Failure(Failure::refused) where the card is blocked, or has no SELECT: it answers 6A81 (12.3.2, 12.3.3).
CardApplications find_applications(const std::function<CardAnswer(Bytes command)>& ask,
                                   std::span<const KnownAid> known);

}  // namespace sesame::cli
