// The shell for a reader in this process, with a slot that answers inline and a clock that only moves when
// told to: as fast as the machine, and the same on every machine. A caller with a real clock calls advance()
// before each event.
//
//   NativeReader reader(profile, slot);
//   reader.insert();
//   reader.press(function_key(0));
//   …
//   reader.wait();  // until something happens by itself
#pragma once

#include <functional>

#include "firmware/core/pinpad/connection.hpp"
#include "firmware/core/reader.hpp"
#include "firmware/core/signing/link.hpp"
#include "host/card/slot.hpp"
#include "host/reader/device.hpp"

namespace sesame {

// What the reader is to the computer that it is connected to.
enum class Cable : std::uint8_t {
  pcsc,      // a reader of PC/SC with a pinpad
  computer,  // one that signs what it shows: of a model with a connected mode
};

class NativeReader final : public Device {
 public:
  // Profile and slot outlive the reader.
  NativeReader(const ReaderProfile& profile, CardSlot& slot, Cable cable = Cable::pcsc)
      : reader_(profile, cable == Cable::pcsc ? static_cast<HostSide*>(&connection_) : &link_), slot_(slot) {}

  void insert() override { handle(Event::inserted()); }
  void remove() override { handle(Event::removed()); }
  void press(Key key) override { handle(Event::press(key)); }
  void hold(Key key) override { handle(Event::hold(key)); }
  void pin_on_pad() { handle(Event::pin_on_pad()); }
  void ask(const HostRequest& request) { handle(Event::from_host(request)); }
  void command(const ComputerCommand& command) { handle(Event::from_computer(command)); }
  // Jumps to the reader's next deadline; does nothing where it has none.
  void wait();
  void advance(Millis duration);

  Screen shown() const override { return reader_.screen(); }
  State state() const override { return reader_.state(); }
  Notice notice() const override { return reader_.notice(); }
  std::optional<std::uint8_t> tries_left() const override { return reader_.tries_left(); }
  cap::Fault fault() const override { return reader_.fault(); }
  std::string code() const override { return {reader_.code().begin(), reader_.code().end()}; }

  const Reader& reader() const { return reader_; }
  // For a program on the computer, which ask()s.
  const pinpad::Connection& connection() const { return connection_; }
  // For the computer, which command()s.
  const signing::Link& link() const { return link_; }
  Millis now() const { return now_; }

  // Called after every event, when the screen may have changed.
  void on_event(std::function<void()> watch) { watch_ = std::move(watch); }

 private:
  void handle(const Event& event);

  pinpad::Connection connection_;
  signing::Link link_;
  Reader reader_;
  CardSlot& slot_;
  Millis now_ = 0;
  emv::ResponseBuffer answer_;
  std::function<void()> watch_;
};

}  // namespace sesame
