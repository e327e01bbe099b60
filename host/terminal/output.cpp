#include "host/terminal/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "host/base/failure.hpp"
#include "host/base/safe_json.hpp"
#include "host/base/safe_text.hpp"
#include "host/base/utf8.hpp"

namespace sesame::terminal {

namespace {

[[noreturn]] void output_failed(int error) {
  throw Failure(Failure::environment,
                fmt::format("standard output: cannot be written: {}", std::strerror(error)));
}

// Past stdio, whose buffer would keep a code.
void write(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && descriptor == STDOUT_FILENO) output_failed(errno);
    if (count < 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void write_line(int descriptor, std::string line) { write(descriptor, line += '\n'); }

}  // namespace

void check_output() {
  const int flags = ::fcntl(STDOUT_FILENO, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) output_failed(EBADF);
}

void print_line(std::string_view line) { write_line(STDOUT_FILENO, safe::one_line(line)); }
void note_line(std::string_view line) { write_line(STDERR_FILENO, safe::one_line(line)); }
void print_lines(std::string_view lines) { write_line(STDOUT_FILENO, safe::lines(lines)); }
void print_json(const nlohmann::ordered_json& value, int indent) {
  write_line(STDOUT_FILENO, safe::json(value, indent));
}

void print_content(std::string_view content) {
  if (::isatty(STDOUT_FILENO) == 1) return print_lines(content);
  write_line(STDOUT_FILENO, std::string(content));
}

void note_drawing(std::string_view drawing) { write(STDERR_FILENO, drawing); }

std::string utf8(std::span<const char16_t> characters) {
  std::string out;
  for (const char16_t c : characters) utf8::append(out, c);
  return out;
}

}  // namespace sesame::terminal
