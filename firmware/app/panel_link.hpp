// The board's end of the panel link (firmware/panel/protocol.hpp), while its strap is low. Else it says and hears
// nothing.
#pragma once

#include "firmware/core/iso7816/link.hpp"
#include "firmware/core/reader.hpp"
#include "firmware/panel/protocol.hpp"

namespace sesame::app {

// What an image says of itself, beside the name of its reader.
struct Image {
  std::string_view board;    // its name
  std::uint32_t digest = 0;  // of the reader's profile: generated::kDigest
};

class PanelLink {
 public:
  // The names outlive it. The panel is initialised.
  PanelLink(std::string_view reader, const Image& image);

  bool on() const { return on_; }

  struct Input {
    std::optional<Event> event;  // none: it was handled before, or is a hello
    bool hello = false;
    std::uint8_t sequence = 0;  // to be acknowledged
  };
  // The next frame that came whole.
  std::optional<Input> poll();

  void introduce(const Reader& reader, const iso7816::Contacts& contacts, Millis now);
  // Says it only where it differs from what was said last.
  void show(const Reader& reader, const Screen& screen, Millis now);
  void tell(const iso7816::Contacts& contacts);
  void acknowledge(std::uint8_t sequence, Millis now);

 private:
  std::optional<Input> take_frame();
  void tell_screen(const Screen& screen);
  void tell_power(Millis now);

  std::string_view reader_;
  Image image_;
  bool on_;
  panel::FrameReader<panel::kMaxBodyToReader> frames_;
  std::optional<std::uint8_t> handled_;  // the last sequence number
  Screen screen_;                        // as it was said last, and what it means
  State state_ = State::off;
  Notice notice_ = Notice::none;
  std::uint8_t tries_ = panel::kNoTries;
};

}  // namespace sesame::app
