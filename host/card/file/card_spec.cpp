#include "host/card/file/card_spec.hpp"

#include <filesystem>

#include "host/base/file_name.hpp"
#include "host/profile/shipped.hpp"

namespace sesame {

CardSpec parse_card(std::string_view name) {
  const bool transcript = is_transcript(name);
  if (!transcript && !profile::names_a_path(name)) return {CardSpec::Kind::shipped, std::string(name)};
  return {transcript ? CardSpec::Kind::transcript_file : CardSpec::Kind::file, std::string(name),
          std::filesystem::path(name).stem().string()};
}

bool is_transcript(std::string_view name) { return has_extension(name, ".apdu"); }

}  // namespace sesame
