// The description of the issuer's API, as it is served at /openapi.json.
#pragma once

#include <span>
#include <string_view>

#include "host/base/embedded_file.hpp"

namespace sesame::sim {

std::span<const EmbeddedFile> issuer_files();

inline std::string_view issuer_openapi() { return *content_of(issuer_files(), "openapi.json"); }

}  // namespace sesame::sim
