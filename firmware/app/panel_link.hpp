// The board's end of the panel link (firmware/panel/protocol.hpp), while its strap is low. Else it says and
// hears nothing.
//
// A host asks at any moment, also in the middle of a block from or to the card; all that a hello is answered
// with takes the line 20 ms. So an answer goes out a byte at a time, whenever there is room for one. Whatever
// else there is to say comes after it, all at once: the card waits then anyway.
#pragma once

#include "firmware/app/identity.hpp"
#include "firmware/core/iso7816/link.hpp"
#include "firmware/core/reader.hpp"
#include "firmware/panel/protocol.hpp"

namespace sesame::app {

class PanelLink {
 public:
  // The names outlive it. The panel is initialized.
  PanelLink(std::string_view reader, const Image& image);

  bool on() const { return on_; }

  struct Input {
    std::optional<Event> event;  // none: it was handled before, or is a hello
    bool hello = false;
    std::uint8_t sequence = 0;  // to be acknowledged
  };
  // The next frame that came whole. It is for a link that has answered the last one: see go_on().
  std::optional<Input> poll();

  // Says it only where it differs from what was said last.
  void show(const Reader& reader, const Screen& screen, Millis now);
  void tell(const iso7816::Contacts& contacts);
  // Begins the answer to a frame that is handled: to a hello all that was shown and told last. go_on() says
  // it.
  void answer(const Input& input, Millis now);
  // False where nothing is left to say.
  bool go_on();

 private:
  static constexpr std::uint16_t kAll = 0xFFFF;

  // What goes out of the frames that are written into it: not the bytes that went before, and so many of the
  // others.
  struct Window {
    std::uint16_t before = 0, room = kAll;

    void operator()(std::uint8_t byte);
  };
  using Frame = panel::FrameWriter<Window&>;

  struct Answer {
    bool hello = false;
    std::uint8_t sequence = 0;
    Millis at = 0;
    std::uint16_t said = 0;  // bytes
  };

  std::optional<Input> take_frame();
  void say(std::uint16_t most);
  void finish();
  static void write(Frame& frame, std::string_view text);
  void tell_identity(Window& out) const;
  void tell_contacts(Window& out) const;
  static void tell_fault(Window& out);
  void tell_screen(Window& out) const;
  void tell_power(Window& out, Millis now) const;

  std::string_view reader_;
  Image image_;
  bool on_;
  panel::FrameReader<panel::kMaxBodyToReader> frames_;
  std::optional<std::uint8_t> handled_;  // the last sequence number
  iso7816::Contacts contacts_;           // as they were said last
  Screen screen_;                        // likewise, and what it means
  State state_ = State::off;
  Notice notice_ = Notice::none;
  std::uint8_t tries_ = panel::kNoTries;
  std::optional<Answer> answer_;  // that is not said to its end
};

}  // namespace sesame::app
