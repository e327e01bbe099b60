#include "host/transcript/trace_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "firmware/core/iso7816/atr.hpp"
#include "host/base/failure.hpp"
#include "host/base/hex.hpp"
#include "host/base/safe_text.hpp"
#include "host/io/durable_file.hpp"

namespace sesame::transcript {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

[[noreturn]] void fail_to_write(const std::string& path, int error) {
  throw Failure(Failure::environment,
                fmt::format("{}: cannot be written: {}", path, std::generic_category().message(error)));
}

// A FIFO without a reader is an error, and nothing to wait for.
int open_to_write(const std::string& path, int how) {
  return ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | how, kOwnerOnly);
}

}  // namespace

TraceWriter::TraceWriter(std::string path, std::string_view what) : path_(std::move(path)) {
  handle_ = open_to_write(path_, O_CREAT | O_TRUNC);
  if (handle_ < 0) fail(errno);
  try {
    if (::fcntl(handle_, F_SETFL, 0) != 0) fail(errno);
    struct stat status {};
    regular_ = ::fstat(handle_, &status) == 0 && S_ISREG(status.st_mode);
    const bool for_others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    if (regular_ && for_others && ::fchmod(handle_, kOwnerOnly) != 0) fail(errno);
    comment(what);
  } catch (...) {
    ::close(handle_);
    throw;
  }
}

void TraceWriter::check(const std::string& path) {
  int handle = open_to_write(path, 0);
  if (handle < 0 && errno == ENOENT) {
    handle = open_to_write(path, O_CREAT | O_EXCL);
    if (handle >= 0) ::unlink(path.c_str());
  }
  if (handle < 0) fail_to_write(path, errno);
  ::close(handle);
}

TraceWriter::~TraceWriter() { ::close(handle_); }

void TraceWriter::comment(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out += fmt::format("# {}\n", safe::one_line(text.substr(0, end)));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  lines(out);
}

void TraceWriter::atr(Bytes atr) {
  const std::string text = to_hex(atr);
  if (atr.empty() || atr.size() > iso7816::Atr::kMaxLength) return comment("no ATR: " + text);
  if (first_atr_.empty()) {
    lines(fmt::format("atr {}\n", text));
    first_atr_ = text;
  } else if (text != first_atr_) {
    comment("then another ATR: " + text);
  }
}

void TraceWriter::lines(std::string_view text) {
  const auto size = static_cast<std::int64_t>(text.size());
  while (!text.empty()) {
    const ssize_t count = ::write(handle_, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      const int error = errno;
      // If even that fails there is nothing more to be done; the error at hand is the one to tell.
      if (regular_ && ::ftruncate(handle_, written_) == 0) ::lseek(handle_, written_, SEEK_SET);
      fail(error);
    }
  }
  written_ += size;
}

void TraceWriter::sync() const { io::sync_file(handle_, path_); }

void TraceWriter::fail(int error) const { fail_to_write(path_, error); }

}  // namespace sesame::transcript
