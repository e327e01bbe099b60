#include "host/cli/real_card_notice.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "host/cli/text.hpp"
#include "host/state/durable_store.hpp"

namespace sesame::cli {

namespace {

// True for the one who makes the file.
bool first_time() try {
  const std::filesystem::path folder =
      std::filesystem::path(state::default_state_file("notice")).parent_path();
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  const std::filesystem::path file = folder / "real-card-notice";
  const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (handle < 0) return errno != EEXIST;
  ::close(handle);
  return true;
} catch (const Failure&) {
  return true;  // there is no place for it
}

}  // namespace

void show_real_card_notice() {
  if (!first_time()) return;
  note_line(
      "sesame: a computer is no reader: whatever runs on it may see a PIN that is typed into it. A reader "
      "with a pinpad "
      "keeps it to itself (--pinpad). This is said once.");
}

}  // namespace sesame::cli
