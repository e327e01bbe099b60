#include "host/profile/source.hpp"

#include <fmt/format.h>

#include "host/document/value.hpp"
#include "host/failure.hpp"

namespace sesame::profile {

namespace {

std::string_view folder(Shelf shelf) {
  switch (shelf) {
    case Shelf::readers: return "readers";
    case Shelf::texts: return "texts";
    case Shelf::cards: return "cards";
    case Shelf::boards: return "boards";
  }
  return "";
}

std::string_view noun(Shelf shelf) {
  switch (shelf) {
    case Shelf::readers: return "reader profile";
    case Shelf::texts: return "language";
    case Shelf::cards: return "card";
    case Shelf::boards: return "board";
  }
  return "";
}

}  // namespace

Source::Source(Shelf shelf, std::string_view argument) : file_(argument) {
  if (names_a_path(argument)) {
    text_ = content_.emplace(file_).text();
  } else {
    find_shipped(shelf);
  }
}

void Source::find_shipped(Shelf shelf) {
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
