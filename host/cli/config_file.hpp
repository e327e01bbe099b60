// The options of a command in a TOML file, under their names without the hyphens in front:
//
//     listen = "0.0.0.0"
//     port = 8035
//     allow-host = ["sesame", "sesame.example:443"]
//     allow-real-cards = true
//
// An option is there as if the line had said it, where the line says neither it nor one that excludes it.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sesame::cli {

// Gives the options of `command` their values, while its line is parsed. Failure (invalid), "FILE:LINE: …":
// what is no TOML, no option, or no value of one; and a file of one's own with a token that others may read.
void read_config_file(const std::string& file, CLI::App& command);

// Failure (invalid): `file` is the caller's own, and others may read the secret in it. What somebody else has
// given it to read (a mounted secret) is that one's to guard.
void refuse_if_others_read(const std::string& file);

}  // namespace sesame::cli
