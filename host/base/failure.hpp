// How something fails for the person who asked for it: of a kind, with one line that says what, where and
// what to do.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sesame {

class Failure : public std::runtime_error {
 public:
  enum class Kind : std::uint8_t {
    refused,      // the card or the PIN refused; the card is mute, unsupported or answers nonsense
    invalid,      // what was given: a value, or a file that is not what it should be
    environment,  // no reader, no permission, a disk that cannot be written, a lock that is held
  };
  static constexpr Kind refused = Kind::refused, invalid = Kind::invalid, environment = Kind::environment;

  // What else would help, which the caller can name in its own words: a command has an option for it.
  enum class Remedy : std::uint8_t { none, another_state_file, longer_wait, no_pinpad };

  Failure(Kind kind, const std::string& line, Remedy remedy = Remedy::none)
      : std::runtime_error(line), kind_(kind), remedy_(remedy) {}

  Kind kind() const { return kind_; }
  Remedy remedy() const { return remedy_; }

 private:
  Kind kind_;
  Remedy remedy_;
};

inline constexpr std::string_view kFailureKindNames[] = {"refused", "invalid", "environment"};
constexpr std::string_view to_string(Failure::Kind kind) {
  return kFailureKindNames[static_cast<std::size_t>(kind)];
}

}  // namespace sesame
