// A file in one go: whoever reads it sees the old content or the new, and nothing between.
#pragma once

#include <string>
#include <string_view>

namespace sesame::sim {

// Failure (environment), "PATH: cannot be written: …"; the file is then as it was.
void write_file(const std::string& path, std::string_view text);

}  // namespace sesame::sim
