#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>

#include "host/cli/card_template.hpp"
#include "host/cli/commands.hpp"
#include "host/cli/text.hpp"
#include "host/profile/shipped.hpp"
#include "host/profile/source.hpp"

namespace sesame::cli {

namespace {

void system_random(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Failure(Exit::environment, "the system gives no random numbers");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

// Never over another file: it may be the only copy of a card's keys.
void write_new_file(const std::string& path, std::string_view text) {
  const auto fail = [&] {
    throw Failure(Exit::environment, fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  };
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST)
    throw Failure(Exit::usage, fmt::format("{}: exists; name another file", path));
  if (file < 0) fail();
  while (!text.empty()) {
    const ssize_t put = ::write(file, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int error = errno;
      ::close(file);
      ::unlink(path.c_str());
      errno = error;
      fail();
    }
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::close(file) != 0) fail();
}

}  // namespace

void card_new(const CardNewOptions& options) {
  const profile::Source source(profile::Shelf::cards, options.card_template);
  if (options.pin) check_digits("--pin", *options.pin, 4, 12);
  const std::string text =
      fmt::format("# Made by `sesame card new` from {}: random TEST KEYS and a made-up PAN.\n",
                  profile::stem(options.card_template)) +
      personalise(source.text(), options.pin, system_random);
  if (!options.output) return print_line(text);
  write_new_file(*options.output, text);
  note_line(
      fmt::format("sesame: {} is a new card; try: sesame code --card {}", *options.output, *options.output));
}

}  // namespace sesame::cli
