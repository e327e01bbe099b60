// A reader at the other end of a panel link (firmware/panel/protocol.hpp): a board, or the same image in
// QEMU. Real time: here nothing happens but during the calls, which wait as a person at the reader does.
//
//   PanelDevice reader(std::move(descriptor), {});
//   reader.connect();
//   reader.insert();
//   reader.press(function_key(0));
//   …
//
// Where the reader's card characters come to this process too, a CardLine answers them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "firmware/panel/bringup.hpp"
#include "host/io/descriptor.hpp"
#include "host/reader/device.hpp"
#include "host/reader/panel/card_line.hpp"
#include "host/reader/panel/panel_link.hpp"

namespace sesame {

// Every call that waits throws Failure(Failure::environment) where the link breaks or the reader does not
// answer, and passes on what the card's line throws.
class PanelDevice : public Device {
 public:
  // `link` is a connected stream socket or a terminal in raw mode; neither blocks.
  PanelDevice(io::Descriptor link, const PanelLimits& limits);
  // The characters of the reader's slot come and go through `characters`; the card outlives this.
  PanelDevice(io::Descriptor link, io::Descriptor characters, CardLine& card, const PanelLimits& limits);
  PanelDevice(const PanelDevice&) = delete;
  PanelDevice& operator=(const PanelDevice&) = delete;

  // Until the reader has said what it is, and rests without a card. Before everything else.
  void connect();

  // Failure(Failure::environment) where there is no card at the end of the card's line.
  void insert() override;
  void remove() override;
  void press(Key key) override;
  void hold(Key key) override;

  Screen shown() const override { return seen().screen; }
  State state() const override { return seen().state; }
  Notice notice() const override { return seen().notice; }
  std::optional<std::uint8_t> tries_left() const override { return seen().tries; }
  cap::Fault fault() const override { return {}; }
  std::string code() const override;

  // Of a bring-up image: what this test says (panel/bringup.hpp).
  const std::vector<std::uint8_t>& test(panel::Test test, std::uint8_t argument = 0);

  // All that the reader has said.
  const PanelLink::Seen& seen() const { return link_.seen(); }
  // Called with every screen that it sends.
  void on_screen(std::function<void()> watch) { link_.on_screen(std::move(watch)); }
  // Serves link and card until the condition holds; false where that takes longer.
  bool wait_until(const std::function<bool()>& so, std::chrono::milliseconds limit);

 protected:
  // Why the link has closed, as the line of a Failure.
  virtual std::string why_closed() { return "the reader has closed its panel link"; }

 private:
  using Time = PanelLink::Time;

  void announce_card();
  void settle();
  bool at_rest() const;

  void serve(Time until);
  void serve_card();
  void wait(Time until);
  void read_link();
  void read_characters();
  std::size_t read(int descriptor, std::span<std::uint8_t> into);
  void write(int descriptor, Bytes bytes);

  io::Descriptor descriptor_, characters_;
  CardLine* card_ = nullptr;
  PanelLimits limits_;
  PanelLink link_;
  bool inserted_ = false;   // as far as the person is concerned
  bool announced_ = false;  // what the reader was told
  Time alive_{};            // the last sign that its work goes on
};

}  // namespace sesame
