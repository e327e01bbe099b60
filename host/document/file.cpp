#include "host/document/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "firmware/core/bytes.hpp"
#include "host/base/failure.hpp"
#include "host/base/file_name.hpp"
#include "host/base/safe_text.hpp"
#include "host/document/toml.hpp"
#include "host/io/descriptor.hpp"

namespace sesame::document {

namespace {

[[noreturn]] void fail(std::string_view name, std::string_view why) {
  throw Failure(Failure::invalid, fmt::format("{}: {}", safe::one_line(name), why));
}

[[noreturn]] void cannot_read(std::string_view name) {
  fail(name, fmt::format("cannot be read: {}", std::generic_category().message(errno)));
}

io::Descriptor opened(const std::string& path) {
  io::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0) cannot_read(path);
  return file;
}

}  // namespace

FileText::FileText(const std::string& path) : FileText(opened(path).get(), path) {}

FileText FileText::given(const std::string& path) {
  return path == "-" ? FileText(STDIN_FILENO, "standard input") : FileText(path);
}

FileText::FileText(int file, std::string_view name) {
  text_.resize(kMaxFileSize + 1);  // once, so that no copy of a key is left behind by growing
  std::size_t size = 0;
  while (size < text_.size()) {
    const ssize_t got = ::read(file, text_.data() + size, text_.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) cannot_read(name);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kMaxFileSize) fail(name, fmt::format("is too large; at most {} bytes", kMaxFileSize));
  if (size == 0) fail(name, "is empty");
  text_.resize(size);
}

FileText::~FileText() { wipe(text_.data(), text_.size()); }

std::string_view stem(std::string_view file) {
  file.remove_prefix(file.find_last_of('/') + 1);  // npos + 1 is 0
  if (has_extension(file, ".toml")) file.remove_suffix(std::string_view(".toml").size());
  return file;
}

}  // namespace sesame::document
