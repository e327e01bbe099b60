// The file of an image.
#pragma once

#include <string>

namespace sesame {

// An ELF file of 32 bits, low byte first, for ARM, with all of its segments in it. Anything else is a Failure
// (Failure::invalid), by the file's name; one that cannot be read is one of Failure::environment.
void check_image(const std::string& path);

}  // namespace sesame
