#include "host/cli/exit.hpp"

namespace sesame::cli {

namespace {

std::string_view option_for(Failure::Remedy remedy) {
  switch (remedy) {
    case Failure::Remedy::another_state_file: return "; --state names another file";
    case Failure::Remedy::longer_wait: return "; --wait SECONDS waits longer";
    case Failure::Remedy::no_pinpad: return "; without --pinpad the PIN is typed here";
    case Failure::Remedy::none: break;
  }
  return "";
}

}  // namespace

Exit exit_of(Failure::Kind kind) {
  switch (kind) {
    case Failure::refused: return Exit::refused;
    case Failure::invalid: return Exit::usage;
    case Failure::environment: break;
  }
  return Exit::environment;
}

std::string line_of(const Failure& failure) {
  return std::string(failure.what()).append(option_for(failure.remedy()));
}

}  // namespace sesame::cli
