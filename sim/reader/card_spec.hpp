// Which card to put into a reader, as data.
#pragma once

#include <cstdint>
#include <string>

namespace sesame::sim {

struct CardSpec {
  enum class Kind : std::uint8_t {
    shipped,     // `text`: a name of hw-profiles/cards
    toml,        // `text`: the content of a card file
    transcript,  // `text`: the content of an .apdu file
    pcsc,        // `text`: a name, part of a name, or index of a PC/SC reader
    file,  // `text`: the path of a card file, or of a transcript (.apdu); for a command line, not for a client
  };
  Kind kind = Kind::shipped;
  std::string text = {};
  std::string name = {};  // how to call a toml or transcript card; empty: "card"
};

}  // namespace sesame::sim
