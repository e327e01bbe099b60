// A reader behind the HTTP API of `sesame sim`, made for one scenario and deleted with this.
#pragma once

#include <memory>
#include <string>

#include "sim/scenario/device.hpp"

namespace sesame::sim {

struct ServedAt {
  std::string url;    // http://HOST:PORT
  std::string token;  // empty: none
};

class ServedDevice final : public Device {
 public:
  // `profile`: a shipped model's name. Failure: usage where the URL is invalid, or the profile a file;
  // environment where nothing answers there, or something other than a simulator does.
  ServedDevice(const ServedAt& at, const std::string& profile);
  ServedDevice(const ServedDevice&) = delete;
  ServedDevice& operator=(const ServedDevice&) = delete;
  ~ServedDevice() override;

  void insert(const CardSpec& card) override;
  void pull() override;
  void press(std::span<const std::string> keys) override;
  void hold(const std::string& key) override;
  void command(ComputerCommand::Kind kind, const std::string& text) override;
  void advance(Millis duration) override;
  void to_next_deadline() override;
  void set_card_state(std::optional<std::uint16_t> last_atc, std::optional<std::uint8_t> tries_left) override;
  void set_faults(const Faults& faults) override;
  void reset() override;
  Look look() override;
  std::vector<Said> dialogue() override;

 private:
  class Server;

  std::unique_ptr<Server> server_;
  std::string path_;  // of the reader: /v1/readers/ID
};

}  // namespace sesame::sim
