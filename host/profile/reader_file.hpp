// Reader models as files: hw-profiles/readers/*.toml.
//
//     title = "Vasco 810"
//     languages = ["en", "fr"]      # 1 to 8; the first is the model's own; words from hw-profiles/texts
//     card_language = true          # the card's 5F2D chooses among them; default true
//
//     [code]                        # digits shown: 1 to 16
//     min_digits = 8                # zeros in front
//     max_digits = 10               # more have a screen of their own
//     groups = [4, 4]               # optional; their sum is from min_digits to max_digits
//
//     [currency]                    # of amounts
//     code = "978"                  # ISO 4217, numeric
//     exponent = 2                  # digits after the point: 0 to 4
//
//     [timeouts]                    # seconds: 1 to 3600
//     code = 35                     # a code is shown
//     inactivity = 30               # power-off elsewhere
//     card = 20                     # the card may take for one answer
//
//     [display]
//     rows = 2                      # 2 to 4
//     columns = 16                  # 16 to 20
//
//     [card]
//     # 1 to 32, tried in this order, each once; family: cap dpa visa mastercard maestro bancontact other
//     applications = [ { aid = "A0000000048002", family = "cap" } ]
//     directory_fallback = false    # then what the card's PSE lists; default false
//     belgian_rules = false         # default false
//
//     [[functions]]                 # 1 to 8, in the order of their keys
//     key = "M2"                    # 1 to 8 of A-Z 0-9 blank -, each once
//     # Optional. At most one of a kind, and one of challenge and reference. kind: challenge reference amount
//     # tds. place: before-pin after-pin after-card, in this order; tds is after-card, the others never.
//     # optional: default false. max_digits: default and most 8 8 12 10. repeat: tds alone, 1 to 10;
//     # default 1.
//     prompts = [ { kind = "tds", place = "after-card", optional = true, max_digits = 10, repeat = 10 } ]
//
//     [texts.fr]                    # optional: the model's words, by the keys of hw-profiles/texts/*.toml
//     choose_function = "Fonction ?"
//
// Everything without a default must be there. A language without a file in hw-profiles/texts needs all of its
// messages in the model's file; its battery is low in English, and no program can ask for it, unless that
// says more. Every text must fit the display, and so must the widest code with its blanks.
#pragma once

#include <memory>
#include <string_view>

#include "firmware/core/profile.hpp"

namespace sesame::profile {

// A profile and everything it points to. The profile stays where it is when this is moved.
class LoadedReader {
 public:
  struct Storage;
  explicit LoadedReader(std::unique_ptr<const Storage> storage);
  LoadedReader(LoadedReader&&) noexcept;
  LoadedReader& operator=(LoadedReader&&) noexcept;
  ~LoadedReader();

  const ReaderProfile& profile() const;
  // What a reader with a low battery says, in one of the profile's languages.
  std::string_view low_battery(const Language& language) const;

 private:
  std::unique_ptr<const Storage> storage_;
};

// A shipped model by its name, or a file by its path (names_a_path()). The profile's name is the
// file's, without .toml. What is wrong with the file is a Failure (Failure::invalid): "FILE:LINE: what;
// what is allowed".
LoadedReader load_reader(std::string_view name_or_path);

// The same of a text; `file` is what messages call it.
LoadedReader read_reader(std::string_view text, std::string_view file);

}  // namespace sesame::profile
