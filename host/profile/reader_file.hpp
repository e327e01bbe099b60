// Reader models as files: hw-profiles/readers/*.toml.
//
//     title = "Vasco 810"
//     languages = ["en", "fr"]      # 1 to 8; the first is the model's own; words from hw-profiles/texts
//     card_language = true          # the card's 5F2D chooses among them; default true
//     version = "0875.11"           # of the software, for a menu: 1 to 16 of ASCII
//     connected_mode = false        # has a cable: signs a computer's texts (signing/link.hpp); default false
//
//     [code]                        # digits shown: 1 to 16
//     min_digits = 8                # zeros in front; 1: none
//     max_digits = 10               # more have a screen of their own
//     # Optional: blanks, from the left. Or lists, [[1, 3, 3], [2, 3, 3]], each for a code of as many
//     # digits as it has. A sum is from min_digits to max_digits.
//     groups = [4, 4]
//
//     [pin]                         # optional
//     min_digits = 5                # OK is not taken before: 4 to 12; default 4
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
//     reset_after_pin = false       # reset once the PIN is typed, and selected anew; default false
//
//     [[functions]]                 # 1 to 8, in the order of their keys
//     key = "M2"                    # 1 to 8 of A-Z 0-9 blank -, each once
//     # Optional. At most one of a kind, and one of challenge and reference. kind: challenge reference amount
//     # tds. place: before-pin after-pin after-card, in this order; tds is after-card, the others never.
//     # optional: default false. max_digits: default 8 8 12 10; most 8 and 10 for challenge and tds, for a
//     # reference and an amount, of which the last 8 and the last 12 count, what fits the display (of an
//     # amount with its point). repeat: tds alone, 1 to 10; default 1.
//     prompts = [ { kind = "tds", place = "after-card", optional = true, max_digits = 10, repeat = 10 } ]
//     # Default false; true for at most one: the reader begins with it when a card is put in. It has no key,
//     # and `key` is its name for programs.
//     on_insertion = false
//
//     [[functions]]                 # not the first: a key that makes no codes, and has no prompts
//     key = "MENU"
//     menu = ["counter", "version", "contrast", "language"]  # 1 to 4, each once, in this order
//
//     [look]                        # optional, as all in it: how a page draws it
//     body = "#2f5862"              # a color; functions, digits, ok, clear: of the keys
//     ok_label = "ENTER"            # what is printed on OK, and clear_label on C: 1 to 8 of ASCII
//
//     [texts.fr]                    # optional: the model's words, by the keys of hw-profiles/texts/*.toml
//     choose_function = "Fonction ?"
//     code = "Code = {code}"        # where the code stands; else under it, on the last row
//
// Everything without a default must be there. A language without a file in hw-profiles/texts needs all of its
// messages in the model's file, menu_* where its menu has them, text_* in a connected mode; no program can
// ask for it, unless that says language_id; its low_battery is that of the model's first language that has
// one. Every text must fit the display, and so must the widest code with its blanks.
#pragma once

#include <memory>
#include <string_view>

#include "firmware/core/profile.hpp"

namespace sesame::profile {

// How a page draws it. What is empty is the page's own.
struct Look {
  std::string_view body, functions, digits, ok, clear;  // colors
  std::string_view ok_label, clear_label;
};

// A profile and everything it points to. The profile stays where it is when this is moved.
class LoadedReader {
 public:
  struct Storage;
  explicit LoadedReader(std::unique_ptr<const Storage> storage);
  LoadedReader(LoadedReader&&) noexcept;
  LoadedReader& operator=(LoadedReader&&) noexcept;
  ~LoadedReader();

  const ReaderProfile& profile() const;
  const Look& look() const;
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
