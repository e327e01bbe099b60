#include "sim/scenario/device.hpp"

namespace sesame::sim {

std::string text_of(const Look& look) {
  std::string text;
  if (!look.lit) return text;
  std::string breaks;
  for (const std::string& row : look.rows) {
    const std::size_t end = row.find_last_not_of(' ');
    if (end != std::string::npos) {
      text += breaks + row.substr(0, end + 1);
      breaks.clear();
    }
    breaks += '\n';
  }
  return text;
}

}  // namespace sesame::sim
