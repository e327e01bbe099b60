// The rows of a screen as text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/screen.hpp"

namespace sesame::sim {

// In UTF-8, each as wide as the display: all of them, those of a dark screen blank.
std::vector<std::string> all_rows(const Screen& screen);
// The same, but none of a dark screen.
std::vector<std::string> to_rows(const Screen& screen);
// Rows that were joined with \n, apart again; of nothing none.
std::vector<std::string> split_rows(std::string_view joined);
// Without the blanks at their ends, \n between; no empty ones at the end.
std::string to_text(std::span<const std::string> rows);
std::string to_text(const Screen& screen);

}  // namespace sesame::sim
