// What a command and its options are, as plain data: manual pages, and what shells complete, are made of it.
#pragma once

#include <string>
#include <vector>

namespace sesame::cli {

struct OptionDescription {
  std::string name;   // "--port"; of an argument by its place "FILE"
  std::string value;  // what the help calls its value; a flag has none
  std::string help;
  std::string shown_default;
  bool by_place = false, required = false, repeated = false;
};

struct CommandDescription {
  std::vector<std::string> words;  // "sesame", "card", "new"
  std::string help, footer;
  std::string version;  // "sesame 0.1.0": the program's
  std::vector<OptionDescription> options;
  std::vector<CommandDescription> commands;  // of a group
};

}  // namespace sesame::cli
