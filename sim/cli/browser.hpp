// A page in the browser of who sits at this machine.
#pragma once

#include <string>

namespace sesame::sim {

// Asks the desktop to open it (xdg-open), and waits for nothing; where there is no desktop, says where it is.
void open_in_browser(const std::string& url);

}  // namespace sesame::sim
