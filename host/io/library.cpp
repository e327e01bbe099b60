#include "host/io/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <utility>

#include "host/base/failure.hpp"

namespace sesame::io {

namespace {

[[noreturn]] void fail_to_load(const std::string& of, const std::string& install) {
  const char* const why = ::dlerror();
  throw Failure(Failure::environment, fmt::format("the library of {} cannot be loaded ({}): install {}", of,
                                                  why == nullptr ? "no reason is known" : why, install));
}

}  // namespace

Library::Library(const std::string& file, std::string of, std::string install, Scope scope)
    : of_(std::move(of)),
      install_(std::move(install)),
      scope_(scope),
      handle_(::dlopen(file.c_str(), RTLD_NOW | (scope == Scope::shared ? RTLD_GLOBAL : RTLD_LOCAL))) {
  if (handle_ == nullptr) fail_to_load(of_, install_);
}

void* Library::address(const char* name) const {
  void* const found = ::dlsym(scope_ == Scope::shared ? RTLD_DEFAULT : handle_, name);
  if (found == nullptr) fail_to_load(of_, install_);
  return found;
}

}  // namespace sesame::io
