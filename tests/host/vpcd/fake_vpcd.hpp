// What listens where vpcd would: accepts a card and talks to it as vpcd does, length and data in two writes.
// Whatever takes longer than ten seconds throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/core/bytes.hpp"
#include "host/io/descriptor.hpp"

namespace sesame::vpcd::test {

using io::Descriptor;

// SELECT of the application of sesame-card.
inline const std::string kSelect = "00A4040007A0000000048002";

std::vector<std::uint8_t> bytes(std::string_view hex);
std::string hex(Bytes bytes);

class Listener {
 public:
  explicit Listener(std::uint16_t port = 0);  // 0: any that is free
  std::uint16_t port() const { return port_; }

 private:
  friend class FakeVpcd;
  Descriptor socket_;
  std::uint16_t port_ = 0;
};

// The connection with one card.
class FakeVpcd {
 public:
  explicit FakeVpcd(Listener& listener);  // waits for the card

  void control(std::uint8_t code) { send({&code, 1}); }
  void power_off() { control(0); }
  void power_on() { control(1); }
  void reset() { control(2); }
  std::string atr() {
    control(4);
    return receive();
  }
  std::string ask(std::string_view command) {
    send(bytes(command));
    return receive();
  }

  void send(Bytes payload);
  void send_raw(Bytes bytes);
  std::string receive();  // of one frame, as hex
  bool closed();          // waits until it is; false if there are bytes instead
  void close() { socket_.close(); }

 private:
  std::vector<std::uint8_t> receive_raw(std::size_t size);

  Descriptor socket_;
};

}  // namespace sesame::vpcd::test
