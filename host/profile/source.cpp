#include "host/profile/source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "firmware/core/bytes.hpp"
#include "host/base/file_name.hpp"
#include "host/failure.hpp"
#include "host/profile/document.hpp"
#include "host/profile/schema.hpp"

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

class Handle {
 public:
  explicit Handle(const std::string& path) : handle_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (handle_ >= 0) ::close(handle_);
  }
  int get() const { return handle_; }

 private:
  int handle_;
};

}  // namespace

Source::Source(Shelf shelf, std::string_view argument) : file_(argument) {
  if (names_a_path(argument)) {
    read_file();
  } else {
    find_shipped(shelf);
  }
}

Source::~Source() { wipe(content_.data(), content_.size()); }

void Source::find_shipped(Shelf shelf) {
  const auto shipped = shipped_text(shelf, file_);
  if (!shipped) {
    throw Failure(Exit::usage, fmt::format("no {} is named {}; shipped: {}; or a path, as in ./my.toml",
                                           noun(shelf), safe::may_be_secret(file_) ? "that" : quoted(file_),
                                           joined(shipped_names(shelf))));
  }
  file_ = fmt::format("hw-profiles/{}/{}.toml", folder(shelf), file_);
  text_ = *shipped;
}

void Source::read_file() {
  const auto fail = [&](std::string_view why) {
    throw Failure(Exit::usage, fmt::format("{}: {}", safe::one_line(file_), why));
  };
  const auto cannot_read = [&] {
    fail(fmt::format("cannot be read: {}", std::generic_category().message(errno)));
  };
  const Handle handle(file_);
  if (handle.get() < 0) cannot_read();
  content_.resize(kMaxFileSize + 1);  // once, so that no copy of a key is left behind by growing
  std::size_t size = 0;
  while (size < content_.size()) {
    const ssize_t got = ::read(handle.get(), content_.data() + size, content_.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) cannot_read();
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kMaxFileSize) fail(fmt::format("is too large; at most {} bytes", kMaxFileSize));
  if (size == 0) fail("is empty");
  content_.resize(size);
  text_ = content_;
}

std::string_view stem(std::string_view file) {
  file.remove_prefix(file.find_last_of('/') + 1);  // npos + 1 is 0
  if (has_extension(file, ".toml")) file.remove_suffix(std::string_view(".toml").size());
  return file;
}

}  // namespace sesame::profile
