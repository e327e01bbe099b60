// What a reader shows, as boxes on standard error: one for each screen that differs from the one before. A dark screen
// is not drawn. Or, on a terminal, one box that changes in its place.
#pragma once

#include <string>

#include "firmware/core/screen.hpp"

namespace sesame::cli {

class ScreenPrinter {
 public:
  enum class Where { below, in_place };
  explicit ScreenPrinter(Where where = Where::below) : where_(where) {}

  void look(const Screen& screen);
  // A line of its own, under the box, which goes on below.
  void note(const std::string& line);

 private:
  Where where_;
  Screen last_;
  std::size_t lines_up_ = 0;  // to the top of the box that is drawn
};

}  // namespace sesame::cli
