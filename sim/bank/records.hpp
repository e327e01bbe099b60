// What leaves the bank, and what it remembers: the outbox of post and text messages, and the audit. "Post"
// and "SMS" are rows that tests and people read.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/bank/tables.hpp"

namespace sesame::bank {

enum class MessageKind : std::uint8_t { post, sms };
inline constexpr std::string_view kMessageKindNames[] = {"post", "sms"};
constexpr std::span<const std::string_view> names(MessageKind) { return kMessageKindNames; }
constexpr std::string_view to_string(MessageKind kind) {
  return kMessageKindNames[static_cast<std::size_t>(kind)];
}

struct Message {
  std::int64_t number = 0;  // from 1
  Millis at = 0;
  MessageKind kind = MessageKind::post;
  std::string to;  // an address, or a telephone number
  Id user = 0;     // 0: of no one in particular
  std::string subject, text;
  std::optional<std::string> code;  // what of the text is typed
};

// Its number.
std::int64_t send(Database& database, const Message& message);
std::vector<Message> sent(Database& database, std::int64_t after, std::size_t most);
// When the last one with this subject went to the user.
std::optional<Millis> last_sent(Database& database, Id user, std::string_view subject);

struct Event {
  std::int64_t number = 0;
  Millis at = 0;
  Id user = 0;  // 0: nobody that the bank knows
  std::string event;
  std::optional<std::string> method;
  std::string detail;  // JSON: never a code, a secret or a token
};
void note(Database& database, Millis at, Id user, std::string_view event,
          const std::optional<std::string>& method, const nlohmann::ordered_json& detail);
// In their order, those with at least this number.
std::vector<Event> events(Database& database, std::int64_t from, std::size_t most);
// The newest first.
std::vector<Event> events_of(Database& database, Id user, Millis since, std::size_t most);

}  // namespace sesame::bank
