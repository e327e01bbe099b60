// The scenario files that were named.
#pragma once

#include <string>
#include <vector>

namespace sesame::sim {

// A file stands for itself, a folder for every *.toml in it and below, in alphabetical order of their paths,
// without hidden ones. In the order named, each once. Failure (usage): there is no such file, or no scenario
// in a folder; (environment): a folder cannot be read.
std::vector<std::string> find_scenarios(const std::vector<std::string>& files_and_folders);

}  // namespace sesame::sim
