// The description of the issuer's API, as it is served at /openapi.json.
#pragma once

#include <string_view>

namespace sesame::sim {

std::string_view issuer_openapi();

}  // namespace sesame::sim
