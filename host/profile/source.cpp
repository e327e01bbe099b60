#include "host/profile/source.hpp"

#include <fmt/format.h>

#include "host/base/failure.hpp"
#include "host/document/value.hpp"

namespace sesame::profile {

namespace {

std::string_view folder(ProfileKind shelf) {
  switch (shelf) {
    case ProfileKind::readers: return "readers";
    case ProfileKind::texts: return "texts";
    case ProfileKind::cards: return "cards";
    case ProfileKind::boards: return "boards";
  }
  return "";
}

std::string_view noun(ProfileKind shelf) {
  switch (shelf) {
    case ProfileKind::readers: return "reader profile";
    case ProfileKind::texts: return "language";
    case ProfileKind::cards: return "card";
    case ProfileKind::boards: return "board";
  }
  return "";
}

}  // namespace

Source::Source(ProfileKind shelf, std::string_view argument) : file_(argument) {
  if (names_a_path(argument)) {
    text_ = content_.emplace(file_).text();
  } else {
    find_shipped(shelf);
  }
}

void Source::find_shipped(ProfileKind shelf) {
  const auto shipped = shipped_text(shelf, file_);
  if (!shipped) {
    throw Failure(Failure::invalid,
                  fmt::format("no {} is named {}; shipped: {}; or a path, as in ./my.toml", noun(shelf),
                              safe::may_be_secret(file_) ? "that" : safe::quoted(file_),
                              document::joined(shipped_names(shelf))));
  }
  file_ = fmt::format("hw-profiles/{}/{}.toml", folder(shelf), file_);
  text_ = *shipped;
}

}  // namespace sesame::profile
