// A library that few commands need, loaded when one does: the program starts without it, and is of use where
// it is not installed.
#pragma once

#include <string>

namespace sesame::io {

// Loaded, for as long as the process lives. `of` says whose it is and `install` the package that has it, for
// Failure(Failure::environment) where it cannot be loaded or lacks a function.
class Library {
 public:
  // Where `shared`, what was preloaded into the process comes before it, as when it is linked.
  enum class Scope { own, shared };

  Library(const std::string& file, std::string of, std::string install, Scope scope);

  template <class Symbol>
  void find(const char* name, Symbol*& symbol) const {
    symbol = reinterpret_cast<Symbol*>(address(name));
  }

 private:
  void* address(const char* name) const;

  std::string of_, install_;
  Scope scope_;
  void* handle_;
};

}  // namespace sesame::io
