// The terminal, through ncurses: taken over as long as this lives, and then as it was before.
#pragma once

#include <memory>
#include <optional>

#include "sim/tui/canvas.hpp"
#include "sim/tui/model.hpp"

namespace sesame::sim {

class Terminal {
 public:
  // Failure: usage where standard input and output are no terminal; environment where nothing is known of a
  // terminal such as this ($TERM).
  Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();

  // Whether the locale says that it shows more than ASCII.
  bool shows_unicode() const;
  std::size_t rows() const;
  std::size_t columns() const;
  void show(const Canvas& canvas);
  // The next key that was typed, if one was; keys that mean nothing are left out. Never waits.
  std::optional<Typed> typed();
  // The window may have another size.
  void resized();

 private:
  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace sesame::sim
