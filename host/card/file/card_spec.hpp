// Which card, as data; and what a card's name means, on a command line or in a scenario.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/secret.hpp"
#include "host/card/file/issued.hpp"

namespace sesame {

// What is to be another than in a virtual card's file.
struct CardChanges {
  card::Issued issued = {};              // PAN, PSN, the issuer's master key
  std::optional<SecretString> pin = {};  // 4 to 12 digits
  std::optional<std::uint16_t> last_atc = {};
};

struct CardSpec {
  enum class Kind : std::uint8_t {
    shipped,     // `text`: a name of hw-profiles/cards
    toml,        // `text`: the content of a card file
    transcript,  // `text`: the content of an .apdu file
    pcsc,        // `text`: a name, part of a name, or index of a PC/SC reader
    file,        // `text`: the path of a card file; this and the next for a command line, not for a client
    transcript_file,  // `text`: the path of a transcript
  };
  Kind kind = Kind::shipped;
  std::string text = {};
  std::string name = {};                            // how to call any but a shipped card; empty: "card"
  std::shared_ptr<const CardChanges> changes = {};  // of one that has a file
};

// A shipped card, a card file or a transcript (.apdu, in small letters or capitals): `file` or
// `transcript_file` by the rule of profile::names_a_path(), with the file's name without its extension. Opens
// nothing.
CardSpec parse_card(std::string_view name);

// Whether a card of this name is a recorded one.
bool is_transcript(std::string_view name);

}  // namespace sesame
