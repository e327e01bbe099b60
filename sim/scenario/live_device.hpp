// A reader in this process, for one scenario.
#pragma once

#include <memory>

#include "host/profile/reader_file.hpp"
#include "sim/fleet/card_source.hpp"
#include "sim/reader/live_reader.hpp"
#include "sim/scenario/device.hpp"

namespace sesame::sim {

class LiveDevice final : public Device {
 public:
  // `profile`: a shipped model's name, or a path. Failure (usage): it does not exist, or is wrong.
  explicit LiveDevice(const std::string& profile);

  void insert(const CardSpec& card) override;
  void pull() override;
  void press(std::span<const std::string> keys) override;
  void hold(const std::string& key) override;
  void command(ComputerCommand::Kind kind, const std::string& text) override;
  void advance(Millis duration) override { reader_.advance(duration); }
  void to_next_deadline() override { reader_.to_next_deadline(); }
  void set_card_state(std::optional<std::uint16_t> last_atc, std::optional<std::uint8_t> tries_left) override;
  void set_faults(const Faults& faults) override { reader_.set_faults(faults); }
  void reset() override { reader_.reset(); }
  Look look() override;
  std::vector<Said> dialogue() override;

 private:
  Key key(const std::string& name) const;

  std::shared_ptr<const profile::LoadedReader> profile_;
  CardSource cards_;
  LiveReader reader_;
};

}  // namespace sesame::sim
