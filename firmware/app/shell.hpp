// The loop around the reader on a board: inputs are polled into events, the reader says what to show and what
// the card slot should do, and the character level does it. Everything it touches is firmware/hal.
//
//   Shell& shell = the_shell(profile, image, interface);
//   for (;;) {
//     if (!shell.turn()) shell.sleep();
//   }
#pragma once

#include "firmware/app/low_battery.hpp"
#include "firmware/app/panel_link.hpp"
#include "firmware/core/iso7816/link.hpp"
#include "firmware/core/reader.hpp"

namespace sesame::app {

class Shell {
 public:
  // The profile outlives it, and so do the names of the image. Board and clock are initialized.
  Shell(const ReaderProfile& profile, const Image& image, const iso7816::Interface& interface);

  // Whatever has happened since the last turn. False where nothing has.
  bool turn();
  // Until something may have.
  void sleep();

  const Reader& reader() const { return reader_; }

 private:
  bool poll_panel();
  bool poll_keys();
  void take_key(const Event& event);
  bool poll_card_detect();
  bool poll_time();
  void handle(const Event& event);

  void take_request();
  void begin(const SlotRequest& request);
  bool serve_slot();
  void set_line();
  bool move_characters();
  bool end_request();

  void show();
  Screen low_battery() const;

  Reader reader_;
  iso7816::Link link_;
  PanelLink panel_;
  Identity identity_;
  LowBattery low_battery_;
  std::span<const std::string_view> low_battery_words_;
  Millis now_ = 0;
  bool card_in_ = false;
  std::optional<std::uint32_t> request_;  // the number of the one that the link works on
  bool character_out_ = false;            // being sent
  bool changed_ = true;                   // there may be something new to show
  iso7816::Contacts contacts_;            // as they are set
  iso7816::LineSettings settings_;
};

// The one there is, made by the first call. A board is never left: nothing is registered to destroy it.
Shell& the_shell(const ReaderProfile& profile, const Image& image, const iso7816::Interface& interface);

}  // namespace sesame::app
