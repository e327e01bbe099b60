// A card that says what a script says, for tests of its clients: a vpicc, the TCP client of vpcd.
//
//   pcscd::ScriptCard card(port, {.atr = …, .steps = {{"select the application", command, response}}});
//   …
//   card.finish();  // throws unless every step was played and nothing else was asked
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace sesame::pcscd {

struct Step {
  std::string situation;  // for the message of a failed test
  std::vector<std::uint8_t> command;
  std::vector<std::uint8_t> response;
};

struct Script {
  std::vector<std::uint8_t> atr;
  std::vector<std::uint8_t> warm_atr{};    // after a warm reset; empty: the same
  std::vector<Step> steps{};               // in this order, and no others
  std::optional<std::size_t> leaves_at{};  // pulled as this command arrives, from 0: it is not answered
  std::optional<std::size_t> silent_at{};  // this command is never answered, until the card is pulled
  std::optional<std::size_t> mute_from{};  // no ATR from this reset on; 0 is the reader's at the insertion
};

// What a card notices of its reader.
enum class Contact : std::uint8_t { power_off, cold_reset, warm_reset, command };
using Contacts = std::vector<Contact>;

class ScriptCard {
 public:
  // Connects to the vpcd reader at 127.0.0.1:port, which is the insertion. The reader notices within 0.4 s.
  ScriptCard(std::uint16_t port, Script script);
  ScriptCard(const ScriptCard&) = delete;
  ScriptCard& operator=(const ScriptCard&) = delete;
  ~ScriptCard();

  void pull();
  // Throws std::runtime_error if there was another command than the script's, or not all of them.
  void finish();

  Contacts contacts() const;
  // Waits until the contacts are so; false if they were not for ten seconds.
  bool eventually(const std::function<bool(const Contacts&)>& condition);
  // Called, on the card's thread, as the command of this number arrives, from 0, and before it is answered.
  void on_command(std::size_t number, std::function<void()> action);

 private:
  void run();
  bool serve_frame();
  std::optional<std::vector<std::uint8_t>> receive(std::size_t size);
  void send(const std::vector<std::uint8_t>& payload);
  void reset(bool warm);
  std::vector<std::uint8_t> atr() const;
  void control(std::uint8_t code);
  bool command(const std::vector<std::uint8_t>& bytes);
  void note(Contact contact);
  void wait_for_pull();

  const Script script_;
  int socket_ = -1;
  int pulled_ = -1;  // an eventfd
  bool warm_ = false;
  std::size_t resets_ = 0;
  std::size_t next_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Contacts contacts_;
  std::size_t played_ = 0;
  std::string fault_;
  std::optional<std::size_t> action_at_;
  std::function<void()> action_;
  std::thread thread_;
};

// "00 A4" or "00A4" as bytes; anything else throws.
std::vector<std::uint8_t> bytes(const std::string& hex);

}  // namespace sesame::pcscd
