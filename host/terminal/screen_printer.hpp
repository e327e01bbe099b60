// What a reader shows, as boxes on standard error: one for each screen that differs from the one before. A
// dark screen is not drawn. Or, on a terminal, one box that changes in its place.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "firmware/core/screen.hpp"

namespace sesame::terminal {

class ScreenPrinter {
 public:
  enum class Where { below, in_place };
  // Takes a drawing to standard error, cursor and all; false where it is not seen.
  using Put = std::function<bool(std::string_view drawing)>;
  // On standard error, waiting until it is read.
  ScreenPrinter();
  ScreenPrinter(Where where, Put put) : where_(where), put_(std::move(put)) {}

  void look(const Screen& screen);
  // Others have written under the box, which goes on below that.
  void begin_below() { lines_up_ = 0; }

 private:
  Where where_;
  Put put_;
  Screen last_;
  std::size_t lines_up_ = 0;  // to the top of the box that is drawn
};

}  // namespace sesame::terminal
