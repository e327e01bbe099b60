#include "host/io/passing_folder.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "host/base/failure.hpp"

namespace sesame::io {

PassingFolder::PassingFolder(const std::string& base, const std::string& name)
    : path_(fmt::format("{}/{}-XXXXXX", base, name)) {
  if (::mkdtemp(path_.data()) != nullptr) return;
  throw Failure(Failure::environment,
                fmt::format("{}: cannot be made: {}", path_, std::generic_category().message(errno)));
}

PassingFolder::~PassingFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace sesame::io
