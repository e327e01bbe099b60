#include "host/state/durable_store.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "host/base/failure.hpp"
#include "host/state/state_file.hpp"

namespace sesame::state {
namespace {

template <class Call>
auto retried(Call call) {
  auto result = call();
  while (result == -EINTR) result = call();
  return result;
}

const char* what_to_do(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return "; make room there";
    case EACCES:
    case EPERM:
    case EROFS: return "; make it readable and writable";
    case EIO: return "; check that disk";
    default: return "";
  }
}

Failure failure(std::string_view what, const std::string& path, std::ptrdiff_t result) {
  const int error = static_cast<int>(-result);
  return {Failure::environment,
          fmt::format("cannot {} {}: {}{}", what, path, std::generic_category().message(error),
                      what_to_do(error)),
          Failure::Remedy::another_state_file};
}

std::string read_all(FileSystem& file_system, const FileHandle& file, const std::string& path) {
  std::string text;
  std::array<char, 4096> chunk{};
  while (true) {
    const std::ptrdiff_t size =
        retried([&] { return file_system.read(file.get(), chunk.data(), chunk.size()); });
    if (size < 0) throw failure("read", path, size);
    if (size == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(size));
    if (text.size() > kLargestStateFile) {
      throw Failure(Failure::invalid,
                    fmt::format("{}: larger than {} MiB, so not a state file", path, kLargestStateFile >> 20),
                    Failure::Remedy::another_state_file);
    }
  }
}

// Nothing: there is no such file.
std::optional<Records> read_records(FileSystem& file_system, const std::string& path) {
  const FileHandle file(file_system, retried([&] { return file_system.open(path); }));
  if (file.get() == -ENOENT) return std::nullopt;
  if (file.get() < 0) throw failure("open", path, file.get());
  return from_text(read_all(file_system, file, path), path);
}

std::string directory_of(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return directory.empty() ? "." : directory;
}

// The file that a link names may not exist yet, which is why realpath() does not do.
std::string follow_links(FileSystem& file_system, std::string path) {
  if (!std::filesystem::path(path).has_filename()) throw failure("open", path, -EISDIR);
  for (int links = 0; links < 40; ++links) {
    std::string target;
    const int error = retried([&] { return file_system.read_link(path, target); });
    if (error == -EINVAL || error == -ENOENT) return path;
    if (error < 0) throw failure("open", path, error);
    path = (std::filesystem::path(path).parent_path() / target).string();
  }
  throw failure("open", path, -ELOOP);
}

// The directory exists, and will after a power cut. A parent is durable before it gets a child, so
// that of a chain cut short by a crash only the last directory may need its entry synced again.
void make_durable_directory(FileSystem& file_system, const std::string& path) {
  const std::string parent = directory_of(path);
  std::string ignored;
  const int found = retried([&] { return file_system.read_link(path, ignored); });
  const bool exists = found == 0 || found == -EINVAL;
  if (!exists) {
    if (found != -ENOENT || path == parent) throw failure("create", path, found);
    make_durable_directory(file_system, parent);
    const int made = retried([&] { return file_system.make_directory(path); });
    if (made < 0 && made != -EEXIST) throw failure("create", path, made);
  }
  const int synced = retried([&] { return file_system.sync_directory(parent); });
  // What we may not open (/home, say) or cannot be synced (a read-only image) we made nothing in.
  if (exists && (synced == -EACCES || synced == -EINVAL)) return;
  if (synced < 0) throw failure("create", path, synced);
}

std::string absolute_variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && value[0] == '/' ? value : "";
}

}  // namespace

std::string default_state_file(std::string_view name) {
  std::filesystem::path base = absolute_variable("XDG_STATE_HOME");
  if (base.empty()) {
    const std::filesystem::path home = absolute_variable("HOME");
    if (home.empty()) {
      throw Failure(Failure::environment,
                    "no place for the cards' counters: neither XDG_STATE_HOME nor HOME is set; "
                    "set one",
                    Failure::Remedy::another_state_file);
    }
    base = home / ".local" / "state";
  }
  return (base / "sesame" / (std::string(name) + ".state")).string();
}

Records look_at(const std::string& path) {
  return read_records(posix_file_system(), path).value_or(Records{});
}

DurableStore::DurableStore(const std::string& path, std::chrono::milliseconds wait, FileSystem& file_system)
    : file_system_(file_system),
      path_(follow_links(file_system, path)),
      lock_(file_system, take_lock(wait)),
      records_(load()) {}

// What is no state file (a device, another program's file) is refused before a lock file stands beside it.
int DurableStore::take_lock(std::chrono::milliseconds wait) {
  static_cast<void>(read_records(file_system_, path_));
  const std::string path = path_ + ".lock";
  const auto lock = [&] { return file_system_.lock(path, wait); };
  int handle = retried(lock);
  if (handle == -ENOENT) {
    make_durable_directory(file_system_, directory_of(path_));
    handle = retried(lock);
  }
  if (handle == -EAGAIN) {
    throw Failure(Failure::environment,
                  fmt::format("{} is in use by another sesame; waited {:g} s: try again when it has ended",
                              path_, std::chrono::duration<double>(wait).count()));
  }
  if (handle < 0) throw failure("lock", path, handle);
  return handle;
}

Records DurableStore::load() {
  const std::string directory = directory_of(path_);
  std::optional<Records> records = read_records(file_system_, path_);
  if (!records) {
    make_durable_directory(file_system_, directory);
    return {};
  }
  // Who wrote this may have been killed before the rename was durable; what get() shows must be.
  const int synced = retried([&] { return file_system_.sync_directory(directory); });
  if (synced < 0) throw failure("sync", path_, synced);
  return std::move(*records);
}

std::optional<Counters> DurableStore::get(std::string_view id) const { return state::get(records_, id); }

void DurableStore::put(std::string_view id, const Counters& counters) {
  Records records = records_;
  state::put(records, id, counters);
  check_lock();
  replace_file(to_text(records));
  records_.swap(records);
}

// Removing a lock file looks like tidying up. Two processes would then count from the same ATC.
void DurableStore::check_lock() {
  const std::string path = path_ + ".lock";
  const int locked = retried([&] { return file_system_.is_locked(lock_.get(), path); });
  if (locked < 0) throw failure("check", path, locked);
  if (locked == 0) {
    throw Failure(Failure::environment,
                  fmt::format("{} was removed while in use, so {} may be in use elsewhere too; "
                              "end every sesame that uses it and start again",
                              path, path_));
  }
}

void DurableStore::replace_file(const std::string& text) {
  if (text.size() > kLargestStateFile) throw failure("write", path_, -EFBIG);
  const std::string new_path = path_ + ".new";
  int error = write_new_file(text);
  if (error == 0) error = retried([&] { return file_system_.rename(new_path, path_); });
  if (error < 0) {
    file_system_.unlink(new_path);  // if that fails, the next put() overwrites it
    throw failure("write", path_, error);
  }
  error = retried([&] { return file_system_.sync_directory(directory_of(path_)); });
  if (error < 0) throw failure("write", path_, error);
}

int DurableStore::write_new_file(const std::string& text) {
  FileHandle file(file_system_, retried([&] { return file_system_.create(path_ + ".new"); }));
  if (file.get() < 0) return file.get();
  for (std::string_view rest = text; !rest.empty();) {
    const std::ptrdiff_t size =
        retried([&] { return file_system_.write(file.get(), rest.data(), rest.size()); });
    if (size <= 0) return size < 0 ? static_cast<int>(size) : -EIO;
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  const int synced = retried([&] { return file_system_.sync(file.get()); });
  if (synced < 0) return synced;
  return file.close();
}

}  // namespace sesame::state
