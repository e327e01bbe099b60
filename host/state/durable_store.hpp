// Counters in a file, durable before they are visible: after kill -9 or a power cut at any instant,
// the file holds what the last put() that returned left, or what the put() under way was to leave.
//
//   DurableStore store(default_state_file("cards"));
//
// How: the new file is written beside the old one (FILE.new), synced, renamed over it, and the
// directory is synced. FILE.lock keeps others out as long as the store is open. It is never
// removed: a process that waits for a removed file would not exclude one that creates the next.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "host/state/counters.hpp"
#include "host/state/file_system.hpp"

namespace sesame::state {

// $XDG_STATE_HOME/sesame/NAME.state, else $HOME/.local/state/sesame/NAME.state. As the XDG base
// directory specification has it, a variable that is not an absolute path counts as not set.
// Failure(Failure::environment): neither is set.
std::string default_state_file(std::string_view name);

// The records of a state file as they are now, for readers only: takes no lock, makes nothing. A file that
// is not there has none. Failure(Failure::invalid): damaged, too large or not a state file.
// Failure(Failure::environment): unreadable.
Records look_at(const std::string& path);

class DurableStore final : public CounterStore {
 public:
  // Waits up to `wait` for others to close the file. Creates missing directories (0700); the file
  // (0600) comes with the first put(). A symbolic link stays one: it is its target that is written.
  // Failure(Failure::invalid): damaged, too large or not a state file; it is left as it is, and nothing is
  // put beside it. Failure(Failure::environment): still in use after `wait`, or an I/O error.
  explicit DurableStore(const std::string& path, std::chrono::milliseconds wait = std::chrono::seconds(5),
                        FileSystem& file_system = posix_file_system());

  std::optional<Counters> get(std::string_view id) const override;

  // Failure(Failure::environment): an I/O error. The values may be on the disk or not, as after a
  // crash; a later put() decides. The store may go on being used.
  void put(std::string_view id, const Counters& counters) override;

 private:
  int take_lock(std::chrono::milliseconds wait);
  Records load();
  void check_lock();
  void replace_file(const std::string& text);
  int write_new_file(const std::string& text);

  FileSystem& file_system_;
  std::string path_;  // never a link
  FileHandle lock_;
  Records records_;
};

}  // namespace sesame::state
