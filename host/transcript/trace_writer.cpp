#include "host/transcript/trace_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "firmware/core/iso7816/atr.hpp"
#include "host/failure.hpp"
#include "host/transcript/command_text.hpp"

namespace sesame::transcript {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

// A comment must not break out of its line, nor send codes to a terminal.
char printable(char c) {
  const bool control = static_cast<unsigned char>(c) < ' ' || c == '\x7F';
  return control ? ' ' : c;
}

}  // namespace

TraceWriter::TraceWriter(std::string path, std::string_view what) : path_(std::move(path)) {
  // A FIFO that nobody reads is an error, and nothing to wait for.
  handle_ =
      ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, kOwnerOnly);
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

TraceWriter::~TraceWriter() { ::close(handle_); }

void TraceWriter::comment(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = text.find('\n');
    out += "# ";
    for (const char c : text.substr(0, end)) out += printable(c);
    out += '\n';
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  lines(out);
}

void TraceWriter::atr(Bytes atr) {
  const std::string text = hex(atr);
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

void TraceWriter::fail(int error) const {
  throw Failure(Exit::environment,
                fmt::format("{}: cannot be written: {}", path_, std::generic_category().message(error)));
}

}  // namespace sesame::transcript
