#include "host/profile/source.hpp"

#include <fmt/format.h>

#include "host/base/failure.hpp"
#include "host/document/value.hpp"

namespace sesame::profile {

namespace {

std::string_view noun(ProfileKind kind) {
  switch (kind) {
    case ProfileKind::readers: return "reader profile";
    case ProfileKind::texts: return "language";
    case ProfileKind::cards: return "card";
    case ProfileKind::boards: return "board";
  }
  return "";
}

}  // namespace

Source::Source(ProfileKind kind, std::string_view argument) : file_(argument) {
  if (names_a_path(argument)) {
    text_ = content_.emplace(file_).text();
  } else {
    find_shipped(kind);
  }
}

void Source::find_shipped(ProfileKind kind) {
  const auto shipped = shipped_text(kind, file_);
  if (!shipped) {
    throw Failure(Failure::invalid,
                  fmt::format("no {} is named {}; shipped: {}; or a path, as in ./my.toml", noun(kind),
                              safe::may_be_secret(file_) ? "that" : safe::quoted(file_),
                              document::joined(shipped_names(kind))));
  }
  file_ = fmt::format("hw-profiles/{}/{}.toml", folder_of(kind), file_);
  text_ = *shipped;
}

}  // namespace sesame::profile
