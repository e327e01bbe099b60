// A reader with a pinpad that answers what a test tells it to, with a card in it that says 9000 to
// everything: an IFD handler of its own, pinpad_driver.cpp. The two share a folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/pcscd/private_daemon.hpp"

namespace sesame::pcscd {

class ScriptedPinpad {
 public:
  ScriptedPinpad();
  ScriptedPinpad(const ScriptedPinpad&) = delete;
  ScriptedPinpad& operator=(const ScriptedPinpad&) = delete;
  ~ScriptedPinpad();

  ReaderEntry reader(const std::string& name) const;
  // What VERIFY_PIN_DIRECT is answered with, from now on.
  void answer(const std::vector<std::uint8_t>& bytes) const;
  // No PIN is typed at it, from now on, and it waits for one; or one is.
  void wait_for_nobody(bool waits) const;
  // What came with the last VERIFY_PIN_DIRECT.
  std::vector<std::uint8_t> order() const;
  // The reader is pulled out of the machine. Noticed within 0.4 s.
  void unplug() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace sesame::pcscd
